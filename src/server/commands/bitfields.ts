import { type Bytes, bufferOf, textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, FIRST_KEY, flags } from "../command.ts";
import { openString, readString, WRONG_TYPE } from "../containers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { keyChanged } from "../keyspace-events.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { integerOf, overwritten, roughIntegerOf } from "../strings.ts";
import { keyAt } from "./strings.ts";

/** BITFIELD and BITFIELD_RO: integers of any width at any bit of a string, the highest bit first. */

interface Field {
  readonly signed: boolean;
  readonly bits: number;
  readonly offset: number;
}

type Overflow = "WRAP" | "SAT" | "FAIL";

type Operation =
  | { readonly kind: "get"; readonly field: Field }
  | {
      readonly kind: "set" | "incrby";
      readonly field: Field;
      readonly amount: bigint;
      readonly overflow: Overflow;
    };

function bitField(state: ServerState, client: Client, args: Arguments): void {
  const operations = readOperations(state, args);
  if (typeof operations === "string") {
    replyError(client, operations);
    return;
  }
  const writtenBits = endOfWrites(operations);
  if (writtenBits === 0) {
    replyFields(state, client, args, operations);
    return;
  }
  const key = keyAt(args, 1);
  const entry = openString(state, client, key);
  if (entry === WRONG_TYPE) return;
  // A copy, which nobody else has: the value itself is never changed in place.
  const value = overwritten(entry?.value ?? "", Math.ceil(writtenBits / 8), "");
  const grows = value.length > (entry?.value.length ?? 0);
  let changes = 0;
  client.reply.array(operations.length);
  for (const operation of operations) {
    const old = fieldAt(value, operation.field);
    if (operation.kind === "get") {
      client.reply.integer(old);
      continue;
    }
    const wanted = operation.kind === "set" ? operation.amount : old + operation.amount;
    const result = fitted(operation.kind, wanted, operation);
    if (result === undefined) {
      client.reply.null();
      continue;
    }
    writeField(value, operation.field, result);
    if (grows || result !== old) changes++;
    client.reply.integer(operation.kind === "set" ? old : result);
  }
  if (!grows && changes === 0) {
    if (entry !== undefined) state.keyspace.restateValue(client.database, entry, value);
    return;
  }
  if (entry === undefined) state.keyspace.put(client.database, key, value, NO_EXPIRY);
  else state.keyspace.setValue(client.database, entry, value);
  if (changes === 0) return;
  keyChanged(state, client.database, key, "setbit");
  state.persistence.changes += changes - 1;
}

function bitFieldReadOnly(state: ServerState, client: Client, args: Arguments): void {
  const operations = readOperations(state, args);
  if (typeof operations === "string") replyError(client, operations);
  else if (operations.every(({ kind }) => kind === "get")) {
    replyFields(state, client, args, operations);
  } else replyError(client, ERRORS.bitFieldReadOnly);
}

function replyFields(
  state: ServerState,
  client: Client,
  args: Arguments,
  operations: readonly Operation[],
): void {
  const value = readString(state, client, keyAt(args, 1));
  if (value === WRONG_TYPE) return;
  const bytes = bufferOf(value ?? "");
  client.reply.array(operations.length);
  for (const { field } of operations) client.reply.integer(fieldAt(bytes, field));
}

/** The first bit behind all fields that are written; 0 when none is. */
function endOfWrites(operations: readonly Operation[]): number {
  let end = 0;
  for (const { kind, field } of operations) {
    if (kind !== "get") end = Math.max(end, field.offset + field.bits);
  }
  return end;
}

