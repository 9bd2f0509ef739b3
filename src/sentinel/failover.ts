import { after, earliest, type Millis, NEVER } from "../base/units.ts";
import {
  abortElection,
  considerElection,
  electionDueAt,
  electionTimeoutMs,
  moveCandidacyUp,
  rivalsOf,
  setFailover,
  spaceNextElection,
  standAside,
  stepBack,
  tally,
} from "./election.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { type Failover, NO_FAILOVER } from "./failover-phase.ts";
import { isConnected } from "./links.ts";
import { beginCooldown } from "./maintenance/cooldown.ts";
import { isHeldBack } from "./maintenance/held-back.ts";
import { oldMasterOf, riskOf, votesOf } from "./receipts/chosen.ts";
import { addToReceipt, closeReceipt, enterPhase, keepReceipt } from "./receipts/record.ts";
import { switchToPromoted } from "./promotion.ts";
import { disqualification, selectReplica } from "./replica-selection.ts";
import { orderReplica } from "./reconfiguration.ts";
import { whyChosen } from "./selection/order.ts";
import { mayStillAnswer, REFRESH_MS, unansweredCandidates } from "./selection/refresh.ts";
import { verdicts } from "./selection/verdicts.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import { tellRefusal, tendPreparing } from "./switchover/coordinated.ts";
import { beginHandOver, handOverDueAt, tendHandOver } from "./switchover/hand-over.ts";
import { heirOf } from "./switchover/heir.ts";
import { SWITCHOVER_ELECTION_MS } from "./switchover/limits.ts";
import {
  type Refusal,
  type Target,
  targetOf,
  whyMasterUnwell,
  whyNotCaughtUp,
  whyNotReady,
} from "./switchover/pre-checks.ts";
import { isPrepared } from "./switchover/preparation.ts";
import type { Switchover } from "./switchover/switchover.ts";
import { publish, type Turn } from "./turn.ts";

type WaitStart = Extract<Failover, { readonly phase: "wait-start" }>;
type Selecting = Extract<Failover, { readonly phase: "select-replica" }>;
type Promoting = Extract<Failover, { readonly phase: "send-slaveof-noone" | "wait-promotion" }>;

/** Moves the failover of one master as far as it goes now; frozen in TILT (spec §1.7). */
export function tendFailover(turn: Turn, master: Master): void {
  if (turn.state.tilt.mode !== "on" && isHeldBack(turn, master)) stepBack(turn, master);
  const { failover } = master;
  if (failover.phase === "handing-over") return tendHandOver(turn, master, failover);
  if (failover.phase === "preparing") return tendPreparing(turn, master, failover);
  if (turn.state.tilt.mode === "on") return undefined;
  switch (failover.phase) {
    case "none":
      if (master.maintenance.heldBack !== undefined) return undefined;
      if (master.attempts.lackedReplica) retryWhenReplicaQualifies(turn, master);
      return considerElection(turn, master);
    case "standing-by":
      return considerElection(turn, master);
    case "wait-start":
      return tendElection(turn, master, failover);
    case "select-replica":
      return tendSelection(turn, master, failover);
    case "send-slaveof-noone":
    case "wait-promotion":
      return tendPromotion(turn, master, failover);
  }
}

/** The last attempt found no replica: now that one qualifies, nothing is gained by waiting (W-05). */
function retryWhenReplicaQualifies(turn: Turn, master: Master): void {
  if (!master.odown.down || selectReplica(turn.state, master, turn.now) === undefined) return;
  master.attempts.lackedReplica = false;
  master.attempts.notBefore = turn.now;
  master.attempts.asideUntil = turn.now;
}

