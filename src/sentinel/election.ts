import { assert } from "../base/assert.ts";
import type { RunId } from "../base/ids.ts";
import { nextBelow } from "../base/random.ts";
import { after, type Epoch, epoch, type Millis, millis, NEVER } from "../base/units.ts";
import { awaitsFresher, waitsUntil } from "./cold-start.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { type Failover, NO_FAILOVER } from "./failover-phase.ts";
import { isVoteless } from "./forgetting/forgotten.ts";
import { tellOrdered } from "./maintenance/ordered-elections.ts";
import { askAll, votedFor } from "./opinions.ts";
import { mastersAt } from "./master-places.ts";
import type { Cause, Requester } from "./receipts/receipt.ts";
import { addToReceipt, closeReceipt, openReceipt } from "./receipts/record.ts";
import { refreshCandidates } from "./selection/refresh.ts";
import type { Master, SentinelState } from "./state.ts";
import { preparationDueAt, SWITCHOVER_ELECTION_MS } from "./switchover/limits.ts";
import type { Switchover } from "./switchover/switchover.ts";
import {
  ELECTION_STAGGER_MOST_MS,
  ELECTION_STAGGER_MS,
  ELECTION_STAGGER_PER_MASTER_MS,
  FRUITLESS_ELECTIONS_MAX,
  SHARED_EPOCH_MS,
} from "./tunables.ts";
import { logLine, publish, requestSave, touch, type Turn } from "./turn.ts";

/** Moves the failover to another phase. */
export function setFailover(turn: Turn, master: Master, failover: Failover): void {
  master.failover = failover;
  touch(turn, master);
}

/** Takes over a higher epoch seen elsewhere. It is durable before anything told afterwards. */
export function adoptEpoch(turn: Turn, seen: Epoch, master: Master): void {
  if (seen <= turn.state.currentEpoch) return;
  turn.state.currentEpoch = seen;
  requestSave(turn);
  publish(turn, "+new-epoch", String(seen), { master: master.masterName, epoch: seen });
}

/**
 * Gives this epoch's vote to the first sentinel that asks for it; a later request learns who has it.
 * The vote is saved before it is told: the caller's reply waits for the save.
 * Source: sentinel spec §5.5.
 */
export function voteFor(
  turn: Turn,
  master: Master,
  request: { readonly epoch: Epoch; readonly candidate: RunId },
): void {
  const { state, now } = turn;
  adoptEpoch(turn, request.epoch, master);
  shareVote(state, master);
  noteElection(turn, request.epoch);
  const { vote } = master;
  if (vote.leaderEpoch >= request.epoch || state.currentEpoch > request.epoch) return;
  vote.leader = request.candidate;
  vote.leaderEpoch = request.epoch;
  vote.votedAt = now;
  assert(vote.leaderEpoch <= state.currentEpoch, "a vote is never ahead of the current epoch");
  vote.save = requestSave(turn);
  publish(turn, "+vote-for-leader", `${request.candidate} ${request.epoch}`, {
    master: master.masterName,
    epoch: request.epoch,
    leader: request.candidate,
  });
  if (request.candidate !== state.myId) yieldTo(turn, master, request.epoch);
}

/** Who asks names an address: several names on one have one vote between them (W-26). */
function shareVote(state: SentinelState, master: Master): void {
  for (const other of mastersAt(state, master.place)) {
    if (other === master || other.vote.leaderEpoch <= master.vote.leaderEpoch) continue;
    Object.assign(master.vote, other.vote);
  }
}

function noteElection({ state, now }: Turn, seen: Epoch): void {
  if (seen <= state.latestElection.epoch) return;
  state.latestElection.epoch = seen;
  state.latestElection.seenAt = now;
}

/** Our vote went to another: it has the time of an election before we try ourselves. */
function yieldTo(turn: Turn, master: Master, votedEpoch: Epoch): void {
  const { phase } = master.failover;
  if (phase === "standing-by") setFailover(turn, master, NO_FAILOVER);
  if (phase === "wait-start") {
    abortElection(turn, master, `another sentinel asked first for the vote of epoch ${votedEpoch}`);
  }
  // Who stands aside for longer is not called back by having voted.
  waitUntil(turn, master, after(turn.now, electionTimeoutMs(turn.state, master)));
}