/** @returns the error's text for what is no list of operations */
function readOperations(state: ServerState, args: Arguments): readonly Operation[] | string {
  const operations: Operation[] = [];
  let overflow: Overflow = "WRAP";
  for (let at = 2; at < args.length;) {
    const word = textOf(args[at] ?? "").toUpperCase();
    const left = args.length - at - 1;
    if (word === "OVERFLOW" && left >= 1) {
      const name = textOf(args[at + 1] ?? "").toUpperCase();
      if (name !== "WRAP" && name !== "SAT" && name !== "FAIL") return ERRORS.badOverflow;
      overflow = name;
      at += 2;
      continue;
    }
    const isWrite = (word === "SET" || word === "INCRBY") && left >= 3;
    if (!isWrite && !(word === "GET" && left >= 2)) return ERRORS.syntax;
    const field = readField(state, args[at + 1] ?? "", args[at + 2] ?? "");
    if (typeof field === "string") return field;
    if (!isWrite) {
      operations.push({ kind: "get", field });
      at += 3;
      continue;
    }
    const amount = integerOf(args[at + 3] ?? "");
    if (amount === undefined) return ERRORS.notAnInteger;
    const kind = word === "SET" ? "set" : "incrby";
    operations.push({ kind, field, amount: BigInt(amount), overflow });
    at += 4;
  }
  return operations;
}

/** `u8`, `i16` and where: a bit, or `#2` for the third field of this width. */
function readField(state: ServerState, type: Bytes, place: Bytes): Field | string {
  const name = textOf(type);
  const signed = name.startsWith("i");
  const bits = integerOf(name.slice(1));
  const most = signed ? 64 : 63;
  if (!(signed || name.startsWith("u")) || bits === undefined || bits < 1 || bits > most) {
    return ERRORS.badFieldType;
  }
  const width = Number(bits);
  const text = textOf(place);
  const counted = text.startsWith("#");
  const number = roughIntegerOf(counted ? text.slice(1) : text);
  if (number === undefined || number < 0) return ERRORS.badBitOffset;
  const offset = counted ? number * width : number;
  const isWithin = Math.floor(offset / 8) < state.settings.maxBulkBytes;
  return isWithin ? { signed, bits: width, offset } : ERRORS.badBitOffset;
}

/** Bytes behind the end are zero. */
function fieldAt(bytes: Buffer, { signed, bits, offset }: Field): bigint {
  const last = Math.floor((offset + bits - 1) / 8);
  let covered = 0n;
  for (let at = Math.floor(offset / 8); at <= last; at++) {
    covered = (covered << 8n) | BigInt(bytes[at] ?? 0);
  }
  const behind = BigInt((last + 1) * 8 - offset - bits);
  return wrapped(covered >> behind, { signed, bits });
}

function writeField(bytes: Buffer, { bits, offset }: Field, value: bigint): void {
  let rest = BigInt.asUintN(bits, value);
  for (let at = offset + bits - 1; at >= offset; at--) {
    const index = Math.floor(at / 8);
    const mask = 0x80 >> (at % 8);
    const byte = bytes[index] ?? 0;
    bytes[index] = (rest & 1n) === 1n ? byte | mask : byte & ~mask;
    rest >>= 1n;
  }
}

function wrapped(value: bigint, { signed, bits }: Pick<Field, "signed" | "bits">): bigint {
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** @returns undefined for what does not fit where that is to fail */
function fitted(
  kind: "set" | "incrby",
  value: bigint,
  { field, overflow }: { readonly field: Field; readonly overflow: Overflow },
): bigint | undefined {
  const bits = BigInt(field.bits);
  const greatest = field.signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  const least = field.signed ? -(1n << (bits - 1n)) : 0n;
  if (value >= least && value <= greatest) return value;
  if (overflow === "FAIL") return undefined;
  if (overflow === "WRAP") return wrapped(value, field);
  // A negative number to be set is a very large one without its sign.
  const isTooLarge = value > greatest || (kind === "set" && !field.signed);
  return isTooLarge ? greatest : least;
}

export const BITFIELD_COMMANDS: readonly Command[] = [
  {
    name: "bitfield",
    arity: -2,
    flags: flags("wm"),
    keys: FIRST_KEY,
    group: "bitmap",
    run: bitField,
  },
  {
    name: "bitfield_ro",
    arity: -2,
    flags: flags("rF"),
    keys: FIRST_KEY,
    group: "bitmap",
    run: bitFieldReadOnly,
  },
];
