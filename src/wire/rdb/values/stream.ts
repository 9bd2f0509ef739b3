import { type Bytes, bufferOf } from "../../../base/bytes.ts";
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
  for (let left = yield* length(source); left > 0; left--) {
    const id = yield* string(source);
    if (id.length !== ID_BYTES) throw new EncodingError("a stream node without an id");
    checkListpack(bufferOf(yield* string(source)));
  }
  // Items and last id; then first id, highest deleted id and entries ever added.
  yield* lengths(source, version === 1 ? 3 : 8);
  for (let left = yield* length(source); left > 0; left--) yield* passGroup(source, version);
}

function* passGroup(source: ValueSource, version: 1 | 2 | 3): Passing {
  yield* string(source);
  yield* lengths(source, version === 1 ? 2 : 3);
  for (let left = yield* length(source); left > 0; left--) {
    yield* raw(source, ID_BYTES + TIME_BYTES);
    yield* length(source);
  }
  for (let left = yield* length(source); left > 0; left--) yield* passConsumer(source, version);
}

function* passConsumer(source: ValueSource, version: 1 | 2 | 3): Passing {
  yield* string(source);
  yield* raw(source, version === 3 ? 2 * TIME_BYTES : TIME_BYTES);
  for (let left = yield* length(source); left > 0; left--) yield* raw(source, ID_BYTES);
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

function* raw(source: ValueSource, count: number): Passing {
  while (!source.input.has(count)) yield undefined;
  source.input.skip(count);
}