/**
 * The newest election of this master in which this sentinel has a part: its own failover, or a vote whose
 * leader may still act on it. 0: none.
 */
export function electionOf(state: SentinelState, master: Master, now: Millis): Epoch {
  const { failover, vote, settings } = master;
  if ("failoverEpoch" in failover) return failover.failoverEpoch;
  // A leader may take failover-timeout to reach its replica, and as long until that obeys.
  const overAt = after(
    vote.votedAt,
    electionTimeoutMs(state, master) + 2 * settings.failoverTimeoutMs,
  );
  return now < overAt ? vote.leaderEpoch : epoch(0);
}

/** How long an election may take (spec §1.3, election give-up). */
export function electionTimeoutMs(state: SentinelState, master: Master): number {
  return Math.min(state.tunables.electionTimeoutMs, master.settings.failoverTimeoutMs);
}

/** Voters are all known sentinels of the master, dead ones included, and this one. */
export function voters(master: Master): number {
  return master.sentinels.size + 1;
}

export function majority(master: Master): number {
  return Math.floor(voters(master) / 2) + 1;
}

/** Votes a candidate needs: a majority of all known sentinels, and the quorum. */
export function votesNeeded(master: Master): number {
  return Math.max(majority(master), master.settings.quorum);
}

/**
 * This sentinel's place in the order in which those still up start their elections; all compute
 * the same, and another one is first for another master or configuration (design §4).
 */
export function placeInOrder(state: SentinelState, master: Master): number {
  const up = [state.myId];
  for (const sentinel of master.sentinels.values()) {
    if (!sentinel.sdown.down) up.push(sentinel.runId);
  }
  up.sort();
  const first = (sumOfCodes(master.name) + master.configEpoch) % up.length;
  return (up.indexOf(state.myId) - first + up.length) % up.length;
}

/** How far apart sentinels start: further when other masters are down at the same time. */
function staggerMs(state: SentinelState, master: Master): number {
  let others = 0;
  for (const other of state.masters.values()) if (other !== master && other.odown.down) others++;
  const waitMs = ELECTION_STAGGER_MS + others * ELECTION_STAGGER_PER_MASTER_MS;
  return Math.min(waitMs, ELECTION_STAGGER_MOST_MS);
}

function sumOfCodes(text: string): number {
  let sum = 0;
  for (let at = 0; at < text.length; at++) sum += text.charCodeAt(at);
  return sum;
}

function mayStandBy(turn: Turn, master: Master): boolean {
  const { state, now } = turn;
  const isFree =
    master.odown.down &&
    state.tilt.mode === "off" &&
    state.saves.retryAt === undefined &&
    state.memory.isWhole &&
    electableFrom(master) <= now;
  return isFree && !awaitsFresher(turn, master);
}

/** A majority of one is trusted only when others have had the time to speak up. */
function electableFrom({ attempts, sentinels }: Master): Millis {
  if (sentinels.size > 0) return attempts.notBefore;
  return millis(Math.max(attempts.notBefore, attempts.aloneFrom));
}

/** None or standing-by: starts an election when it is allowed and this sentinel's turn has come. */
export function considerElection(turn: Turn, master: Master): void {
  const { failover } = master;
  if (failover.phase !== "none" && failover.phase !== "standing-by") return;
  if (!mayStandBy(turn, master)) {
    if (failover.phase === "standing-by") setFailover(turn, master, NO_FAILOVER);
    if (master.odown.down) tellDelay(turn, master);
    return;
  }
  if (failover.phase === "none") {
    const place = placeInOrder(turn.state, master);
    const waitMs = place === 0 ? 0 : place * staggerMs(turn.state, master);
    setFailover(turn, master, { phase: "standing-by", startAt: after(turn.now, waitMs) });
    return;
  }
  if (failover.startAt > turn.now) return;
  if (wasForeignElectionFruitless(turn, master)) {
    countFruitless(turn, master);
    if (!mayStandBy(turn, master)) {
      setFailover(turn, master, NO_FAILOVER);
      return;
    }
  }
  startElection(turn, master, { forced: false });
}

