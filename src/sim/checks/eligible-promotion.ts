import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import { isRecovering } from "../../sentinel/cold-start.ts";
import type { Master, Replica } from "../../sentinel/state.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { mustHold, Violation } from "./violation.ts";

/** Five ping periods, and three INFO periods, of sentinel spec §1.3. */
const FRESH_MS = 5_000;
const FRESH_WHILE_UP_MS = 30_000;
/** A leader waits so long for INFO, and takes what is a little older for new. */
const ASKED_AGAIN_MS = 80;

/**
 * At the moment when replica r of master m is selected by sentinel s (spec §6.3):
 *   r.priority > 0, r not SDOWN, r's link open, its last accepted PING answer <= 5 s old,
 *   its INFO <= 5 s old when m is SDOWN at s, else <= 30 s,
 *   r is in no downtime that an operator ordered,
 *   r.linkDown <= (time since m went SDOWN at s, if it is) + 10 x down-after,
 *   it is not copying all data from a master that the guards accept (W-15),
 * and no other replica that has said so lately (while its link is up, within 100 ms) and meets these conditions
 * is better: one that has had its link to the master, then
 * lower priority, then larger offset in the same history;
 * unless an operator has named r, or m says to follow r. After an outage of the whole group the data
 * alone count (guards.ts).
 */
export class EligiblePromotion implements Watcher {
  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name !== "+selected-slave") return;
    const { address, master } = event.about;
    if (address === undefined || master === undefined) {
      throw new Violation("an event says what it is about", event.payload);
    }
    this.#check(sentinel, master, address);
  }

  #check(sentinel: SentinelNode, masterName: string, address: Address): void {
    const { clock } = sentinel;
    const master = [...sentinel.state.masters.values()].find((each) => each.name === masterName);
    const replicas = [...(master?.replicas.values() ?? [])];
    const chosen = replicas.find((replica) => sameAddress(replica.address, address));
    mustHold(chosen !== undefined, "a promoted replica is known", () => formatAddress(address));
    const reason = whyExcluded(sentinel, chosen);
    mustHold(
      reason === undefined,
      "no promotion of an excluded replica",
      () => `${sentinel.name} selects ${chosen.name}: ${reason ?? ""}`,
    );
    if (master !== undefined && isChosenOtherwise(master, chosen)) return;
    for (const other of replicas) {
      if (whyExcluded(sentinel, other) !== undefined) continue;
      if (master !== undefined && isRecovering(master)) continue;
      const isBetter =
        isSameHistory(other, chosen) && isAhead(other, chosen) && !isUnanswered(other, clock);
      mustHold(
        !isBetter,
        "the best replica is promoted",
        () => `${sentinel.name} selects ${describe(chosen)}, but there is ${describe(other)}`,
      );
    }
  }
}

/** An operator has named it, or the master itself follows it: then no other is better. */
function isChosenOtherwise({ failover, reported }: Master, chosen: Replica): boolean {
  if ("switchover" in failover && failover.switchover?.target !== undefined) return true;
  const { role, follows } = reported;
  return role === "replica" && follows !== undefined && sameAddress(follows, chosen.place);
}

/** It was asked again when the election began, and may not have answered (W-16). */
function isUnanswered({ reported, masterLinkUp }: Replica, now: number): boolean {
  return masterLinkUp && now - (reported.infoAt ?? Number.NEGATIVE_INFINITY) >= ASKED_AGAIN_MS;
}

/** Offsets compare only within one history. */
function isSameHistory(a: Replica, b: Replica): boolean {
  return a.known?.history?.replid === b.known?.history?.replid;
}

function isAhead(other: Replica, chosen: Replica): boolean {
  if (isNeverLinked(other) !== isNeverLinked(chosen)) return isNeverLinked(chosen);
  if (other.priority !== chosen.priority) return other.priority < chosen.priority;
  return other.replicationOffset > chosen.replicationOffset;
}

/** Since it started. */
export function isNeverLinked({ masterLinkUp, masterLinkDownMs }: Replica): boolean {
  return !masterLinkUp && masterLinkDownMs < 0;
}

function describe({ name, priority, replicationOffset }: Replica): string {
  return `${name} (priority ${priority}, offset ${replicationOffset})`;
}

/** A moment more or less: the sentinel looks at the wall clock now and then only. */
const CLOCK_MS = 100;

function whyInDowntime({ master, place }: Replica, wall: number): string | undefined {
  const order = master.maintenance.orders.get(formatAddress(place));
  const isIn = order !== undefined && order.isOn && wall + CLOCK_MS < order.until;
  return isIn ? `in downtime until ${order.until}` : undefined;
}

/** @returns what bars the replica from being selected by that sentinel, by what it knows and was told */
export function whyExcluded(
  { clock, wallTime }: SentinelNode,
  replica: Replica,
): string | undefined {
  return whyInDowntime(replica, wallTime) ?? whyNotEligible(replica, clock);
}

/** By what the sentinel knows. */
function whyNotEligible(replica: Replica, now: number): string | undefined {
  const { master, link, reported } = replica;
  if (replica.priority === 0) return "priority 0";
  // What a refused master sends is what the guards keep out (guards.ts).
  if (replica.isSyncing && master.returned.phase === "none") return "a full copy is under way";
  if (replica.sdown.down) return "s_down";
  if (link.phase.phase !== "open") return "disconnected";
  if (link.phase.subscription.phase !== "open") return "no subscription";
  if (now - link.lastOkAt > FRESH_MS) return `last PING answer ${now - link.lastOkAt} ms ago`;
  const infoAge = now - (reported.infoAt ?? Number.NEGATIVE_INFINITY);
  if (infoAge > (master.sdown.down ? FRESH_MS : FRESH_WHILE_UP_MS)) return `INFO ${infoAge} ms old`;
  if (reported.isLoading) return "loading";
  const downForMs = master.sdown.down ? now - master.sdown.since : 0;
  if (replica.masterLinkDownMs > downForMs + 10 * master.settings.downAfterMs) {
    return `its link has been down for ${replica.masterLinkDownMs} ms`;
  }
  return undefined;
}
