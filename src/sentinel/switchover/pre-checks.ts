import { formatAddress } from "../../base/address.ts";
import type { Millis } from "../../base/units.ts";
import { majority, voters } from "../election.ts";
import { findReplica } from "../instances.ts";
import { isConnected } from "../links.ts";
import { disqualification, selectReplica } from "../replica-selection.ts";
import type { Master, Replica, SentinelState } from "../state.ts";
import { isAt } from "../whereabouts.ts";
import { CLOSED_LEAST_MS, closedBoundMs, LAG_BYTES_MAX } from "./limits.ts";
import type { Switchover } from "./switchover.ts";

/** A phrase that says why not, and behind a semicolon what would help. */
export type Refusal = string;

/** Why the master cannot be switched from without loss: it is not well enough to give everything over. */
export function whyMasterUnwell(state: SentinelState, master: Master): Refusal | undefined {
  if (state.tilt.mode === "on") return "this sentinel is in TILT; ask another one";
  if (master.odown.down || master.sdown.down) {
    return "the master is down; the sentinels fail over by themselves, FORCE does it now";
  }
  if (!isConnected(master.link)) return "there is no connection to the master; try again";
  if (master.reported.role !== "master") return "the master reports to be a replica; wait";
  return undefined;
}

/** Why that time cannot do; undefined where none is given. */
export function whyTooShort(timeoutMs: number | undefined): Refusal | undefined {
  if (timeoutMs === undefined || timeoutMs >= CLOSED_LEAST_MS) return undefined;
  return `TIMEOUT ${timeoutMs} is too short for a hand-over; give at least ${CLOSED_LEAST_MS} ms`;
}

/** All is known that can be: why nothing may begin. The target has its own check. */
export function whyNotReady(
  state: SentinelState,
  master: Master,
  switchover: Switchover,
): Refusal | undefined {
  const { rights, peers, master: position } = switchover.preparation;
  const reachable = 1 + peers.size;
  const needed = Math.max(majority(master), master.settings.quorum);
  if (reachable < needed) {
    return `${reachable} of ${voters(master)} sentinels can be reached and ${needed} must vote; start the others`;
  }
  for (const [runId, { address }] of peers) {
    if (isAt(state, master, address)) continue;
    return `sentinel ${runId} holds ${formatAddress(address)} for the master; wait until all agree`;
  }
  if (position === undefined) return "the master does not answer INFO; look at its log";
  if (position.isHandingOver) {
    return "the master is handing over already; wait, or send it FAILOVER ABORT";
  }
  if (rights === undefined) return "the master does not say what this sentinel may do; try again";
  if (!rights.mayPause && !rights.mayHandOver) {
    return `the master refuses what is needed (${rights.missing.join("; ")}); give the sentinel's user +failover +client|pause +client|unpause`;
  }
  const boundMs = closedBoundMs(master, switchover);
  if (boundMs < CLOSED_LEAST_MS) {
    return `down-after-milliseconds leaves writes ${boundMs} ms to wait; raise it to ${2 * CLOSED_LEAST_MS} at least`;
  }
  return undefined;
}

/** The replica to switch to, or why there is none. */
export type Target = { readonly replica: Replica } | { readonly refusal: Refusal };

/** The replica that was asked for, or the one that a failover would take. Its position is not looked at. */
export function targetOf(
  state: SentinelState,
  master: Master,
  { target }: Pick<Switchover, "target">,
  now: Millis,
): Target {
  if (target === undefined) {
    const replica = selectReplica(state, master, now);
    return replica === undefined ? { refusal: whyNoReplica(state, master, now) } : { replica };
  }
  const replica = findReplica(state, master, target);
  if (replica === undefined) {
    const known = [...master.replicas.values()].map(({ address }) => formatAddress(address));
    const list = known.length === 0 ? "none is known" : known.join(" ");
    return {
      refusal: `${formatAddress(target)} is not a replica of ${master.name}; its replicas: ${list}`,
    };
  }
  const reason = disqualification(state, replica, now);
  return reason === undefined
    ? { replica }
    : { refusal: `${replica.name} may not be promoted: ${reason}; ${helpAgainst(replica)}` };
}

function whyNoReplica(state: SentinelState, master: Master, now: Millis): Refusal {
  const reasons = [...master.replicas.values()].map(
    (replica) => `${replica.name}: ${disqualification(state, replica, now) ?? ""}`,
  );
  const why = reasons.length === 0 ? "no replica is known" : reasons.join(", ");
  return `there is no replica to promote (${why}); put one right`;
}

function helpAgainst({ priority, sdown }: Replica): string {
  if (priority === 0 && !sdown.down) return "raise its replica-priority or name another";
  return "wait until it is well or name another";
}

/** Why that replica would keep writers waiting, or could not take over at all. */
export function whyNotCaughtUp(switchover: Switchover, replica: Replica): Refusal | undefined {
  const { master, replicas } = switchover.preparation;
  const position = replicas.get(replica);
  if (position === undefined || master === undefined) {
    return `${replica.name} does not answer INFO; wait until it is well or name another`;
  }
  if (!position.isLinkUp) {
    return `${replica.name} has no link to the master; wait until it follows or name another`;
  }
  if (position.replid !== master.replid) {
    return `${replica.name} has another history than the master; wait until it has synchronised`;
  }
  const lag = master.offset - position.offset;
  if (lag > LAG_BYTES_MAX) {
    return `${replica.name} is ${lag} bytes behind, ${LAG_BYTES_MAX} are tolerated; wait until it has caught up or name another`;
  }
  return undefined;
}
