import { type Epoch, epoch } from "../base/units.ts";
import { parseInteger } from "./integers.ts";

/** The largest epoch there can be: a million below where a number stops being exact. */
export const LARGEST_EPOCH: Epoch = epoch(2 ** 53 - 2 ** 20);

/** Up to here any epoch is believed, from anybody. */
const BELIEVED_MAX = 2 ** 52;
/** Above, no more than this at a time: honest epochs grow by one. */
const STEP_MAX = 1024;

/**
 * One message with the largest epoch would end all elections for good: nobody could have a newer one
 * (W-07). Above the half of what there is, 2^42 messages are needed to get there.
 */
export function isBelievable(told: Epoch, { current }: { readonly current: Epoch }): boolean {
  return told <= BELIEVED_MAX || (told <= current + STEP_MAX && told <= LARGEST_EPOCH);
}

/** @returns the epoch, or undefined when it is no integer, negative or absurd */
export function parseEpoch(text: string): Epoch | undefined {
  const value = parseInteger(text);
  return value !== undefined && isEpoch(value) ? epoch(value) : undefined;
}

export function isEpoch(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= LARGEST_EPOCH;
}
