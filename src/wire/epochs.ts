import { type Epoch, epoch } from "../base/units.ts";
import { parseInteger } from "./integers.ts";

/**
 * The largest epoch believed. One vote request with epoch -1 makes Redis store 2^64-1, after which
 * no election can ever be won (W-07); this leaves a million elections above the largest.
 */
export const LARGEST_EPOCH: Epoch = epoch(2 ** 53 - 2 ** 20);

/** @returns the epoch, or undefined when it is no integer, negative or absurd */
export function parseEpoch(text: string): Epoch | undefined {
  const value = parseInteger(text);
  return value !== undefined && isEpoch(value) ? epoch(value) : undefined;
}

export function isEpoch(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0 && value <= LARGEST_EPOCH;
}
