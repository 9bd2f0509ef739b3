import type { Bytes } from "../base/bytes.ts";
import { ERRORS, invalidExpire } from "./errors.ts";
import { integerOf } from "./strings.ts";

/** How a command says when: EX 10, PXAT 1700000000000 … */
export interface TimeForm {
  readonly unitMs: 1 | 1000;
  readonly relative: boolean;
}

export const EX: TimeForm = { unitMs: 1000, relative: true };
export const PX: TimeForm = { unitMs: 1, relative: true };
export const EXAT: TimeForm = { unitMs: 1000, relative: false };
export const PXAT: TimeForm = { unitMs: 1, relative: false };

export const TIME_FORMS: Readonly<Record<string, TimeForm>> = { EX, PX, EXAT, PXAT };

export type ExpireTime =
  { readonly at: number; readonly error?: undefined } | { readonly error: string };

const LARGEST = 2 ** 63;

/**
 * @param command in lower case, for the error's text
 * @param allowed whether moments that are no longer to come are an error too
 * @returns Unix ms
 */
export function readExpireTime(
  text: Bytes,
  form: TimeForm,
  {
    command,
    unixNow,
    allowed,
  }: { readonly command: string; readonly unixNow: number; readonly allowed: "positive" | "any" },
): ExpireTime {
  const amount = integerOf(text);
  if (amount === undefined) return { error: ERRORS.notAnInteger };
  const at = Number(amount) * form.unitMs + (form.relative ? unixNow : 0);
  const isTooFar =
    at >= LARGEST || at < -LARGEST || Math.abs(Number(amount) * form.unitMs) >= LARGEST;
  if (isTooFar || (allowed === "positive" && amount <= 0)) return { error: invalidExpire(command) };
  return { at };
}
