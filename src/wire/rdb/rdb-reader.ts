import { unreachable } from "../../base/assert.ts";
import { type Bytes, textOf } from "../../base/bytes.ts";
import { type UnixMillis, unixMillis } from "../../base/units.ts";
import { crc64Bytes } from "./crc64.ts";
import { EncodingError } from "./encodings/element-cursor.ts";
import { RdbError } from "./errors.ts";
import { excerpt, nameOf } from "./excerpt.ts";
import { moduleName } from "./module-name.ts";
import { OPCODE, TYPE_MODULE, TYPE_STRING, typeName } from "./opcodes.ts";
import { readLength, readLength64, StringReader } from "./primitives.ts";
import { RdbInput } from "./rdb-input.ts";
import { MAX_RDB_VERSION, MIN_RDB_VERSION, type RdbRecord } from "./record.ts";
import { sizeOf } from "./values/pieces.ts";
import { readerForType } from "./values/reader-for-type.ts";
import type { ValueReader, ValueSource } from "./values/value-reader.ts";

/**
 * Where the reader stands. Between two phases lies one primitive, which is read whole or not at
 * all, so nothing is read twice however the input is sliced.
 *
 *     header ─► opcode ─► aux-name ─► aux-value ─┐
 *               ▲   │ ├─► key ─► value ──────────┤
 *               │   │ ├─► resize-keys ─► …-expires
 *               │   │ └─► checksum ─► ended      │
 *               └───┴────────────────────────────┘
 */
type Phase =
  | { readonly at: "header" }
  | { readonly at: "opcode" }
  | { readonly at: "aux-name" }
  | { readonly at: "aux-value"; readonly name: string }
  | { readonly at: "select-db" }
  | { readonly at: "resize-keys" }
  | { readonly at: "resize-expires"; readonly keys: number }
  | { readonly at: "expiry-ms" }
  | { readonly at: "expiry-seconds" }
  | { readonly at: "frequency" }
  | { readonly at: "ignored-lengths"; readonly left: number }
  | { readonly at: "function" }
  | { readonly at: "module-aux" }
  | { readonly at: "key"; readonly type: number }
  | { readonly at: "string"; readonly key: Bytes }
  | ReadingValue
  | { readonly at: "module"; readonly key: Bytes }
  | { readonly at: "checksum" }
  | { readonly at: "ended" };

interface ReadingValue {
  readonly at: "value";
  readonly type: number;
  readonly key: Bytes;
  readonly reader: ValueReader;
  /** Whether a first piece was handed over. */
  readonly begun: boolean;
}

const OPCODE_NEXT: Phase = { at: "opcode" };
const STRING_KEY: Phase = { at: "key", type: TYPE_STRING };

/** The outcome of one primitive that is no record: read, or not all here yet. */
type Outcome = RdbRecord | "read" | "short";

const HEADER_BYTES = 9;
const CHECKSUM_BYTES = 8;
/** Files before this version end without a checksum. */
const CHECKSUM_VERSION = 5;

/**
 * Reads an RDB that arrives in any slicing: `feed` what came, take records with `next` until it
 * has none. Holds no more than one record
 * and one packed container. After a fault every call of `next` throws it again.
 * Source: spec server §3.
 */
export class RdbReader {
  readonly #input = new RdbInput();
  readonly #strings = new StringReader(this.#input);
  readonly #source: ValueSource = { input: this.#input, strings: this.#strings };
  readonly #checksum: "verify" | "ignore";
  #phase: Phase = { at: "header" };
  #version = 0;
  #db = 0;
  /** Of the next key. */
  #expireAt: UnixMillis | undefined;
  #fault: RdbError | undefined;

  constructor(options: { readonly checksum: "verify" | "ignore" } = { checksum: "verify" }) {
    this.#checksum = options.checksum;
  }

  /** @param chunk is kept until it is read: the caller must not reuse it */
  feed(chunk: Buffer): void {
    this.#input.feed(chunk);
  }

