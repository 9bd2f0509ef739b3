import { CORRECTION_REPEAT_MS } from "./tunables.ts";
import type { Millis } from "../base/units.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { isUnknownName, refreshName } from "./host-names.ts";
import { isPaused } from "./maintenance/maintenance.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import { mayBeAnothers } from "./identity.ts";
import { orderReplica } from "./reconfiguration.ts";
import { isAccepted } from "./returned-master.ts";
import type { Instance, Master, Replica, SentinelState } from "./state.ts";
import { isSettled, publish, type Turn } from "./turn.ts";
import { isNameGone, mayBeAt } from "./whereabouts.ts";

/**
 * The master is in a state in which replicas may be pointed at it (spec §3.5): it says it is one,
 * it is not down, and it said so lately.
 */
export function isSane(state: SentinelState, master: Master, now: Millis): boolean {
  const { reported } = master;
  return (
    reported.role === "master" &&
    isAccepted(master) &&
    !master.sdown.down &&
    !master.odown.down &&
    reported.infoAt !== undefined &&
    now - reported.infoAt < 2 * state.tunables.infoPeriodMs
  );
}

/** No SDOWN began in the last `durationMs`; recovery does not clear the start (spec §3.5). */
function isQuietFor(instance: Instance, durationMs: number, now: Millis): boolean {
  return now - instance.sdown.since > durationMs;
}

/**
 * Puts a replica right that calls itself a master or follows another address. Judged whenever its
 * INFO arrives, by every sentinel alone, and again until it complies. Source: sentinel spec §3.5.
 */
export function correct(turn: Turn, replica: Replica): void {
  const { master } = replica;
  const isPromoted = "promoted" in master.failover && master.failover.promoted === replica;
  const isBeingMoved = replica.reconf.step === "sent" || replica.reconf.step === "in-progress";
  if (isPromoted || isBeingMoved || !isSettled(turn) || !isSane(turn.state, master, turn.now))
    return;
  // What is changed by hand during a pause stays changed; who only observes changes nothing.
  if (isPaused(turn, master) || observesOnly(turn.state)) return;
  if (isSomebodyElse(turn, replica) || replica.foreign !== undefined) return;
  if (mayBeAnothers(turn, replica)) return;
  if (replica.reported.role === "master") convertToReplica(turn, replica);
  else fixMasterAddress(turn, replica);
}

/**
 * Another process than the one we mean: the master itself under another address, or whoever got the
 * IP of a container that is gone. An order would hit a server that does nothing wrong.
 */
export function isSomebodyElse(turn: Turn, replica: Replica): boolean {
  if (replica.runId !== undefined && replica.runId === replica.master.runId) return true;
  if (!isNameGone(turn.state, replica)) return false;
  // The connection stands, so nobody else will ask again.
  refreshName(turn, replica.place.host);
  return true;
}

/**
 * Four hello periods give a newer configuration, in which this instance may be the master, the time
 * to arrive.
 */
function convertToReplica(turn: Turn, replica: Replica): void {
  const { now, state } = turn;
  const waitMs = 4 * state.tunables.publishPeriodMs;
  const roleAgeMs = now - replica.reported.roleSince;
  if (roleAgeMs <= waitMs || !isQuietFor(replica, waitMs, now)) return;
  // INFO follows each order at once: one that is not carried out must not be given as fast as that.
  if (now - replica.slaveConfChangedAt <= CORRECTION_REPEAT_MS) return;
  const reason = `it has reported to be a master for ${Math.round(roleAgeMs)} ms`;
  publish(turn, "+convert-to-slave", describeInstance(replica), aboutInstance(replica, { reason }));
  orderReplica(turn, replica, replica.master.address);
}

function fixMasterAddress(turn: Turn, replica: Replica): void {
  const { now } = turn;
  const { master, masterHost, masterPort } = replica;
  if (masterHost === undefined || masterPort === undefined) return;
  if (mayBeAt(turn.state, master, { host: masterHost, port: masterPort })) return;
  // While the resolver is out of order, a name may be the master's or not.
  if (isUnknownName(turn.state, masterHost)) return;
  const waitMs = master.settings.failoverTimeoutMs;
  if (now - replica.slaveConfChangedAt <= waitMs || !isQuietFor(replica, waitMs, now)) return;
  const reason = `it follows ${masterHost}:${masterPort}`;
  publish(turn, "+fix-slave-config", describeInstance(replica), aboutInstance(replica, { reason }));
  orderReplica(turn, replica, master.address);
}
