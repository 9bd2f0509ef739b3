import { unreachable } from "../base/assert.ts";
import { type Bytes, bufferOf } from "../base/bytes.ts";
import { formatDouble17 } from "../resp/double.ts";
import { type Database, type Entry, type Keyspace, NO_EXPIRY } from "./keyspace.ts";
import { type Container, isString, kindOf, type ValueKind } from "./values/value.ts";

/** SHA-1, handed in by the shell. */
export type Sha1 = (bytes: Buffer) => Buffer;

const DIGEST_BYTES = 20;
/** Stands for an expiry, whenever it is. */
const EXPIRING = "!!expire!!";
/** How types are numbered in digests. */
const TYPE_NUMBERS: Readonly<Record<ValueKind, number>> = {
  string: 0,
  list: 1,
  set: 2,
  "sorted-set": 3,
  hash: 4,
  opaque: 6,
};

/**
 * A number for the whole data set that is the same on every server with the same data, Redis' too:
 * test suites compare master and replicas by it (server spec §4.11).
 */
export function digestOf(keyspace: Keyspace, sha1: Sha1): string {
  const digest: Digest = { bytes: Buffer.alloc(DIGEST_BYTES), sha1 };
  for (const database of keyspace.databases) {
    if (database.entries.size > 0) mixDatabase(digest, database);
  }
  return digest.bytes.toString("hex");
}

/** The same for one value, as DEBUG DIGEST-VALUE shows it. */
export function valueDigest(entry: Readonly<Entry> | undefined, sha1: Sha1): string {
  const digest: Digest = { bytes: Buffer.alloc(DIGEST_BYTES), sha1 };
  if (entry !== undefined) mixValue(digest, entry);
  return digest.bytes.toString("hex");
}

interface Digest {
  bytes: Buffer;
  readonly sha1: Sha1;
}

function mixDatabase(digest: Digest, database: Database): void {
  mix(digest, uint32(database.index));
  for (const entry of database.entries) {
    const ofKey: Digest = { bytes: Buffer.alloc(DIGEST_BYTES), sha1: digest.sha1 };
    mix(ofKey, entry.key);
    mixValue(ofKey, entry);
    xor(digest.bytes, digest.sha1(ofKey.bytes));
  }
}

function mixValue(digest: Digest, entry: Readonly<Entry>): void {
  const { value } = entry;
  mix(digest, uint32(TYPE_NUMBERS[kindOf(value)]));
  if (isString(value)) mix(digest, value);
  else if (value.kind === "opaque") mix(digest, value.bytes);
  else mixElements(digest, value);
  if (entry.expireAt !== NO_EXPIRY) xor(digest.bytes, digest.sha1(bufferOf(EXPIRING)));
}

function mixElements(digest: Digest, value: Container): void {
  switch (value.kind) {
    case "list":
      for (const element of value.range()) mix(digest, element);
      return;
    case "set":
      for (const member of value) xor(digest.bytes, digest.sha1(bufferOf(member)));
      return;
    case "hash":
      for (const [field, held] of value) mixPair(digest, field, held);
      return;
    case "sorted-set":
      for (const { member, score } of value) mixPair(digest, member, formatDouble17(score));
      return;
    default:
      unreachable(value);
  }
}

/** The order of pairs does not count, that within one does. */
function mixPair(digest: Digest, first: Bytes, second: Bytes): void {
  const pair: Digest = { bytes: Buffer.alloc(DIGEST_BYTES), sha1: digest.sha1 };
  mix(pair, first);
  mix(pair, second);
  xor(digest.bytes, digest.sha1(pair.bytes));
}

/** Order counts: mixing one thing after another gives another result than the other way. */
function mix(digest: Digest, bytes: Bytes): void {
  xor(digest.bytes, digest.sha1(bufferOf(bytes)));
  digest.bytes = digest.sha1(digest.bytes);
}

/** Order does not count. */
function xor(target: Buffer, other: Buffer): void {
  for (let at = 0; at < DIGEST_BYTES; at++) target[at] = (target[at] ?? 0) ^ (other[at] ?? 0);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
