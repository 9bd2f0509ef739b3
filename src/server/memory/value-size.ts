import { type Container, estimatedBytes, isContainer, type Value } from "../values/value.ts";

/** What a key costs besides its name and value: the entry, its place in the table. */
const ENTRY_BYTES = 72;
const EXPIRY_BYTES = 56;
const STRING_BYTES = 16;
const CONTAINER_BYTES = 96;
const ELEMENT_BYTES = 48;
/** Of so few elements some are always measured. */
const FEW = 4;

/** Bytes of an entry without its value. */
export function entryBytes(key: string, expireAt: number | undefined): number {
  return ENTRY_BYTES + key.length + (expireAt === undefined ? 0 : EXPIRY_BYTES);
}

/** Bytes the value was accounted with, so that taking it away again leaves nothing. */
export function accountedBytes(value: Value): number {
  if (isContainer(value)) return value.accounted.bytes;
  return (
    STRING_BYTES + (typeof value === "object" && "bytes" in value ? value.bytes : value).length
  );
}

/**
 * Judges the container anew. The mean length of its elements is measured again only when their
 * number has doubled or halved, so that a change costs the same whatever the size.
 */
export function accountContainer(value: Container): number {
  const { accounted, size } = value;
  if (size <= FEW || size > 2 * accounted.elements || 2 * size < accounted.elements) {
    accounted.elements = size;
    accounted.bytesAnElement = size === 0 ? 0 : estimatedBytes(value) / size;
  }
  const before = accounted.bytes;
  accounted.bytes = CONTAINER_BYTES + Math.round((accounted.bytesAnElement + ELEMENT_BYTES) * size);
  if (value.kind === "hash") accounted.bytes += EXPIRY_BYTES * value.expiringFields;
  return accounted.bytes - before;
}
