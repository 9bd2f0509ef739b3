import { crc64Bytes, newCrc64, updateCrc64 } from "../../../src/wire/rdb/crc64.ts";
/**
 * Encoders of what servers write, made from the description of the format and not from the code
 * under test: for encodings that no server here writes any more, or not yet.
 */

export type Text = string;

export function latin1(text: Text): Buffer {
  return Buffer.from(text, "latin1");
}

export function uint(value: number, bytes: number, order: "BE" | "LE" = "LE"): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (order === "LE") buffer.writeUIntLE(value, 0, bytes);
  else buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

export function int64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64LE(value);
  return buffer;
}

export function double(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleLE(value);
  return buffer;
}

/** A length as it stands before strings and containers. */
export function length(value: number): Buffer {
  if (value < 64) return uint(value, 1);
  if (value < 16384) return uint(0x4000 | value, 2, "BE");
  if (value < 2 ** 32) return Buffer.concat([uint(0x80, 1), uint(value, 4, "BE")]);
  const high = uint(Math.floor(value / 2 ** 32), 4, "BE");
  return Buffer.concat([uint(0x81, 1), high, uint(value % 2 ** 32, 4, "BE")]);
}

export function string(content: Text | Buffer): Buffer {
  const bytes = typeof content === "string" ? latin1(content) : content;
  return Buffer.concat([length(bytes.length), bytes]);
}

const CANONICAL = /^(0|-?[1-9]\d{0,18})$/;

