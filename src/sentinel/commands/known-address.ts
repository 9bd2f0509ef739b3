import type { Address } from "../../base/address.ts";
import type { SentinelState } from "../state.ts";
import { pendingSaveOf, NO_SAVE } from "../turn.ts";
import { findNamed } from "./queries.ts";

/**
 * Where a master is, for the one question that clients ask all the time: SENTINEL
 * GET-MASTER-ADDR-BY-NAME. Telling it changes nothing, so it takes no step where nothing has to be
 * durable first; this must be what a step would answer at once.
 * @returns undefined where the core is to be asked: a save is under way, or there is no such master
 */
export function knownAddress(state: SentinelState, name: string): Address | undefined {
  if (!state.started || pendingSaveOf(state) !== NO_SAVE) return undefined;
  return findNamed(state, name)?.address;
}
