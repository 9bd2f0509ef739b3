import { crc64Bytes, newCrc64, updateCrc64 } from "./crc64.ts";
import { EncodingError } from "./encodings/element-cursor.ts";
import { RdbError } from "./errors.ts";
import { TYPE_STRING } from "./opcodes.ts";
import { StringReader } from "./primitives.ts";
import { RdbInput } from "./rdb-input.ts";
import { RdbOutput } from "./rdb-output.ts";
import { MAX_RDB_VERSION, type RdbValue } from "./record.ts";
import { typeOf, ValueWriter } from "./value-writer.ts";
import { readerForType } from "./values/reader-for-type.ts";
import { versionFor } from "./versions.ts";

/**
 * One value as DUMP gives it and RESTORE takes it: type, value, RDB version (2 bytes), and the
 * checksum of all that (spec server §3.10).
 */

const VERSION_BYTES = 2;
const CHECKSUM_BYTES = 8;
const FOOTER_BYTES = VERSION_BYTES + CHECKSUM_BYTES;

export function dumpOf(value: RdbValue): Buffer {
  const output = new RdbOutput();
  output.uint8(typeOf(value));
  new ValueWriter(output, "lzf").value(value);
  output.int16LE(versionFor(value));
  output.end("checksum");
  return Buffer.concat(output.take(Number.POSITIVE_INFINITY));
}

/** Whether version and checksum at the end of a dump are right, and there is something before them. */
export function isIntactDump(dump: Buffer, options: { readonly checksum: boolean }): boolean {
  const footer = dump.length - FOOTER_BYTES;
  if (footer < 0 || dump.readUInt16LE(footer) > MAX_RDB_VERSION) return false;
  if (!options.checksum) return true;
  const crc = newCrc64();
  updateCrc64(crc, dump, 0, footer + VERSION_BYTES);
  return crc64Bytes(crc).equals(dump.subarray(footer + VERSION_BYTES));
}

/**
 * The value in a dump, in pieces: a string or opaque value in one, a container in one or more.
 * @returns false as soon as the dump contradicts its format, or has no elements, or `take` says no
 */
export function readDump(dump: Buffer, take: (piece: RdbValue) => boolean): boolean {
  const input = new RdbInput();
  input.feed(dump.subarray(0, -FOOTER_BYTES));
  if (!input.has(1)) return false;
  try {
    return readValue(input, take);
  } catch (error) {
    if (error instanceof EncodingError || error instanceof RdbError) return false;
    throw error;
  }
}

function readValue(input: RdbInput, take: (piece: RdbValue) => boolean): boolean {
  const strings = new StringReader(input);
  const type = input.uint8();
  if (type === TYPE_STRING) {
    const bytes = strings.read();
    return bytes !== undefined && take({ kind: "string", bytes });
  }
  const reader = readerForType(type, { input, strings });
  if (reader === undefined) return false;
  for (;;) {
    const piece = reader.read();
    if (piece === undefined || !take(piece.value)) return false;
    if (piece.complete) return true;
  }
}
