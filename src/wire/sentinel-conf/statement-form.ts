import type { Address } from "../../base/address.ts";
import type { Epoch } from "../../base/units.ts";
import { parseEpoch } from "../epochs.ts";
import { isHostName, isIpAddress, parsePort } from "../host.ts";
import { type IntegerRange, parseConfigInteger } from "../integers.ts";

/** Why a statement is refused: Redis' text, and what was expected where that does not say it. */
export interface Complaint {
  readonly message: string;
  readonly expected?: string;
}

/** A kind of `sentinel …` line: how it looks, and what it does to the draft. */
export interface StatementForm<Target> {
  /** With the word `sentinel`, for people. */
  readonly syntax: string;
  /** How many words may follow `sentinel`. */
  readonly wordCounts: readonly number[];
  /** @param words behind the setting's name (and behind the master's name) */
  readonly apply: (target: Target, words: readonly string[]) => Complaint | undefined;
}

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly complaint: Complaint };

function refused(message: string, expected?: string): { readonly ok: false; complaint: Complaint } {
  return { ok: false, complaint: expected === undefined ? { message } : { message, expected } };
}

/** Redis keeps these in 32 bits. */
export const LARGEST_INT = 2 ** 31 - 1;

export function readNumber(
  word: string,
  { range, message }: { readonly range: IntegerRange; readonly message: string },
): Read<number> {
  const value = parseConfigInteger(word);
  if (value !== undefined && value >= range.min && value <= range.max) return { ok: true, value };
  return refused(message, `a whole number of ${range.min}..${range.max}, not '${word}'`);
}

export function readEpoch(word: string): Read<Epoch> {
  const value = parseEpoch(word);
  return value === undefined
    ? refused("Invalid epoch.", `a whole number that can still grow, not '${word}'`)
    : { ok: true, value };
}

/** @param setting.resolveHostnames whether a name will do; if it resolves is found out later */
export function readAddress(
  host: string,
  portText: string,
  setting: { readonly resolveHostnames: boolean },
): Read<Address> {
  if (!isIpAddress(host) && !(setting.resolveHostnames && isHostName(host))) {
    const expected = setting.resolveHostnames
      ? `an IP address or a host name, not '${host}'`
      : `an IP address; host names need sentinel resolve-hostnames yes`;
    return refused("Can't resolve instance hostname.", expected);
  }
  const port = parsePort(portText);
  return port === undefined
    ? refused("Invalid port number.", `a port of 0..65535, not '${portText}'`)
    : { ok: true, value: { host, port } };
}

export function readYesNo(word: string, message: string): Read<boolean> {
  const answer = word.toLowerCase();
  if (answer === "yes") return { ok: true, value: true };
  return answer === "no" ? { ok: true, value: false } : refused(message);
}

/** An empty text stands for none. */
export function orNone(word: string): string | undefined {
  return word === "" ? undefined : word;
}

/** Applies a value that was read, or hands on the complaint. */
export function assign<Value>(
  read: Read<Value>,
  set: (value: Value) => Complaint | undefined | void,
): Complaint | undefined {
  return read.ok ? (set(read.value) ?? undefined) : read.complaint;
}