function tendElection(turn: Turn, master: Master, failover: WaitStart): void {
  const { state, now } = turn;
  if (failover.switchover !== undefined) {
    tendOrderedElection(turn, master, failover, failover.switchover);
    return;
  }
  if (!failover.forced && !master.odown.down) {
    // The peers that agreed have changed their mind: nothing to fail over from.
    abortElection(turn, master, "no longer objectively down");
    return;
  }
  const result = tally(state, master);
  if (failover.forced || result.outcome === "won") {
    lead(turn, master, failover, result.votes);
    return;
  }
  if (result.outcome === "split") {
    abortElection(turn, master, `votes are split, ${result.votes} for this sentinel`);
    spaceNextElection(turn, master);
    return;
  }
  if (now - failover.since >= electionTimeoutMs(state, master)) {
    abortElection(turn, master, `${result.votes} votes when the time for the election was up`);
    spaceNextElection(turn, master);
    return;
  }
  const hasRefusal = [...master.sentinels.values()].some(
    ({ opinion }) =>
      opinion.answeredAt >= failover.since && opinion.votedLeaderEpoch < failover.failoverEpoch,
  );
  if (hasRefusal) moveCandidacyUp(turn, master);
}

/**
 * An operator ordered it while the master is well: the others vote, so that nobody else takes the same
 * epoch. Without a majority a COORDINATED one is given up, and a usual one forced as Redis does it,
 * unless another sentinel has the votes (W-13).
 */
function tendOrderedElection(
  turn: Turn,
  master: Master,
  failover: WaitStart,
  switchover: Switchover,
): void {
  const { state, now } = turn;
  const result = tally(state, master);
  const isOver = now - failover.since >= SWITCHOVER_ELECTION_MS || master.sdown.down;
  if (result.outcome === "won") {
    if (isOver || isPrepared(master, switchover)) lead(turn, master, failover, result.votes);
    return;
  }
  if (result.outcome === "pending" && !isOver) return;
  const rivals = rivalsOf(state, master);
  const isLast = [...rivals].some((rival) => rival < state.myId);
  const hasLost = rivals.size > 0 && (result.outcome === "pending" || isLast);
  if (switchover.order === "usual" && !hasLost) {
    lead(turn, master, { ...failover, switchover: undefined }, result.votes);
    return;
  }
  const reason = hasLost
    ? `another sentinel has votes in epoch ${failover.failoverEpoch}`
    : `${result.votes} votes within ${SWITCHOVER_ELECTION_MS} ms`;
  tellRefusal(turn, master, `${reason}; look at the other sentinels and try again`);
  abortElection(turn, master, reason);
}

/** Elected, or ordered to by an operator: the choice is made as soon as the candidates have answered. */
function lead(turn: Turn, master: Master, won: WaitStart, votes: number): void {
  const { state, now } = turn;
  const { failoverEpoch, forced, switchover } = won;
  const reason = forced
    ? `ordered by SENTINEL FAILOVER, ${votes} votes of ${master.sentinels.size + 1}`
    : `${votes} votes of ${master.sentinels.size + 1}`;
  const about = aboutInstance(master, {
    epoch: failoverEpoch,
    leader: state.myId,
    votes,
    quorum: master.settings.quorum,
    reason,
  });
  publish(turn, "+elected-leader", describeInstance(master), about);
  addToReceipt(master, { votes: votesOf(state, master, failoverEpoch) });
  enterPhase(turn, master, "select");
  if (state.failureSimulation.has("crash-after-election")) turn.effects.push({ kind: "crash" });
  publish(turn, "+failover-state-select-slave", describeInstance(master), aboutInstance(master));
  if (switchover !== undefined) {
    // Its target was asked while it was prepared.
    promote(turn, master, won, new Set());
    return;
  }
  const { since, lastResort, save } = won;
  const until = after(now, REFRESH_MS);
  const selecting = { since, forced, lastResort, save, failoverEpoch, until };
  setFailover(turn, master, { phase: "select-replica", ...selecting });
  tendSelection(turn, master, { phase: "select-replica", ...selecting });
}