/** The reference logs once when the next attempt will be; so do we (spec §5.7). */
function tellDelay(turn: Turn, master: Master): void {
  const { attempts } = master;
  if (attempts.delayTold || attempts.notBefore <= turn.now) return;
  attempts.delayTold = true;
  const waitMs = Math.round(attempts.notBefore - turn.now);
  logLine(
    turn,
    "notice",
    `Next failover delay: I will not start a failover of ${master.name} for another ${waitMs} ms`,
  );
}

/** We voted for another and are about to try ourselves: did its attempt bear no fruit? */
function wasForeignElectionFruitless(turn: Turn, master: Master): boolean {
  const { leader, leaderEpoch } = master.vote;
  if (leader === undefined || leader === turn.state.myId) return false;
  return leaderEpoch > master.configEpoch;
}

/**
 * A new epoch; or, when votes are being asked for other masters right now, theirs, if nobody is
 * known to have voted for this one in it. Epochs are shared by all masters, and a vote is only given
 * in the newest: masters that die together would void each other's elections one by one (W-06).
 * A vote belongs to a master and an epoch, so each has its own winner or none.
 */
function epochToTake(
  { state, now }: Turn,
  master: Master,
  { isOrdered }: { readonly isOrdered: boolean },
): Epoch {
  const { currentEpoch, latestElection } = state;
  const isShared =
    !isOrdered &&
    latestElection.epoch === currentEpoch &&
    now < after(latestElection.seenAt, SHARED_EPOCH_MS) &&
    master.vote.leaderEpoch < currentEpoch &&
    master.configEpoch < currentEpoch &&
    ![...master.sentinels.values()].some(({ opinion }) => opinion.votedLeaderEpoch >= currentEpoch);
  return isShared ? currentEpoch : epoch(currentEpoch + 1);
}

/** Takes an epoch, votes for itself and asks all peers (spec §5.7). */
export function startElection(
  turn: Turn,
  master: Master,
  given: {
    readonly forced: boolean;
    readonly lastResort?: boolean;
    /** For the receipt; what is usual where it is not given. */
    readonly cause?: Cause;
    readonly reason?: string;
    readonly requestedBy?: Requester | undefined;
    /** The master is well: whoever leads changes places with it without loss. */
    readonly switchover?: Switchover;
  },
): void {
  const { state, now } = turn;
  const { forced, switchover, lastResort = false } = given;
  // A wait that follows from this attempt is not the one for want of a replica.
  master.attempts.lackedReplica = false;
  const isOrdered = forced || switchover !== undefined;
  const failoverEpoch = epochToTake(turn, master, { isOrdered });
  adoptEpoch(turn, failoverEpoch, master);
  const save = requestSave(turn);
  setFailover(turn, master, {
    phase: "wait-start",
    failoverEpoch,
    since: now,
    forced,
    lastResort,
    save,
    switchover,
  });
  const reason = given.reason ?? (isOrdered ? "ordered by SENTINEL FAILOVER" : "objectively down");
  const cause =
    given.cause ?? (forced ? "manual" : switchover === undefined ? "auto" : "switchover");
  const { requestedBy } = given;
  openReceipt(turn, master, { cause, epoch: failoverEpoch, reason, requestedBy });
  const about = aboutInstance(master, { epoch: failoverEpoch, reason });
  publish(turn, "+try-failover", describeInstance(master), about);
  voteFor(turn, master, { epoch: failoverEpoch, candidate: state.myId });
  if (isOrdered) tellOrdered(turn, master);
  if (master.sdown.down || switchover !== undefined) askAll(turn, master);
  refreshCandidates(turn, master);
}

