import { type Bytes, textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";

/** What stands behind the cursor of SCAN and its sisters. */
export interface ScanOptions {
  readonly pattern: string | undefined;
  readonly count: number;
  readonly type: string | undefined;
}

const CURSOR = /^\d{1,20}$/;
const DEFAULT_COUNT = 10;
/** Where little matches, a call still visits no more buckets than so many times COUNT. */
const MAX_BUCKETS_PER_COUNT = 10;

export function readCursor(
  bytes: Bytes,
): { readonly at: number; readonly error?: undefined } | { readonly error: string } {
  const text = textOf(bytes);
  if (!CURSOR.test(text)) return { error: ERRORS.badCursor };
  return { at: Number(BigInt.asUintN(32, BigInt(text))) };
}

/** @returns the error's text for what is no option */
export function readScanOptions(
  args: Arguments,
  from: number,
  known: { readonly type: boolean },
): ScanOptions | string {
  let pattern: string | undefined;
  let type: string | undefined;
  let count = DEFAULT_COUNT;
  for (let at = from; at < args.length; at += 2) {
    const word = textOf(args[at] ?? "").toUpperCase();
    if (at + 1 >= args.length) return ERRORS.syntax;
    const value = textOf(args[at + 1] ?? "");
    if (word === "MATCH") {
      pattern = value === "*" ? undefined : value;
    } else if (word === "TYPE" && known.type) {
      type = value.toLowerCase();
    } else if (word === "COUNT") {
      const parsed = parseInteger(value);
      if (parsed === undefined) return ERRORS.notAnInteger;
      if (parsed < 1) return ERRORS.syntax;
      count = parsed;
    } else {
      return ERRORS.syntax;
    }
  }
  return { pattern, count, type };
}

/**
 * Goes on with a scan until about `count` were found, or enough was looked at.
 * @param step visits the bucket at the cursor
 * @returns the cursor for the next call, 0 at the end
 */
export function scanSome(
  from: number,
  count: number,
  step: (cursor: number) => { readonly cursor: number; readonly found: number },
): number {
  let cursor = from;
  let found = 0;
  let visited = 0;
  do {
    const taken = step(cursor);
    cursor = taken.cursor;
    found += taken.found;
    visited++;
  } while (cursor !== 0 && found < count && visited < count * MAX_BUCKETS_PER_COUNT);
  return cursor;
}
