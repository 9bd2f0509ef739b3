import { FAULT_TYPES } from "../faults/fault-types.ts";
import type { Detail, Fault } from "../faults/fault.ts";
import { roundedDown } from "./less-time.ts";
import { shorten } from "./list.ts";
import type { Search } from "./shrink.ts";

export function fewerFaults(search: Search): void {
  shorten(search.plan.faults, (faults) => search.try({ ...search.plan, faults }));
}

/** Each fault hits fewer, less hard, for a simpler time. */
export function simplerFaults(search: Search): void {
  for (const [index, fault] of search.plan.faults.entries()) {
    simplerDuration(search, index);
    for (const [key, value] of Object.entries(fault.with)) {
      if (typeof value === "number") smallerNumber(search, { index, key, value });
      else if (typeof value !== "string") {
        shorten(value, (rest) => rest.length > 0 && tryDetail(search, { index, key }, rest));
      }
    }
  }
}

/** To the end of all faults, or for a round time. */
function simplerDuration(search: Search, index: number): void {
  const fault = search.plan.faults[index];
  if (fault === undefined || !FAULT_TYPES[fault.kind].lasts) return;
  const restMs = search.plan.phaseMs - fault.atMs;
  const { forMs } = fault;
  if (forMs === restMs) return;
  for (const ms of [restMs, 0, roundedDown(forMs / 2), roundedDown(forMs)]) {
    if (ms !== forMs && tryFault(search, index, { ...fault, forMs: ms })) return;
  }
}

function smallerNumber(
  search: Search,
  { index, key, value }: { readonly index: number; readonly key: string; readonly value: number },
): void {
  for (const number of [0, 1, roundedDown(value / 2), roundedDown(value)]) {
    if (number < value && tryDetail(search, { index, key }, number)) return;
  }
}

function tryDetail(
  search: Search,
  { index, key }: { readonly index: number; readonly key: string },
  value: Detail,
): boolean {
  const fault = search.plan.faults[index];
  if (fault === undefined) return false;
  return tryFault(search, index, { ...fault, with: { ...fault.with, [key]: value } });
}

function tryFault(search: Search, index: number, fault: Fault): boolean {
  const { plan } = search;
  return search.try({ ...plan, faults: plan.faults.with(index, fault) });
}
