import { type Bytes, bufferOf, textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags, type KeyPositions } from "../command.ts";
import { openString, readString, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { lookup } from "../expiry.ts";
import { keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { overwritten, roughIntegerOf } from "../strings.ts";
import { isString } from "../values/value.ts";
import { keyAt } from "./strings.ts";

/** Bits are counted from the highest of the first byte on, as Redis does. */

/** @returns undefined for what is no position within the largest string there may be */
export function bitOffset(state: ServerState, text: Bytes): number | undefined {
  const offset = roughIntegerOf(text);
  if (offset === undefined || offset < 0) return undefined;
  return Math.floor(offset / 8) < state.settings.maxBulkBytes ? offset : undefined;
}

function setBit(state: ServerState, client: Client, args: Arguments): void {
  const offset = bitOffset(state, args[2] ?? "");
  const bit = textOf(args[3] ?? "");
  if (offset === undefined) {
    replyError(client, ERRORS.badBitOffset);
    return;
  }
  if (bit !== "0" && bit !== "1") {
    replyError(client, ERRORS.badBit);
    return;
  }
  const key = keyAt(args, 1);
  const entry = openString(state, client, key);
  if (entry === WRONG_TYPE) return;
  const value = bufferOf(entry?.value ?? "");
  const at = Math.floor(offset / 8);
  const mask = 0x80 >> (offset % 8);
  const old = value[at] ?? 0;
  const changed = bit === "1" ? old | mask : old & ~mask;
  client.reply.integer((old & mask) === 0 ? 0 : 1);
  if (changed === old && at < value.length) {
    // As in Redis, whose value is `raw` from here on.
    if (entry !== undefined) state.keyspace.restateValue(client.database, entry, value);
    return;
  }
  const result = overwritten(value, at, Buffer.of(changed));
  if (entry === undefined) state.keyspace.put(client.database, key, result, NO_EXPIRY);
  else state.keyspace.setValue(client.database, entry, result);
  keyChanged(state, client.database, key, "setbit");
}

function getBit(state: ServerState, client: Client, args: Arguments): void {
  const offset = bitOffset(state, args[2] ?? "");
  if (offset === undefined) {
    replyError(client, ERRORS.badBitOffset);
    return;
  }
  const value = readString(state, client, keyAt(args, 1));
  if (value !== WRONG_TYPE) client.reply.integer(bitAt(bufferOf(value ?? ""), offset));
}

function bitAt(value: Buffer, offset: number): number {
  return ((value[Math.floor(offset / 8)] ?? 0) >> (7 - (offset % 8))) & 1;
}

/** A range of bits; `to` is not included. */
interface BitRange {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads `start end [BYTE|BIT]` from `at` on.
 * @param crossed whether ends before the value's beginning that have crossed mean its first unit
 * @returns the error's text for something else
 */
function readRange(
  args: Arguments,
  at: number,
  crossed: "empty" | "first",
): ((length: number) => BitRange | undefined) | string {
  const start = roughIntegerOf(args[at] ?? "");
  const end = args.length > at + 1 ? roughIntegerOf(args[at + 1] ?? "") : -1;
  if (start === undefined || end === undefined) return ERRORS.notAnInteger;
  if (args.length > at + 3) return ERRORS.syntax;
  // Redis does not even look at the unit then.
  if (crossed === "empty" && start < 0 && end < 0 && start > end) return () => undefined;
  const unit = textOf(args[at + 2] ?? "BYTE").toUpperCase();
  if (unit !== "BYTE" && unit !== "BIT") return ERRORS.syntax;
  const bits = unit === "BIT" ? 1 : 8;
  return (length) => {
    const size = (length * 8) / bits;
    const first = Math.max(0, start < 0 ? size + start : start);
    const last = Math.min(size - 1, Math.max(0, end < 0 ? size + end : end));
    return first > last ? undefined : { from: first * bits, to: (last + 1) * bits };
  };
}

function bitCount(state: ServerState, client: Client, args: Arguments): void {
  const value = readString(state, client, keyAt(args, 1));
  if (value === WRONG_TYPE) return;
  if (value === undefined) {
    client.reply.integer(0);
    return;
  }
  if (args.length === 3) {
    replyError(client, ERRORS.syntax);
    return;
  }
  const range = args.length > 3 ? readRange(args, 2, "empty") : wholeValue;
  if (typeof range === "string") {
    replyError(client, range);
    return;
  }
  const bytes = bufferOf(value);
  client.reply.integer(countBits(bytes, range(bytes.length)));
}

function wholeValue(length: number): BitRange | undefined {
  return length === 0 ? undefined : { from: 0, to: length * 8 };
}

function countBits(bytes: Buffer, range: BitRange | undefined): number {
  if (range === undefined) return 0;
  let count = 0;
  let at = range.from;
  for (; at < range.to && at % 8 !== 0; at++) count += bitAt(bytes, at);
  for (; at + 8 <= range.to; at += 8) count += BITS_OF[bytes[at / 8] ?? 0] ?? 0;
  for (; at < range.to; at++) count += bitAt(bytes, at);
  return count;
}

const BITS_OF = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte.toString(2).replaceAll("0", "").length,
);

function bitPos(state: ServerState, client: Client, args: Arguments): void {
  const bit = roughIntegerOf(args[2] ?? "");
  if (bit === undefined) {
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  if (bit !== 0 && bit !== 1) {
    replyError(client, ERRORS.bitNeither);
    return;
  }
  const value = readString(state, client, keyAt(args, 1));
  if (value === WRONG_TYPE) return;
  if (value === undefined) {
    client.reply.integer(bit === 1 ? -1 : 0);
    return;
  }
  const range = args.length > 3 ? readRange(args, 3, "first") : wholeValue;
  if (typeof range === "string") {
    replyError(client, range);
    return;
  }
  const bytes = bufferOf(value);
  const bits = range(bytes.length);
  const found = bits === undefined ? -1 : firstBit(bytes, bits, bit);
  // Behind the value all bits are 0, unless the client has said where to stop.
  const isOpen = bits !== undefined && bit === 0 && args.length < 5;
  client.reply.integer(found === -1 && isOpen ? bytes.length * 8 : found);
}

function firstBit(bytes: Buffer, { from, to }: BitRange, bit: number): number {
  const skipped = bit === 1 ? 0 : 0xff;
  for (let at = from; at < to;) {
    if (at % 8 === 0 && bytes[at / 8] === skipped && at + 8 <= to) at += 8;
    else if (bitAt(bytes, at) === bit) return at;
    else at++;
  }
  return -1;
}

const OPERATIONS: Readonly<Record<string, (one: number, other: number) => number>> = {
  AND: (one, other) => one & other,
  OR: (one, other) => one | other,
  XOR: (one, other) => one ^ other,
};

function bitOp(state: ServerState, client: Client, args: Arguments): void {
  const name = textOf(args[1] ?? "").toUpperCase();
  const operation = OPERATIONS[name];
  if (operation === undefined && name !== "NOT") {
    replyError(client, ERRORS.syntax);
    return;
  }
  if (name === "NOT" && args.length !== 4) {
    replyError(client, ERRORS.bitOpNotTakesOne);
    return;
  }
  const sources: Buffer[] = [];
  for (const key of args.slice(3)) {
    const value = lookup(state, client, textOf(key))?.value ?? "";
    if (!isString(value)) {
      replyError(client, ERRORS.wrongType);
      return;
    }
    sources.push(bufferOf(value));
  }
  const length = Math.max(...sources.map((source) => source.length));
  const result = Buffer.alloc(length);
  for (let at = 0; at < length; at++) {
    let byte = sources[0]?.[at] ?? 0;
    for (const source of sources.slice(1)) byte = operation?.(byte, source[at] ?? 0) ?? byte;
    result[at] = operation === undefined ? ~byte : byte;
  }
  storeResult(state, client, keyAt(args, 2), result);
  client.reply.integer(length);
}

function storeResult(state: ServerState, client: Client, key: string, result: Buffer): void {
  if (result.length > 0) {
    state.keyspace.put(client.database, key, result, NO_EXPIRY);
    keyChanged(state, client.database, key, "set");
  } else if (lookup(state, client, key) !== undefined) {
    state.keyspace.remove(client.database, key);
    keyChanged(state, client.database, key, "del");
  }
}

/** The operation comes first, then the result's key and those that it is made of. */
const FROM_SECOND: KeyPositions = { first: 2, last: -1, step: 1 };

const GROUP = "bitmap";

export const BITMAP_COMMANDS: readonly Command[] = [
  { name: "setbit", arity: 4, flags: flags("wm"), keys: FIRST_KEY, group: GROUP, run: setBit },
  { name: "getbit", arity: 3, flags: flags("rF"), keys: FIRST_KEY, group: GROUP, run: getBit },
  { name: "bitcount", arity: -2, flags: flags("r"), keys: FIRST_KEY, group: GROUP, run: bitCount },
  { name: "bitpos", arity: -3, flags: flags("r"), keys: FIRST_KEY, group: GROUP, run: bitPos },
  { name: "bitop", arity: -4, flags: flags("wm"), keys: FROM_SECOND, group: GROUP, run: bitOp },
];
