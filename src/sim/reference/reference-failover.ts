import { formatAddress } from "../../base/address.ts";
import type { ReferenceCore } from "./reference-core.ts";
import { order } from "./reference-orders.ts";
import type { RefMaster, ReferencePhase, RefReplica } from "./reference-state.ts";
import {
  ELECTION_TIMEOUT_MS,
  INFO_PERIOD_MS,
  PING_PERIOD_MS,
  RECONF_TIMEOUT_MS,
} from "./reference-timers.ts";
import { askPeers, electedLeader } from "./reference-vote.ts";

/** Sentinel spec §5.7. */
export function startIfNeeded(core: ReferenceCore, master: RefMaster): void {
  if (!master.isOdown || master.phase !== "none") return;
  if (core.now - master.failoverStartAt < 2 * master.failoverTimeoutMs) return;
  start(core, master);
  askPeers(core, master, { isForced: true });
}

function start(core: ReferenceCore, master: RefMaster): void {
  enter(core, master, "wait_start");
  master.failoverEpoch = ++core.currentEpoch;
  core.event("+new-epoch", String(core.currentEpoch));
  core.event("+try-failover", master.name);
  master.failoverStartAt = core.now + core.desyncMs();
}

/** `SENTINEL FAILOVER`, sentinel spec §6.4. @returns the error text, or undefined when it began */
export function force(core: ReferenceCore, master: RefMaster): string | undefined {
  if (master.phase !== "none") return "INPROG Failover already in progress";
  if (candidate(core, master) === undefined) {
    return "NOGOODSLAVE No suitable replica to promote";
  }
  start(core, master);
  master.isForced = true;
  return undefined;
}

function enter(core: ReferenceCore, master: RefMaster, phase: ReferencePhase): void {
  master.phase = phase;
  master.phaseAt = core.now;
}

function abort(core: ReferenceCore, master: RefMaster, event: string): void {
  core.event(event, master.name);
  master.phase = "none";
  master.isForced = false;
  master.promoted = undefined;
}

/** One step a pass, sentinel spec §6.1. */
export function advance(core: ReferenceCore, master: RefMaster): void {
  switch (master.phase) {
    case "none":
    case "update_config":
      return;
    case "wait_start":
      return elect(core, master);
    case "select_slave":
      return select(core, master);
    case "send_slaveof_noone":
      return promote(core, master);
    case "wait_promotion":
      if (core.now - master.phaseAt > master.failoverTimeoutMs) {
        abort(core, master, "-failover-abort-slave-timeout");
      }
      return;
    case "reconf_slaves":
      return reconfigure(core, master);
  }
}

function elect(core: ReferenceCore, master: RefMaster): void {
  const isLeader = electedLeader(core, master) === core.myId;
  if (!isLeader && !master.isForced) {
    const limitMs = Math.min(ELECTION_TIMEOUT_MS, master.failoverTimeoutMs);
    if (core.now - master.failoverStartAt > limitMs) {
      abort(core, master, "-failover-abort-not-elected");
    }
    return;
  }
  const lead = {
    master: master.name,
    epoch: master.failoverEpoch,
    leader: core.myId,
    isForced: !isLeader,
  };
  for (const led of core.surroundings.watchers.referenceLed) led(lead);
  core.event("+elected-leader", `${master.name} epoch ${master.failoverEpoch}`);
  enter(core, master, "select_slave");
}

function select(core: ReferenceCore, master: RefMaster): void {
  const chosen = candidate(core, master);
  if (chosen === undefined) return abort(core, master, "-failover-abort-no-good-slave");
  core.event("+selected-slave", chosen.name);
  master.promoted = chosen;
  enter(core, master, "send_slaveof_noone");
}

function promote(core: ReferenceCore, master: RefMaster): void {
  const { promoted } = master;
  if (promoted === undefined) return;
  if (promoted.link.isDisconnected) {
    if (core.now - master.phaseAt > master.failoverTimeoutMs) {
      abort(core, master, "-failover-abort-slave-timeout");
    }
    return;
  }
  order(promoted, undefined);
  enter(core, master, "wait_promotion");
}

/** Sentinel spec §6.5; hellos are due at once. */
export function acknowledgePromotion(core: ReferenceCore, master: RefMaster): void {
  master.configEpoch = master.failoverEpoch;
  enter(core, master, "reconf_slaves");
  core.save();
  core.event("+promoted-slave", master.promoted?.name ?? "");
  for (const each of [master, ...master.replicas.values(), ...master.peers.values()]) {
    each.lastHelloSentAt = Number.NEGATIVE_INFINITY;
  }
}

/** Sentinel spec §6.3. */
function candidate(core: ReferenceCore, master: RefMaster): RefReplica | undefined {
  const infoLimitMs = master.isSdown ? 5 * PING_PERIOD_MS : 3 * INFO_PERIOD_MS;
  const downForMs = master.isSdown ? core.now - master.sdownAt : 0;
  const linkLimitMs = downForMs + 10 * master.downAfterMs;
  const eligible = [...master.replicas.values()].filter(
    (replica) =>
      !replica.isSdown &&
      !replica.link.isDisconnected &&
      core.now - replica.link.lastOkAt <= 5 * PING_PERIOD_MS &&
      replica.priority !== 0 &&
      replica.infoAt !== 0 &&
      core.now - replica.infoAt <= infoLimitMs &&
      replica.masterLinkDownMs <= linkLimitMs,
  );
  return eligible.toSorted(
    (a, b) => a.priority - b.priority || b.offset - a.offset || (a.runId < b.runId ? -1 : 1),
  )[0];
}

/** Sentinel spec §6.6 and §6.7. */
function reconfigure(core: ReferenceCore, master: RefMaster): void {
  const { promoted } = master;
  if (promoted === undefined) return;
  const others = [...master.replicas.values()].filter((replica) => replica !== promoted);
  let underWay = others.filter(({ reconf }) => reconf === "sent" || reconf === "inprog").length;
  for (const replica of others) {
    if (replica.reconf === "sent" && core.now - replica.reconfAt > RECONF_TIMEOUT_MS) {
      core.event("-slave-reconf-sent-timeout", replica.name);
      replica.reconf = "done";
    }
    if (underWay >= master.parallelSyncs) continue;
    if (replica.reconf !== "none" || replica.link.isDisconnected) continue;
    order(replica, promoted.address);
    replica.reconf = "sent";
    replica.reconfAt = core.now;
    core.event("+slave-reconf-sent", replica.name);
    underWay++;
  }
  if (promoted.isSdown) return;
  const isTimedOut = core.now - master.phaseAt > master.failoverTimeoutMs;
  if (!isTimedOut && !others.every(({ reconf, isSdown }) => reconf === "done" || isSdown)) return;
  if (isTimedOut) {
    core.event("+failover-end-for-timeout", master.name);
    for (const replica of others) {
      if (replica.reconf === "none" && !replica.link.isDisconnected)
        order(replica, promoted.address);
    }
  }
  core.event("+failover-end", master.name);
  enter(core, master, "update_config");
}

/** The end of a pass: the leader switches last. */
export function switchIfDone(core: ReferenceCore, master: RefMaster): void {
  if (master.phase !== "update_config" || master.promoted === undefined) return;
  const { address } = master.promoted;
  const [from, to] = [formatAddress(master.address), formatAddress(address)];
  core.event("+switch-master", `${master.name} ${from} ${to}`);
  core.changeAddress(master, address);
}