/** Waits for fresh INFO, and goes on with what there is when the time is up. */
function tendSelection(turn: Turn, master: Master, selecting: Selecting): void {
  const { now } = turn;
  const unanswered = unansweredCandidates(master, selecting.since);
  const isAwaited = [...unanswered].some((each) => mayStillAnswer(each, now));
  if (now < selecting.until && isAwaited) return;
  promote(turn, master, { ...selecting, switchover: undefined }, unanswered);
}

/** Chooses the replica and has it promoted at once. */
function promote(
  turn: Turn,
  master: Master,
  won: Pick<WaitStart, "failoverEpoch" | "forced" | "lastResort" | "save" | "switchover">,
  unanswered: ReadonlySet<Replica>,
): void {
  const { state, now } = turn;
  const { failoverEpoch, forced, lastResort, save, switchover } = won;
  const rules = { lastResort, unanswered };
  const target = switchover === undefined ? undefined : targetOf(state, master, switchover, now);
  const promoted =
    target !== undefined && "replica" in target
      ? target.replica
      : (heirOf(state, master, now) ?? selectReplica(state, master, now, rules));
  noteCandidates(turn, master, { chosen: promoted, unanswered });
  const obstacle =
    switchover === undefined ? undefined : whyNotHandedOver(turn, master, switchover, target);
  if (switchover !== undefined && obstacle !== undefined) {
    tellRefusal(turn, master, obstacle);
    if (switchover.order === "coordinated") {
      closeReceipt(turn, master, { result: "aborted", reason: obstacle });
      setFailover(turn, master, NO_FAILOVER);
      return;
    }
  }
  if (promoted === undefined) {
    abortWithoutReplica(turn, master);
    return;
  }
  publish(
    turn,
    "+selected-slave",
    describeInstance(promoted),
    aboutInstance(promoted, {
      epoch: failoverEpoch,
      offset: promoted.replicationOffset,
      reason: whyChosen(promoted),
    }),
  );
  const isPlanned = switchover !== undefined && obstacle === undefined;
  enterPhase(turn, master, isPlanned ? "check" : "promote");
  keepReceipt(turn, master);
  publish(
    turn,
    "+failover-state-send-slaveof-noone",
    describeInstance(promoted),
    aboutInstance(promoted),
  );
  if (switchover !== undefined && obstacle === undefined) {
    beginHandOver(turn, master, { failoverEpoch, forced, save, switchover, promoted });
    return;
  }
  const promoting: Promoting = {
    phase: "send-slaveof-noone",
    failoverEpoch,
    since: now,
    forced,
    promoted,
    orders: 0,
    save,
  };
  setFailover(turn, master, promoting);
  orderPromotion(turn, master, promoting);
}

function noteCandidates(
  { state, now }: Turn,
  master: Master,
  given: {
    readonly chosen: Replica | undefined;
    readonly unanswered: ReadonlySet<Replica>;
  },
): void {
  const { chosen } = given;
  const candidates = verdicts(state, master, { now, ...given });
  addToReceipt(master, { candidates, oldMaster: oldMasterOf(master, now) });
  if (chosen !== undefined) {
    addToReceipt(master, { atRisk: riskOf(chosen, now), to: chosen.address });
  }
}

/** What was found out since it was ordered, looked at once more before anything is touched. */
function whyNotHandedOver(
  { state }: Turn,
  master: Master,
  switchover: Switchover,
  target: Target | undefined,
): Refusal | undefined {
  const reason = whyMasterUnwell(state, master) ?? whyNotReady(state, master, switchover);
  if (reason !== undefined || target === undefined) return reason;
  return "refusal" in target ? target.refusal : whyNotCaughtUp(switchover, target.replica);
}

function abortWithoutReplica(turn: Turn, master: Master): void {
  const reasons = [...master.replicas.values()].map(
    (replica) => `${replica.name}: ${disqualification(turn.state, replica, turn.now) ?? ""}`,
  );
  const reason = reasons.length === 0 ? "no replica is known" : reasons.join("; ");
  publish(
    turn,
    "-failover-abort-no-good-slave",
    describeInstance(master),
    aboutInstance(master, { reason }),
  );
  closeReceipt(turn, master, { result: "aborted", reason });
  setFailover(turn, master, NO_FAILOVER);
  standAside(turn, master);
  master.attempts.lackedReplica = true;
}