/** No election may begin here by itself any more; what an operator ordered goes on. */
export function stepBack(turn: Turn, master: Master): void {
  const { failover } = master;
  if (failover.phase === "standing-by") setFailover(turn, master, NO_FAILOVER);
  if (failover.phase !== "wait-start" || failover.switchover !== undefined) return;
  if (!failover.forced) {
    abortElection(turn, master, master.maintenance.heldBack ?? "failovers are held back");
  }
}

export type Tally =
  | { readonly outcome: "won"; readonly votes: number }
  | { readonly outcome: "pending"; readonly votes: number }
  /** No candidate can reach what it needs any more in this epoch. */
  | { readonly outcome: "split"; readonly votes: number };

/**
 * Counts the votes of one epoch. Our own counts only when it is on disk.
 * Source: sentinel spec §5.8, with one epoch only (W-06).
 */
export function tally(state: SentinelState, master: Master): Tally {
  const { failover, vote } = master;
  if (failover.phase !== "wait-start") return { outcome: "pending", votes: 0 };
  const counts = new Map<RunId, number>();
  let known = 0;
  let silent = 0;
  const count = (leader: RunId | undefined): void => {
    if (leader === undefined) return;
    known++;
    counts.set(leader, (counts.get(leader) ?? 0) + 1);
  };
  const isSaved = state.saves.done >= failover.save;
  if (vote.leaderEpoch === failover.failoverEpoch && isSaved) count(vote.leader);
  for (const sentinel of master.sentinels.values()) {
    if (isVoteless(master, sentinel.runId)) {
      known++;
      continue;
    }
    const leader = votedFor(sentinel, failover.failoverEpoch);
    count(leader);
    if (leader === undefined && sentinel.sdown.down) silent++;
  }
  // Who is down will not break a tie: against a rival the retry need not wait for the time-out.
  // Without one, a lone minority would only raise epochs faster.
  if (counts.size > 1) known += silent;
  const votes = counts.get(state.myId) ?? 0;
  const needed = votesNeeded(master);
  if (votes >= needed) return { outcome: "won", votes };
  const best = Math.max(0, ...counts.values()) + (voters(master) - known);
  return { outcome: best < needed ? "split" : "pending", votes };
}

/**
 * A peer refused its vote because it has seen a newer epoch, which we have seen since: the
 * candidacy moves up to it instead of waiting for the election to time out (W-06).
 */
export function moveCandidacyUp(turn: Turn, master: Master): void {
  const { state } = turn;
  const { failover } = master;
  if (failover.phase !== "wait-start" || failover.forced) return;
  if (failover.switchover !== undefined) return;
  if (state.currentEpoch <= failover.failoverEpoch) return;
  if (master.vote.leaderEpoch >= state.currentEpoch) return;
  const save = requestSave(turn);
  setFailover(turn, master, { ...failover, failoverEpoch: state.currentEpoch, save });
  addToReceipt(master, { epoch: state.currentEpoch });
  voteFor(turn, master, { epoch: state.currentEpoch, candidate: state.myId });
  askAll(turn, master);
}

/** Is the configuration at least as new as the failover under way? */
export function isOutdated({ failover, configEpoch }: Master): boolean {
  return "failoverEpoch" in failover && failover.failoverEpoch <= configEpoch;
}

/** A configuration at least as new as our failover came about elsewhere: ours is void. */
export function abandonOutdated(turn: Turn, master: Master): void {
  if (!isOutdated(master)) return;
  abortElection(turn, master, `configuration ${master.configEpoch} came about meanwhile`);
}

export function abortElection(turn: Turn, master: Master, reason: string): void {
  const about = aboutInstance(master, { reason });
  publish(turn, "-failover-abort-not-elected", describeInstance(master), about);
  closeReceipt(turn, master, { result: "aborted", reason });
  setFailover(turn, master, NO_FAILOVER);
}

