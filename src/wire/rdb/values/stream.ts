import { type Bytes, bufferOf, textOf } from "../../../base/bytes.ts";
import { EncodingError } from "../encodings/element-cursor.ts";
import { checkListpack } from "../encodings/listpack.ts";
import { readLength } from "../primitives.ts";
import type { OpaqueType } from "../record.ts";
import type { ReadPiece, ValueReader, ValueSource } from "./value-reader.ts";

/** Of an entry: milliseconds and sequence number. */
const ID_BYTES = 16;
const TIME_BYTES = 8;

/** Passes over something; yields while more input is needed. */
type Passing<T = void> = Generator<undefined, T, undefined>;

/**
 * A stream, which is carried and not understood: its form is checked, its bytes are kept as they
 * are (spec server §3.7).
 */
export class StreamValue implements ValueReader {
  readonly #source: ValueSource;
  readonly #type: OpaqueType;
  readonly #passing: Passing;
  #begun = false;

  constructor(source: ValueSource, type: OpaqueType) {
    this.#source = source;
    this.#type = type;
    this.#passing = passStream(source, VERSIONS[type]);
  }

  read(): ReadPiece | undefined {
    const { input } = this.#source;
    if (!this.#begun) input.beginCapture();
    this.#begun = true;
    if (this.#passing.next().done !== true) return undefined;
    const value = { kind: "opaque", type: this.#type, bytes: input.endCapture() } as const;
    return { value, complete: true };
  }
}

const VERSIONS: Readonly<Record<OpaqueType, 1 | 2 | 3>> = { 15: 1, 19: 2, 21: 3 };

function* passStream(source: ValueSource, version: 1 | 2 | 3): Passing {
  const ids = new Distinct("a stream node");
  for (let left = yield* length(source); left > 0; left--) {
    const id = textOf(yield* string(source));
    if (id.length !== ID_BYTES) throw new EncodingError("a stream node without an id");
    ids.add(id);
    checkListpack(bufferOf(yield* string(source)));
  }
  // Items and last id; then first id, highest deleted id and entries ever added.
  yield* lengths(source, version === 1 ? 3 : 8);
  const names = new Distinct("a group of a stream");
  for (let left = yield* length(source); left > 0; left--) {
    names.add(textOf(yield* string(source)));
    yield* passGroup(source, version);
  }
}

function* passGroup(source: ValueSource, version: 1 | 2 | 3): Passing {
  yield* lengths(source, version === 1 ? 2 : 3);
  const pending = new Distinct("a pending entry of a group");
  for (let left = yield* length(source); left > 0; left--) {
    pending.add(yield* raw(source, ID_BYTES));
    yield* raw(source, TIME_BYTES);
    yield* length(source);
  }
  const consumers = new Distinct("a consumer of a group");
  for (let left = yield* length(source); left > 0; left--) {
    consumers.add(textOf(yield* string(source)));
    yield* passConsumer(source, version, pending);
  }
  if (pending.size > 0) throw new EncodingError("a pending entry without a consumer");
}

/** Each of its entries is pending in the group, and in no other consumer. */
function* passConsumer(source: ValueSource, version: 1 | 2 | 3, pending: Distinct): Passing {
  yield* raw(source, version === 3 ? 2 * TIME_BYTES : TIME_BYTES);
  for (let left = yield* length(source); left > 0; left--) {
    pending.take(yield* raw(source, ID_BYTES));
  }
}

/** Things of which each is there once. */
class Distinct {
  readonly #what: string;
  readonly #known = new Set<string>();

  constructor(what: string) {
    this.#what = what;
  }

  get size(): number {
    return this.#known.size;
  }

  add(thing: string): void {
    if (this.#known.has(thing)) throw new EncodingError(`${this.#what} that comes twice`);
    this.#known.add(thing);
  }

  take(thing: string): void {
    if (!this.#known.delete(thing)) throw new EncodingError(`${this.#what} that it has not`);
  }
}

function* length(source: ValueSource): Passing<number> {
  for (;;) {
    const value = readLength(source.input);
    if (value !== undefined) return value;
    yield undefined;
  }
}

function* lengths(source: ValueSource, count: number): Passing {
  for (let left = count; left > 0; left--) yield* length(source);
}

function* string(source: ValueSource): Passing<Bytes> {
  for (;;) {
    const value = source.strings.read();
    if (value !== undefined) return value;
    yield undefined;
  }
}

function* raw(source: ValueSource, count: number): Passing<string> {
  while (!source.input.has(count)) yield undefined;
  return source.input.latin1(count);
}
