import type { Address } from "../../base/address.ts";
import { forgottenKey } from "../../wire/forgotten-instance.ts";
import { closeForGood } from "../links.ts";
import type { Master } from "../state.ts";
import type { Turn } from "../turn.ts";
import { type LostReplica, unremember } from "./forgotten.ts";

/** A replica has become known. */
export function notLostAnyMore(turn: Turn, master: Master, place: Address): void {
  const key = forgottenKey(place);
  const lost = master.forgetting.replicas.get(key);
  if (lost !== undefined) foundAgain(turn, master, key, lost);
}

/** Nobody looks for it any more. */
export function foundAgain(turn: Turn, master: Master, key: string, lost: LostReplica): void {
  endProbe(turn, lost);
  unremember(turn, master, key);
}

/** Ends the connection that looks. */
export function endProbe(turn: Turn, lost: LostReplica): void {
  if (lost.link !== undefined) closeForGood(turn, lost.link);
  lost.link = undefined;
}