/** Who else got votes in the epoch of our election. */
export function rivalsOf(state: SentinelState, master: Master): ReadonlySet<RunId> {
  const { failover } = master;
  const rivals = new Set<RunId>();
  if (failover.phase !== "wait-start") return rivals;
  for (const sentinel of master.sentinels.values()) {
    const leader = votedFor(sentinel, failover.failoverEpoch);
    if (leader !== undefined && leader !== state.myId) rivals.add(leader);
  }
  return rivals;
}

/** The election ended without a leader: when may this sentinel try again? (design §4) */
export function spaceNextElection(turn: Turn, master: Master): void {
  countFruitless(turn, master);
  // Behind everybody's first places, so that the losers of a split do not meet again.
  const roundMs = ELECTION_STAGGER_MS * voters(master);
  const jitterMs = nextBelow(turn.state.random, ELECTION_STAGGER_MS);
  const waitMs = roundMs * (2 ** master.attempts.fruitless - 1) + jitterMs;
  waitUntil(turn, master, after(turn.now, waitMs));
}

/** The last one that is tolerated makes this sentinel stand aside as the reference does. */
function countFruitless(turn: Turn, master: Master): void {
  const { attempts, settings } = master;
  attempts.fruitless++;
  if (attempts.fruitless < FRUITLESS_ELECTIONS_MAX) return;
  attempts.fruitless = 0;
  standAsideFor(turn, master, 2 * settings.failoverTimeoutMs);
}

function standAsideFor(turn: Turn, master: Master, waitMs: number): void {
  master.attempts.asideUntil = after(turn.now, waitMs);
  waitUntil(turn, master, master.attempts.asideUntil);
}

function waitUntil(turn: Turn, master: Master, moment: Millis): void {
  const { attempts } = master;
  if (moment <= attempts.notBefore) return;
  attempts.notBefore = moment;
  attempts.delayTold = false;
  touch(turn, master);
}

/** A leader found nothing to promote or was not obeyed: the reference's gate (spec §1.3). */
export function standAside(turn: Turn, master: Master): void {
  standAsideFor(turn, master, 2 * master.settings.failoverTimeoutMs);
}

/** A new configuration: whatever was tried for the old one no longer counts. */
export function forgetAttempts(turn: Turn, master: Master): void {
  const { attempts } = master;
  attempts.fruitless = 0;
  attempts.notBefore = turn.now;
  attempts.asideUntil = turn.now;
  attempts.delayTold = false;
  attempts.lackedReplica = false;
}

/** The sentinel we voted for is itself down: its election is over, ours may start (design §4). */
export function releaseVoteOf(turn: Turn, master: Master, leader: RunId): void {
  const { vote, attempts } = master;
  if (vote.leader !== leader || vote.leaderEpoch <= master.configEpoch) return;
  const yieldedUntil = after(vote.votedAt, electionTimeoutMs(turn.state, master));
  if (attempts.notBefore > yieldedUntil) return;
  // Who stands aside for longer is not called back by the end of another's election either.
  attempts.notBefore = millis(Math.max(turn.now, attempts.asideUntil));
  touch(turn, master);
}

/** When the phases before a leader is found have something to do. */
export function electionDueAt(state: SentinelState, master: Master): Millis {
  const { failover } = master;
  if (state.tilt.mode === "on") return NEVER;
  switch (failover.phase) {
    case "none":
      // Whatever holds it back looks at the master when it ends.
      if (master.maintenance.heldBack !== undefined) return NEVER;
      return master.odown.down && state.saves.retryAt === undefined && state.memory.isWhole
        ? millis(Math.max(electableFrom(master), waitsUntil(state, master)))
        : NEVER;
    case "standing-by":
      return failover.startAt;
    case "wait-start":
      return failover.switchover === undefined
        ? after(failover.since, electionTimeoutMs(state, master))
        : after(failover.since, SWITCHOVER_ELECTION_MS);
    case "select-replica":
      return failover.until;
    case "preparing":
      return preparationDueAt(failover.switchover);
    case "handing-over":
    case "send-slaveof-noone":
    case "wait-promotion":
      return NEVER;
  }
}