  /**
   * @returns the next record; undefined when more input is needed, or after the end
   * @throws {RdbError} and nothing else, whatever the input
   */
  next(): RdbRecord | undefined {
    if (this.#fault !== undefined) throw this.#fault;
    try {
      for (;;) {
        const outcome = this.#advance();
        if (outcome === "short") return undefined;
        if (outcome !== "read") return outcome;
      }
    } catch (error) {
      this.#fault = this.#faultOf(error);
      throw this.#fault;
    }
  }

  /** Whether the end, checksum included, was read. */
  get ended(): boolean {
    return this.#phase.at === "ended";
  }

  /** Bytes of the RDB read so far; after the end, its size. */
  get bytesRead(): number {
    return this.#input.offset;
  }

  /** What was fed beyond the end of the RDB: the marker of a diskless transfer, or the stream. */
  takeRest(): Buffer {
    return this.#input.takeRest();
  }

  /**
   * Tells the reader that nothing more will come.
   * @throws {RdbError} corrupt, unless the RDB has ended
   */
  endOfInput(): void {
    if (this.#fault !== undefined) throw this.#fault;
    if (!this.ended) this.#corrupt("the RDB is cut off");
  }

  #advance(): Outcome {
    const phase = this.#phase;
    switch (phase.at) {
      case "header":
        return this.#header();
      case "opcode":
        return this.#opcode();
      case "aux-name":
        return this.#string((name) => this.#enter({ at: "aux-value", name: textOf(name) }));
      case "aux-value":
        return this.#string((value) => this.#record({ kind: "aux", name: phase.name, value }));
      case "select-db":
        return this.#length((db) => this.#selectDb(db));
      case "resize-keys":
        return this.#length((keys) => this.#enter({ at: "resize-expires", keys }));
      case "resize-expires": {
        const { keys } = phase;
        return this.#length((expires) => this.#record({ kind: "resize-db", keys, expires }));
      }
      case "expiry-ms":
        return this.#input.has(8) ? this.#expiry(this.#input.int64LE()) : "short";
      case "expiry-seconds":
        return this.#input.has(4) ? this.#expiry(this.#input.int32LE() * 1000) : "short";
      case "frequency":
        return this.#skip(1);
      case "ignored-lengths":
        return this.#length(() => this.#ignoreLengths(phase.left - 1));
      case "function":
        return this.#string((source) => this.#record({ kind: "function", source }));
      case "module-aux":
        return this.#module("data of module");
      case "key":
        return this.#key(phase.type);
      case "string":
        return this.#stringValue(phase.key);
      case "value":
        return this.#piece(phase);
      case "module":
        return this.#module(`type 7 (module) of key ${excerpt(phase.key)}, made by`);
      case "checksum":
        return this.#readChecksum();
      case "ended":
        return "short";
      default:
        return unreachable(phase);
    }
  }

  #header(): Outcome {
    if (!this.#input.has(HEADER_BYTES)) return "short";
    const header = this.#input.latin1(HEADER_BYTES);
    const version = /^REDIS(\d{4})$/.exec(header)?.[1];
    if (version === undefined) this.#corrupt(`not an RDB file: it begins with ${excerpt(header)}`);
    this.#version = Number(version);
    if (this.#version < MIN_RDB_VERSION || this.#version > MAX_RDB_VERSION) {
      this.#refuse(`RDB version ${this.#version}`);
    }
    return this.#record({ kind: "version", version: this.#version });
  }

  #opcode(): Outcome {
    if (!this.#input.has(1)) return "short";
    const opcode = this.#input.uint8();
    switch (opcode) {
      case TYPE_STRING:
        return this.#enter(STRING_KEY);
      case OPCODE.expiryMs:
        return this.#enter({ at: "expiry-ms" });
      case OPCODE.expirySeconds:
        return this.#enter({ at: "expiry-seconds" });
      case OPCODE.idle:
        return this.#ignoreLengths(1);
      case OPCODE.frequency:
        return this.#enter({ at: "frequency" });
      case OPCODE.slotInfo:
        return this.#ignoreLengths(3);
      case OPCODE.aux:
        return this.#enter({ at: "aux-name" });
      case OPCODE.selectDb:
        return this.#enter({ at: "select-db" });
      case OPCODE.resizeDb:
        return this.#enter({ at: "resize-keys" });
      case OPCODE.function:
        return this.#enter({ at: "function" });
      case OPCODE.preReleaseFunction:
        return this.#refuse("a function of a pre-release server (opcode 246)");
      case OPCODE.moduleAux:
        return this.#enter({ at: "module-aux" });
      case OPCODE.end:
        return this.#end();
      default:
        if (typeName(opcode) !== undefined) return this.#enter({ at: "key", type: opcode });
        return this.#refuse(`unknown type or opcode ${opcode}`);
    }
  }

  #selectDb(db: number): RdbRecord {
    this.#db = db;
    return this.#record({ kind: "select-db", db });
  }

