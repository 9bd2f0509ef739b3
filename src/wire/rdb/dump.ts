import { crc64Bytes, newCrc64, updateCrc64 } from "./crc64.ts";
import { EncodingError } from "./encodings/element-cursor.ts";
import { RdbError } from "./errors.ts";
import { TYPE_STRING, typeName } from "./opcodes.ts";
import { StringReader } from "./primitives.ts";
import { RdbInput } from "./rdb-input.ts";
import { RdbOutput } from "./rdb-output.ts";
import { MAX_RDB_VERSION, type RdbValue } from "./record.ts";
import { typeOf, ValueWriter } from "./value-writer.ts";
import { sizeOf } from "./values/pieces.ts";
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
 * What follows the value is passed over, as Redis does.
 * @param take answers why it cannot take the piece, if so
 * @returns why the dump is refused: it contradicts its format, holds nothing, or `take` objects;
 *   undefined when all of it was taken
 */
export function readDump(
  dump: Buffer,
  take: (piece: RdbValue) => string | undefined,
): string | undefined {
  const input = new RdbInput();
  input.feed(dump.subarray(0, -FOOTER_BYTES));
  try {
    return input.has(1) ? readValue(input, take) : CUT_OFF;
  } catch (error) {
    if (error instanceof EncodingError || error instanceof RdbError) return error.message;
    throw error;
  }
}

const CUT_OFF = "the value is cut off";

function readValue(
  input: RdbInput,
  take: (piece: RdbValue) => string | undefined,
): string | undefined {
  const strings = new StringReader(input);
  const type = input.uint8();
  if (type === TYPE_STRING) {
    const bytes = strings.read();
    return bytes === undefined ? CUT_OFF : take({ kind: "string", bytes });
  }
  const reader = readerForType(type, { input, strings });
  if (reader === undefined) return `type ${type} (${typeName(type) ?? "unknown"})`;
  let elements = 0;
  for (;;) {
    const piece = reader.read();
    if (piece === undefined) return CUT_OFF;
    const { value, complete } = piece;
    elements += value.kind === "opaque" ? 1 : sizeOf(value);
    if (elements === 0 && complete) return "a container without elements";
    const objection = elements === 0 ? undefined : take(value);
    if (objection !== undefined || complete) return objection;
  }
}
