/**
 * Binary data: a latin1 string (one character a byte) when short, a Buffer when long. Strings are
 * hashed and compared fast by the engine; Buffers keep long values out of its heap (spec server D8).
 */
export type Bytes = string | Buffer;

/** Bytes above this length are kept as Buffers by the parsers. */
export const LONG_BYTES = 4096;

/** The same bytes as a latin1 string. */
export function textOf(bytes: Bytes): string {
  return typeof bytes === "string" ? bytes : bytes.toString("latin1");
}

export function bufferOf(bytes: Bytes): Buffer {
  return typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
}

/** Text a person wrote or reads, from the bytes that stand for it on the wire. */
export function displayText(bytes: Bytes): string {
  return bufferOf(bytes).toString("utf8");
}

/** A JavaScript text (any characters) as the bytes that stand for it on the wire. */
export function bytesOfText(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}