/** The integer that the text is, if it fits 64 bits. */
function integerIn(text: Text): bigint | undefined {
  if (!CANONICAL.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function fits(value: bigint, bits: number): boolean {
  return BigInt.asIntN(bits, value) === value;
}

/** The low `bytes` bytes, lowest first. */
function low(value: bigint, bytes: number): Buffer {
  return int64(value).subarray(0, bytes);
}

export function listpack(elements: readonly Text[]): Buffer {
  const body = Buffer.concat(elements.map(listpackElement));
  const count = Math.min(elements.length, 65535);
  return Buffer.concat([uint(body.length + 7, 4), uint(count, 2), body, uint(0xff, 1)]);
}

function listpackElement(text: Text): Buffer {
  const value = integerIn(text);
  const entry = value === undefined ? listpackText(latin1(text)) : listpackInteger(value);
  return Buffer.concat([entry, backLength(entry.length)]);
}

function listpackText(bytes: Buffer): Buffer {
  if (bytes.length < 64) return Buffer.concat([uint(0x80 | bytes.length, 1), bytes]);
  if (bytes.length < 4096) return Buffer.concat([uint(0xe000 | bytes.length, 2, "BE"), bytes]);
  return Buffer.concat([uint(0xf0, 1), uint(bytes.length, 4), bytes]);
}

function listpackInteger(value: bigint): Buffer {
  if (value >= 0n && value < 128n) return uint(Number(value), 1);
  if (fits(value, 13)) return uint(0xc000 | Number(BigInt.asUintN(13, value)), 2, "BE");
  if (fits(value, 16)) return Buffer.concat([uint(0xf1, 1), low(value, 2)]);
  if (fits(value, 24)) return Buffer.concat([uint(0xf2, 1), low(value, 3)]);
  if (fits(value, 32)) return Buffer.concat([uint(0xf3, 1), low(value, 4)]);
  return Buffer.concat([uint(0xf4, 1), low(value, 8)]);
}

function backLength(size: number): Buffer {
  const bytes = [size & 127];
  const bounds = [127, 16382, 2097150, 268435454];
  for (const bound of bounds) {
    if (size <= bound) break;
    bytes.unshift(Math.floor(size / 128 ** bytes.length) & 127);
  }
  return Buffer.from(bytes.map((byte, index) => (index === 0 ? byte : byte | 128)));
}

export function ziplist(elements: readonly Text[]): Buffer {
  const entries: Buffer[] = [];
  let before = 0;
  for (const text of elements) {
    const previous =
      before < 254 ? uint(before, 1) : Buffer.concat([uint(254, 1), uint(before, 4)]);
    const entry = Buffer.concat([previous, ziplistElement(text)]);
    entries.push(entry);
    before = entry.length;
  }
  const body = Buffer.concat(entries);
  const tail = 10 + body.length - before;
  const count = Math.min(elements.length, 65535);
  const head = [uint(body.length + 11, 4), uint(tail, 4), uint(count, 2)];
  return Buffer.concat([...head, body, uint(0xff, 1)]);
}

function ziplistElement(text: Text): Buffer {
  const value = integerIn(text);
  return value === undefined ? ziplistText(latin1(text)) : ziplistInteger(value);
}

function ziplistText(bytes: Buffer): Buffer {
  if (bytes.length < 64) return Buffer.concat([uint(bytes.length, 1), bytes]);
  if (bytes.length < 16384) return Buffer.concat([uint(0x4000 | bytes.length, 2, "BE"), bytes]);
  return Buffer.concat([uint(0x80, 1), uint(bytes.length, 4, "BE"), bytes]);
}

function ziplistInteger(value: bigint): Buffer {
  if (value >= 0n && value <= 12n) return uint(0xf1 + Number(value), 1);
  if (fits(value, 8)) return Buffer.concat([uint(0xfe, 1), low(value, 1)]);
  if (fits(value, 16)) return Buffer.concat([uint(0xc0, 1), low(value, 2)]);
  if (fits(value, 24)) return Buffer.concat([uint(0xf0, 1), low(value, 3)]);
  if (fits(value, 32)) return Buffer.concat([uint(0xd0, 1), low(value, 4)]);
  return Buffer.concat([uint(0xe0, 1), low(value, 8)]);
}

export function intset(members: readonly bigint[]): Buffer {
  const sorted = [...members].sort((one, other) => (one < other ? -1 : 1));
  const width = [2, 4, 8].find((bytes) => sorted.every((value) => fits(value, 8 * bytes))) ?? 8;
  const numbers = sorted.map((value) => low(value, width));
  return Buffer.concat([uint(width, 4), uint(sorted.length, 4), ...numbers]);
}

/** @param slack unused bytes behind each value */
export function zipmap(fields: readonly (readonly [Text, Text])[], slack = 0): Buffer {
  const entries = fields.flatMap(([field, value]) => [
    zipmapLength(field.length),
    latin1(field),
    zipmapLength(value.length),
    uint(slack, 1),
    latin1(value),
    Buffer.alloc(slack, "?"),
  ]);
  return Buffer.concat([uint(Math.min(fields.length, 254), 1), ...entries, uint(0xff, 1)]);
}

function zipmapLength(value: number): Buffer {
  return value < 254 ? uint(value, 1) : Buffer.concat([uint(254, 1), uint(value, 4)]);
}

/** Types 1 and 2: each element as it is. */
export function plainItems(items: readonly Text[]): Buffer {
  return Buffer.concat([length(items.length), ...items.map((item) => string(item))]);
}

/** Type 4. */
export function plainFields(fields: readonly (readonly [Text, Text])[]): Buffer {
  return Buffer.concat([length(fields.length), ...fields.flat().map((text) => string(text))]);
}

/** Type 5. */
export function plainScores(members: readonly (readonly [Text, number])[]): Buffer {
  const entries = members.flatMap(([member, score]) => [string(member), double(score)]);
  return Buffer.concat([length(members.length), ...entries]);
}

/** Type 3. */
export function textScores(members: readonly (readonly [Text, number])[]): Buffer {
  const entries = members.flatMap(([member, score]) => [string(member), textScore(score)]);
  return Buffer.concat([length(members.length), ...entries]);
}

function textScore(score: number): Buffer {
  if (score === Number.POSITIVE_INFINITY) return uint(254, 1);
  if (score === Number.NEGATIVE_INFINITY) return uint(255, 1);
  if (Number.isNaN(score)) return uint(253, 1);
  const text = String(score);
  return Buffer.concat([uint(text.length, 1), latin1(text)]);
}

/** Type 14: a list in ziplists of so many elements. */
export function quicklist(items: readonly Text[], perNode: number): Buffer {
  const nodes: Buffer[] = [];
  for (let at = 0; at < items.length; at += perNode) {
    nodes.push(string(ziplist(items.slice(at, at + perNode))));
  }
  return Buffer.concat([length(nodes.length), ...nodes]);
}

/** Type 18: the same in listpacks, elements of more than `plainFrom` bytes in nodes of their own. */
export function quicklist2(items: readonly Text[], plainFrom: number): Buffer {
  const nodes = items.map((item) =>
    item.length > plainFrom
      ? Buffer.concat([length(1), string(item)])
      : Buffer.concat([length(2), string(listpack([item]))]),
  );
  return Buffer.concat([length(nodes.length), ...nodes]);
}

export type ExpiringField = readonly [field: Text, value: Text, expireAt: number];

/** Types 22 and, with the earliest expiry as base, 24. */
export function expiringFields(fields: readonly ExpiringField[], type: 22 | 24): Buffer {
  const times = fields.map(([, , time]) => time).filter((time) => time > 0);
  const base = type === 24 ? Math.min(...times) : 0;
  const entries = fields.flatMap(([field, value, time]) => [
    length(time === 0 ? 0 : type === 24 ? time - base + 1 : time),
    string(field),
    string(value),
  ]);
  const head = type === 24 ? [int64(BigInt(base))] : [];
  return Buffer.concat([...head, length(fields.length), ...entries]);
}

/** Types 23 and 25. */
export function expiringListpack(fields: readonly ExpiringField[], type: 23 | 25): Buffer {
  const times = fields.map(([, , time]) => time).filter((time) => time > 0);
  const head = type === 25 ? [int64(BigInt(Math.min(...times)))] : [];
  const pack = listpack(fields.flatMap(([field, value, time]) => [field, value, String(time)]));
  return Buffer.concat([...head, string(pack)]);
}

/** A file of one key, with zeros in place of the checksum. */
export function fileOf(type: number, key: Text, value: Buffer, version = 12): Buffer {
  const header = latin1(`REDIS${String(version).padStart(4, "0")}`);
  const record = [uint(type, 1), string(key), value];
  const end = version < 5 ? Buffer.alloc(0) : Buffer.alloc(8);
  return Buffer.concat([header, ...record, uint(0xff, 1), end]);
}

/** The value as DUMP gives it. */
export function asDump(type: number, value: Buffer, version = 9): Buffer {
  const body = Buffer.concat([uint(type, 1), value, uint(version, 2)]);
  const crc = newCrc64();
  updateCrc64(crc, body, 0, body.length);
  return Buffer.concat([body, crc64Bytes(crc)]);
}