/** SLAVEOF NO ONE, and INFO right behind it to see the promotion at once (W-01). */
function orderPromotion(turn: Turn, master: Master, promoting: Promoting): void {
  const { promoted } = promoting;
  if (!isConnected(promoted.link) || turn.state.saves.done < promoting.save) return;
  orderReplica(turn, promoted, undefined);
  const orders = promoting.orders + 1;
  setFailover(turn, master, { ...promoting, phase: "wait-promotion", orders });
  if (orders === 1) {
    publish(
      turn,
      "+failover-state-wait-promotion",
      describeInstance(promoted),
      aboutInstance(promoted),
    );
  }
}

function tendPromotion(turn: Turn, master: Master, failover: Promoting): void {
  const { promoted } = failover;
  if (turn.now - failover.since >= master.settings.failoverTimeoutMs) {
    const reason = `not promoted within failover-timeout ${master.settings.failoverTimeoutMs} ms`;
    abortPromotion(turn, master, promoted, reason);
    return;
  }
  if (failover.phase === "send-slaveof-noone") orderPromotion(turn, master, failover);
}

function abortPromotion(turn: Turn, master: Master, promoted: Replica, reason: string): void {
  publish(
    turn,
    "-failover-abort-slave-timeout",
    describeInstance(master),
    aboutInstance(master, { reason: `${promoted.name} ${reason}` }),
  );
  closeReceipt(turn, master, { result: "aborted", reason: `${promoted.name} ${reason}` });
  setFailover(turn, master, NO_FAILOVER);
  standAside(turn, master);
}

/** The order may not have reached the replica: it is given again over the next connection. */
export function orderAgain(turn: Turn, replica: Replica): void {
  const { failover } = replica.master;
  if (failover.phase !== "wait-promotion" || failover.promoted !== replica) return;
  setFailover(turn, replica.master, { ...failover, phase: "send-slaveof-noone" });
}

/** A promotion by this failover is reported to be done. @returns false when it is none */
export function acknowledgePromotion(turn: Turn, replica: Replica): boolean {
  const { master } = replica;
  const { failover } = master;
  if (failover.phase !== "wait-promotion" && failover.phase !== "send-slaveof-noone") return false;
  if (failover.promoted !== replica) return false;
  const { failoverEpoch, forced } = failover;
  if (!forced) beginCooldown(turn, master, failoverEpoch, turn.state.myId);
  switchToPromoted(turn, replica, failoverEpoch);
  return true;
}

/** A save failed: what rests on it has not been told to anybody and is given up. */
export function abandonUnsaved(turn: Turn, failedSave: number): void {
  for (const master of turn.state.masters.values()) {
    const { failover } = master;
    if (failover.phase === "standing-by") setFailover(turn, master, NO_FAILOVER);
    if (!("save" in failover)) continue;
    if (failover.save > failedSave || failover.save <= turn.state.saves.done) continue;
    abortElection(turn, master, "the vote could not be saved on disk");
  }
}

export function failoverDueAt(state: SentinelState, master: Master): Millis {
  const { failover } = master;
  if (failover.phase === "handing-over") return handOverDueAt(failover);
  const election = electionDueAt(state, master);
  if (failover.phase !== "send-slaveof-noone" && failover.phase !== "wait-promotion") {
    return election;
  }
  if (state.tilt.mode === "on") return NEVER;
  return earliest(election, after(failover.since, master.settings.failoverTimeoutMs));
}

/** Is a failover of this master running, as `flags` and INPROG see it? */
export function isFailoverInProgress(master: Master): boolean {
  const { phase } = master.failover;
  return (phase !== "none" && phase !== "standing-by") || master.lettingGo.phase !== "none";
}
