import { after, earliest, type Millis, millis, NEVER } from "../base/units.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { crashedAt, masterOf } from "./links.ts";
import { downtimeOf } from "./maintenance/maintenance.ts";
import { refusalOf } from "./returned-master.ts";
import type { Instance, Link, Master, SentinelState } from "./state.ts";
import { followedReplica } from "./switchover/heir.ts";
import { publish, type Turn } from "./turn.ts";
import { deadByWitnessesAt, witnessesOfDeath } from "./witnesses.ts";

/**
 * How long an instance has been silent, in ms: since the oldest unanswered ping, or since the last
 * accepted answer where there is no connection to ping over (spec §5.1).
 */
function silenceMs(link: Link, now: Millis): number {
  if (link.actPingAt !== undefined) return now - link.actPingAt;
  return link.phase.phase === "open" ? 0 : now - link.lastOkAt;
}

/** When silence alone makes this instance SDOWN; NEVER while it answers. */
function silentUntil(instance: Instance): Millis {
  const { link } = instance;
  const { downAfterMs } = masterOf(instance).settings;
  if (link.actPingAt !== undefined) return after(link.actPingAt, downAfterMs);
  return link.phase.phase === "open" ? NEVER : after(link.lastOkAt, downAfterMs);
}

/**
 * Rules 2 and 3: a master that says it is a replica, or that takes too long after a reboot; one that
 * returned without the group's data; and, where it is switched on, one whose host refuses connections,
 * or of whose death its replicas bear witness.
 */
function otherReasonsDueAt(state: SentinelState, instance: Instance): Millis {
  let due = NEVER;
  if (instance.kind === "master" && instance.reported.role === "replica") {
    // Where it follows one of its own replicas, no list of replicas is waited for: they have changed
    // places, and a leader that is alive tells of it well within this time.
    const hasHeir = followedReplica(state, instance) !== undefined;
    const graceMs = hasHeir ? 0 : 2 * state.tunables.infoPeriodMs;
    due = after(instance.reported.roleSince, instance.settings.downAfterMs + graceMs);
  }
  if (instance.kind !== "sentinel" && instance.rebootedAt !== undefined) {
    due = earliest(due, after(instance.rebootedAt, masterOf(instance).settings.rebootDownAfterMs));
  }
  if (instance.kind !== "master") return due;
  const refusedAt = refusalOf(instance)?.since ?? NEVER;
  return earliest(due, crashedAt(instance.link), deadByWitnessesAt(instance), refusedAt);
}

/** When the instance's SDOWN must be judged next. */
export function downDueAt(state: SentinelState, instance: Instance): Millis {
  if (instance.sdown.down || state.tilt.mode === "on") return NEVER;
  return earliest(silentUntil(instance), otherReasonsDueAt(state, instance));
}

/** Why the instance is down by the rules of spec §5.1; undefined when it is not. */
function reasonForDown(turn: Turn, instance: Instance): string | undefined {
  const { state, now } = turn;
  if (silentUntil(instance) <= now) {
    const silentMs = Math.round(silenceMs(instance.link, now));
    return `no accepted answer to PING for ${silentMs} ms, down-after ${masterOf(instance).settings.downAfterMs} ms`;
  }
  if (otherReasonsDueAt(state, instance) > now) return undefined;
  const refusal = instance.kind === "master" ? refusalOf(instance) : undefined;
  if (refusal !== undefined) return refusal.reason;
  const { refused } = instance.link;
  if (instance.kind === "master" && crashedAt(instance.link) <= now && refused !== undefined) {
    const refusedMs = Math.round(refused.latest - refused.since);
    return `connections refused for ${refusedMs} ms, crash-detection ${instance.settings.extensions["crash-detection-milliseconds"]} ms`;
  }
  const witnesses = instance.kind === "master" ? witnessesOfDeath(instance) : 0;
  if (witnesses > 0) {
    return `connections turned away, and ${witnesses} replicas have lost their link to it`;
  }
  return instance.kind === "master" && instance.reported.role === "replica"
    ? "a master that reports to be a replica"
    : "still not answering PONG after a reboot";
}

/**
 * Judges SDOWN; frozen in TILT.
 * @returns true when it changed
 */
export function judgeSubjectively(turn: Turn, instance: Instance): boolean {
  if (turn.state.tilt.mode === "on") return false;
  const { sdown } = instance;
  const reason = reasonForDown(turn, instance);
  const more = downtimeOf(turn, instance) === undefined ? {} : { isInDowntime: true };
  if ((reason !== undefined) === sdown.down) return false;
  if (reason !== undefined) {
    sdown.down = true;
    sdown.since = turn.now;
    publish(
      turn,
      "+sdown",
      describeInstance(instance),
      aboutInstance(instance, { ...more, reason }),
    );
  } else {
    const elapsedMs = Math.round(turn.now - sdown.since);
    sdown.down = false;
    if (instance.kind !== "sentinel") instance.scriptKillSent = false;
    publish(
      turn,
      "-sdown",
      describeInstance(instance),
      aboutInstance(instance, { ...more, elapsedMs }),
    );
  }
  return true;
}

/**
 * Judges ODOWN: this sentinel and the peers whose latest answer says so make the quorum. A weak
 * agreement: answers live up to five ask periods (spec §5.2).
 */
export function judgeObjectively(turn: Turn, master: Master): void {
  if (turn.state.tilt.mode === "on") return;
  const votes = master.sdown.down ? countDownOpinions(master) : 0;
  const quorum = opinionsNeeded(master);
  const isDown = votes >= quorum;
  const { odown } = master;
  if (isDown === odown.down) return;
  odown.down = isDown;
  if (isDown) {
    odown.since = turn.now;
    const payload = `${describeInstance(master)} #quorum ${votes}/${quorum}`;
    const reason = `${votes} sentinels say down, quorum ${quorum}`;
    publish(turn, "+odown", payload, aboutInstance(master, { votes, quorum, reason }));
  } else {
    const reason = `${votes} sentinels say down, quorum ${quorum}`;
    publish(
      turn,
      "-odown",
      describeInstance(master),
      aboutInstance(master, { votes, quorum, reason }),
    );
  }
}

/**
 * The quorum; of those who can see why, where a master answers and is refused all the same. A real
 * sentinel sees a master that answers and says no, so where vedettes are fewer than the quorum all of
 * them must agree. The election still takes a majority and the quorum of votes, which every sentinel
 * gives to whoever asks first.
 */
function opinionsNeeded(master: Master): number {
  const { quorum } = master.settings;
  if (refusalOf(master) === undefined) return quorum;
  let able = 1;
  for (const { link } of master.sentinels.values()) if (link.peer.kind === "vedette") able++;
  return Math.min(quorum, able);
}

/** Sentinels that say the master is down, this one included. */
function countDownOpinions(master: Master): number {
  let count = 1;
  for (const sentinel of master.sentinels.values()) if (sentinel.opinion.masterDown) count++;
  return count;
}

/** Does any owner of the link still count as up, and until when at most? */
export function ownersDownDueAt(state: SentinelState, link: Link): Millis {
  if (link.actPingAt === undefined || state.tilt.mode === "on") return NEVER;
  const first = after(link.actPingAt, link.shortestDownAfterMs);
  if (link.owners.size === 1) {
    for (const owner of link.owners) return owner.sdown.down ? NEVER : first;
  }
  let due: number = NEVER;
  for (const owner of link.owners) {
    if (!owner.sdown.down) {
      due = Math.min(due, link.actPingAt + masterOf(owner).settings.downAfterMs);
    }
  }
  return millis(due);
}
