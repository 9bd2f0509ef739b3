import type { Address } from "../base/address.ts";
import { after, earliest, type Epoch, type Millis, NEVER } from "../base/units.ts";
import { aboutInstance, describeInstance, type EventName } from "./events.ts";
import { NO_RECONFIGURATION, type Reconfiguration } from "./failover-phase.ts";
import { isConnected } from "./links.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import { isSettled, publish, sendNow, touch, type Turn } from "./turn.ts";
import { isAt, mayBeAt } from "./whereabouts.ts";

type Running = Extract<Reconfiguration, { readonly phase: "reconf-replicas" }>;

/**
 * Orders a data server to follow `master`, or nobody (the transaction of spec §6.8), and asks for
 * INFO right behind, because only INFO tells whether it obeyed. The caller sees to it that what the
 * order rests on is on disk: an order leaves at once or is not given.
 */
export function orderReplica(turn: Turn, replica: Replica, master: Address | undefined): void {
  if (observesOnly(turn.state)) return;
  replica.link.pending += 7;
  sendNow(turn, replica.link.id, { name: "reconfigure", master });
  if (master !== undefined) replica.slaveConfChangedAt = turn.now;
  replica.reported.infoAskedAt = turn.now;
  sendNow(turn, replica.link.id, { name: "info" });
}

/** The promotion is done: the other replicas are pointed at the new master (spec §6.6). */
export function beginReconfiguration(
  turn: Turn,
  master: Master,
  {
    failoverEpoch,
    oldAddress,
    oldPlace,
    oldHasLostData,
  }: {
    readonly failoverEpoch: Epoch;
    readonly oldAddress: Address;
    readonly oldPlace: Address;
    readonly oldHasLostData: boolean;
  },
): void {
  master.reconfiguration = {
    phase: "reconf-replicas",
    failoverEpoch,
    since: turn.now,
    oldAddress,
  };
  // The old master is corrected when it returns (corrections.ts), not by this failover, unless it is
  // there already without the data: what clients write to it meanwhile would be lost.
  for (const replica of master.replicas.values()) {
    const isOldMaster = isAt(turn.state, replica, oldPlace) && !oldHasLostData;
    const isLeftAlone = isOldMaster || replica.foreign !== undefined;
    replica.reconf = isLeftAlone ? { step: "done" } : { step: "none" };
  }
  touch(turn, master);
}

function tell(turn: Turn, name: EventName, replica: Replica, running: Running): void {
  publish(turn, name, describeInstance(replica, running.oldAddress), aboutInstance(replica));
}

/** Orders as many replicas at once as `parallel-syncs` allows, and ends when all have followed. */
export function tendReconfiguration(turn: Turn, master: Master): void {
  const running = master.reconfiguration;
  if (running.phase === "none" || turn.state.tilt.mode === "on") return;
  giveUpOnSilent(turn, master, running);
  let underWay = countUnderWay(master);
  for (const replica of isSettled(turn) ? master.replicas.values() : []) {
    if (underWay >= master.settings.parallelSyncs) break;
    if (replica.reconf.step !== "none" || !isConnected(replica.link)) continue;
    orderToFollow(turn, replica);
    tell(turn, "+slave-reconf-sent", replica, running);
    underWay++;
  }
  endWhenFinished(turn, master, running);
}

function orderToFollow(turn: Turn, replica: Replica): void {
  orderReplica(turn, replica, replica.master.address);
  replica.reconf = { step: "sent", at: turn.now };
  touch(turn, replica);
}

function countUnderWay(master: Master): number {
  let count = 0;
  for (const { reconf } of master.replicas.values()) {
    if (reconf.step === "sent" || reconf.step === "in-progress") count++;
  }
  return count;
}

function giveUpOnSilent(turn: Turn, master: Master, running: Running): void {
  for (const replica of master.replicas.values()) {
    if (replica.reconf.step !== "sent") continue;
    const waitedMs = turn.now - replica.reconf.at;
    if (waitedMs < turn.state.tunables.replicaReconfTimeoutMs) continue;
    tell(turn, "-slave-reconf-sent-timeout", replica, running);
    replica.reconf = { step: "done" };
  }
}

/** Replicas that are SDOWN do not hold up the end (spec §6.7). */
function endWhenFinished(turn: Turn, master: Master, running: Running): void {
  const unfinished = [...master.replicas.values()].filter(
    (replica) => replica.reconf.step !== "done" && !replica.sdown.down,
  );
  const isLate = turn.now - running.since >= master.settings.failoverTimeoutMs;
  if (unfinished.length > 0 && !isLate) return;
  const about = aboutInstance(master, { elapsedMs: Math.round(turn.now - running.since) });
  if (unfinished.length > 0) {
    publish(turn, "+failover-end-for-timeout", describeInstance(master, running.oldAddress), about);
  }
  publish(turn, "+failover-end", describeInstance(master, running.oldAddress), about);
  if (isLate && isSettled(turn)) orderTheRest(turn, master, running);
  master.reconfiguration = NO_RECONFIGURATION;
  for (const replica of master.replicas.values()) replica.reconf = { step: "none" };
}

/** Time is up: everyone who was never told is told, whatever parallel-syncs says (spec §6.7). */
function orderTheRest(turn: Turn, master: Master, running: Running): void {
  for (const replica of master.replicas.values()) {
    if (replica.reconf.step !== "none" || !isConnected(replica.link)) continue;
    orderReplica(turn, replica, master.address);
    tell(turn, "+slave-reconf-sent-be", replica, running);
  }
}

/** What INFO of a replica says about its way to the new master (spec §3.4). */
export function noteProgress(turn: Turn, replica: Replica): void {
  const { master, reconf } = replica;
  const running = master.reconfiguration;
  if (running.phase === "none") return;
  const follows =
    replica.reported.role === "replica" &&
    replica.masterHost !== undefined &&
    replica.masterPort !== undefined &&
    mayBeAt(turn.state, master, { host: replica.masterHost, port: replica.masterPort });
  if (reconf.step === "sent" && follows) {
    replica.reconf = { step: "in-progress" };
    tell(turn, "+slave-reconf-inprog", replica, running);
  }
  if (replica.reconf.step === "in-progress" && follows && replica.masterLinkUp) {
    replica.reconf = { step: "done" };
    tell(turn, "+slave-reconf-done", replica, running);
    touch(turn, master);
  }
}

/** An order got lost with its connection: it is given again over the next one. */
export function orderLost(turn: Turn, replica: Replica): void {
  if (replica.reconf.step !== "sent") return;
  replica.reconf = { step: "none" };
  touch(turn, replica.master);
}

export function reconfigurationDueAt(state: SentinelState, master: Master): Millis {
  const running = master.reconfiguration;
  if (running.phase === "none" || state.tilt.mode === "on") return NEVER;
  let due = after(running.since, master.settings.failoverTimeoutMs);
  for (const { reconf } of master.replicas.values()) {
    if (reconf.step !== "sent") continue;
    due = earliest(due, after(reconf.at, state.tunables.replicaReconfTimeoutMs));
  }
  return due;
}
