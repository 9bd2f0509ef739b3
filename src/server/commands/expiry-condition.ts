import { unreachable } from "../../base/assert.ts";
import { type Expiry, NO_EXPIRY } from "../keyspace.ts";

/** When EXPIRE and HEXPIRE change what is there. */
export type Condition = "NX" | "XX" | "GT" | "LT";
const CONDITIONS: ReadonlySet<string> = new Set(["NX", "XX", "GT", "LT"]);

export function isCondition(word: string): word is Condition {
  return CONDITIONS.has(word);
}

/** What has no expiry counts as staying for ever. */
export function holds(condition: Condition, current: Expiry, wanted: number): boolean {
  const end = current ?? Number.POSITIVE_INFINITY;
  switch (condition) {
    case "NX":
      return current === NO_EXPIRY;
    case "XX":
      return current !== NO_EXPIRY;
    case "GT":
      return wanted > end;
    case "LT":
      return wanted < end;
    default:
      return unreachable(condition);
  }
}
