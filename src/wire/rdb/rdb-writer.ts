import type { Bytes } from "../../base/bytes.ts";
import type { UnixMillis } from "../../base/units.ts";
import { auxFields, type RdbOrigin } from "./aux-fields.ts";
import { OPCODE } from "./opcodes.ts";
import { RdbOutput } from "./rdb-output.ts";
import type { RdbKey } from "./record.ts";
import {
  type Compression,
  type ContainerHead,
  containerType,
  typeOf,
  ValueWriter,
} from "./value-writer.ts";
import { PLAIN_RDB_VERSION } from "./versions.ts";

const MAX_INT64 = 2n ** 63n - 1n;

export interface RdbWriterOptions {
  /** `rdbcompression`: strings above 20 bytes take less room and several times as long. */
  readonly compression: Compression;
  /** `rdbchecksum`: what stands at the end, a checksum unless told otherwise. */
  readonly ending?: "checksum" | "zeros";
  /** Of the header; 9 unless something that is written needs a newer one. */
  readonly version?: number;
}

/**
 * Writes an RDB record by record, so that a snapshot can be written in slices: between two records
 * take the blocks that are there. Order: `header`, then for each database `selectDb`, `resizeDb`
 * and its keys, then `end`; databases may be selected again (spec server §3, §7.2).
 */
export class RdbWriter {
  readonly #output = new RdbOutput();
  readonly #values: ValueWriter;
  readonly #options: RdbWriterOptions;

  constructor(options: RdbWriterOptions) {
    this.#values = new ValueWriter(this.#output, options.compression);
    this.#options = options;
  }

  /** Bytes written so far, taken or not. */
  get bytesWritten(): number {
    return this.#output.written;
  }

  /** Bytes written and not taken: the measure for ending a slice. */
  get bytesPending(): number {
    return this.#output.pending;
  }

  /**
   * What was written and not yet taken, in order. Long values are in it by reference.
   * @param atMost bytes, give or take the checksum at the end: what the caller's time allows
   */
  takeBlocks(atMost = Number.POSITIVE_INFINITY): readonly Buffer[] {
    return this.#output.take(atMost);
  }

  header(origin: RdbOrigin): void {
    const version = this.#options.version ?? PLAIN_RDB_VERSION;
    this.#output.latin1(`REDIS${String(version).padStart(4, "0")}`);
    for (const [name, value] of auxFields(origin)) {
      this.#output.uint8(OPCODE.aux);
      this.#values.string(name);
      this.#values.string(value);
    }
  }

  /** A library of functions, by its source; before all databases. */
  functionLibrary(source: Bytes): void {
    this.#output.uint8(OPCODE.function);
    this.#values.string(source);
  }

  selectDb(db: number): void {
    this.#output.uint8(OPCODE.selectDb);
    this.#values.length(db);
  }

  /** How many keys of the database follow, and how many of them expire; readers take it as a hint. */
  resizeDb(sizes: { readonly keys: number; readonly expires: number }): void {
    this.#output.uint8(OPCODE.resizeDb);
    this.#values.length(sizes.keys);
    this.#values.length(sizes.expires);
  }

  /** A Buffer in the record must stay as it is until it was taken. */
  key({ key, value, expireAt }: RdbKey): void {
    this.#open(typeOf(value), key, expireAt);
    this.#values.value(value);
  }

  /**
   * Begins a key whose elements are then written one by one, by `item`, `field`, `expiringField`
   * or `scored`: as many as the head says, and nothing else in between.
   */
  container(key: Bytes, expireAt: UnixMillis | undefined, head: ContainerHead): void {
    this.#open(containerType(head), key, expireAt);
    this.#values.head(head);
  }

  item(bytes: Bytes): void {
    this.#values.item(bytes);
  }

  field(field: Bytes, value: Bytes): void {
    this.#values.field(field, value);
  }

  expiringField(field: Bytes, value: Bytes, expireAt: UnixMillis | undefined): void {
    this.#values.expiringField(field, value, expireAt);
  }

  scored(member: Bytes, score: number): void {
    this.#values.scored(member, score);
  }

  end(): void {
    this.#output.uint8(OPCODE.end);
    this.#output.end(this.#options.ending ?? "checksum");
  }

  #open(type: number, key: Bytes, expireAt: UnixMillis | undefined): void {
    if (expireAt !== undefined) this.#expiry(expireAt);
    this.#output.uint8(type);
    this.#values.string(key);
  }

  #expiry(at: UnixMillis): void {
    const moment = BigInt(Math.trunc(at));
    this.#output.uint8(OPCODE.expiryMs);
    this.#output.int64LE(moment > MAX_INT64 ? MAX_INT64 : moment);
  }
}