  #expiry(at: number): "read" {
    this.#expireAt = unixMillis(at);
    return this.#enter(OPCODE_NEXT);
  }

  #ignoreLengths(left: number): "read" {
    return this.#enter(left === 0 ? OPCODE_NEXT : { at: "ignored-lengths", left });
  }

  #skip(count: number): Outcome {
    if (!this.#input.has(count)) return "short";
    this.#input.skip(count);
    return this.#enter(OPCODE_NEXT);
  }

  /** The key stands before the value, so a value we cannot hold is refused by the key's name. */
  #key(type: number): Outcome {
    const key = this.#strings.read();
    if (key === undefined) return "short";
    if (type === TYPE_STRING) return this.#enter({ at: "string", key });
    if (type === TYPE_MODULE) return this.#enter({ at: "module", key });
    const reader = readerForType(type, this.#source);
    if (reader === undefined) this.#refuse(nameOf(type, key));
    return this.#enter({ at: "value", type, key, reader, begun: false });
  }

  #piece(phase: ReadingValue): Outcome {
    const piece = phase.reader.read();
    if (piece === undefined) return "short";
    const { value, complete } = piece;
    if (value.kind !== "opaque") {
      if (phase.begun) return this.#endOrGoOn(phase, { kind: "more", value, complete });
      if (sizeOf(value) === 0) return complete ? this.#emptyKey(phase.key) : "read";
    }
    const { key } = phase;
    const [db, expireAt] = [this.#db, this.#expireAt];
    this.#expireAt = undefined;
    return this.#endOrGoOn(phase, { kind: "key", db, key, value, expireAt, complete });
  }

  #endOrGoOn(phase: ReadingValue, record: RdbRecord & { readonly complete: boolean }): RdbRecord {
    this.#phase = record.complete ? OPCODE_NEXT : { ...phase, begun: true };
    return record;
  }

  #emptyKey(key: Bytes): RdbRecord {
    this.#expireAt = undefined;
    return this.#record({ kind: "empty-key", db: this.#db, key });
  }

  #stringValue(key: Bytes): Outcome {
    const bytes = this.#strings.read();
    if (bytes === undefined) return "short";
    const expireAt = this.#expireAt;
    this.#expireAt = undefined;
    const value = { kind: "string", bytes } as const;
    return this.#record({ kind: "key", db: this.#db, key, value, expireAt, complete: true });
  }

  #module(what: string): Outcome {
    const id = readLength64(this.#input);
    return id === undefined ? "short" : this.#refuse(`${what} ${moduleName(id)}`);
  }

  #end(): Outcome {
    if (this.#version >= CHECKSUM_VERSION) return this.#enter({ at: "checksum" });
    this.#phase = { at: "ended" };
    return { kind: "end" };
  }

  #readChecksum(): Outcome {
    if (!this.#input.has(CHECKSUM_BYTES)) return "short";
    const expected = crc64Bytes(this.#input.checksum()).toString("latin1");
    const stated = this.#input.latin1(CHECKSUM_BYTES);
    // Eight zero bytes: the writer has checksums switched off.
    const isTold = stated !== "\0".repeat(CHECKSUM_BYTES);
    if (this.#checksum === "verify" && isTold && stated !== expected) {
      this.#corrupt("wrong checksum (RDB CRC error)");
    }
    this.#phase = { at: "ended" };
    return { kind: "end" };
  }

  #string(use: (bytes: Bytes) => Outcome): Outcome {
    const bytes = this.#strings.read();
    return bytes === undefined ? "short" : use(bytes);
  }

  #length(use: (value: number) => Outcome): Outcome {
    const value = readLength(this.#input);
    return value === undefined ? "short" : use(value);
  }

  #enter(phase: Phase): "read" {
    this.#phase = phase;
    return "read";
  }

  #record(record: RdbRecord): RdbRecord {
    this.#phase = OPCODE_NEXT;
    return record;
  }

  /** What `error` is for the caller, with the key in whose value it was met. */
  #faultOf(error: unknown): RdbError {
    if (error instanceof RdbError) return error;
    if (!(error instanceof EncodingError)) throw error;
    const phase = this.#phase;
    const place = phase.at === "value" ? ` in ${nameOf(phase.type, phase.key)}` : "";
    return new RdbError("corrupt", `${error.message}${place}`, this.#input.offset);
  }

  #corrupt(fault: string): never {
    throw new RdbError("corrupt", fault, this.#input.offset);
  }

  #refuse(what: string): never {
    throw new RdbError("unsupported", `${what} is not supported`, this.#input.offset);
  }
}
