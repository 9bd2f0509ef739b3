import type { RunId } from "../base/ids.ts";
import { after, earliest, epoch, type Millis, NEVER } from "../base/units.ts";
import type { AskAnswer } from "./input.ts";
import { isConnected } from "./links.ts";
import type { Master, Sentinel, SentinelState } from "./state.ts";
import { ASK_BACK_GAP_MS, ASK_BACKOFF_FIRST_MS } from "./tunables.ts";
import { sendDurably, touch, type Turn } from "./turn.ts";

/** Is this sentinel a candidate, so that its questions ask for votes? */
function isCandidate(master: Master): boolean {
  return master.failover.phase === "wait-start";
}

/** Asks one peer whether it sees the master down and, as a candidate, for its vote (spec §5.3). */
function ask(turn: Turn, sentinel: Sentinel): void {
  const { state, now } = turn;
  const { master } = sentinel;
  const candidacy = master.failover.phase === "wait-start" ? master.failover : undefined;
  sentinel.opinion.askedAt = now;
  sentinel.link.pending++;
  sendDurably(turn, sentinel.link.id, {
    name: "ask",
    master: master.masterName,
    address: master.address,
    epoch: candidacy?.failoverEpoch ?? state.currentEpoch,
    candidate: candidacy === undefined ? undefined : state.myId,
  });
}

/** Asks every peer that can be reached, whatever was asked before: a candidacy begins. */
export function askAll(turn: Turn, master: Master): void {
  for (const sentinel of master.sentinels.values()) {
    if (isConnected(sentinel.link)) ask(turn, sentinel);
  }
}

/** SDOWN has just begun: every peer is asked at once (design §4). */
export function startAsking(turn: Turn, master: Master): void {
  for (const { opinion } of master.sentinels.values()) {
    opinion.nextAskAt = turn.now;
    opinion.backoffMs = ASK_BACKOFF_FIRST_MS;
    opinion.askAgain = false;
  }
  touch(turn, master);
}

/**
 * A peer wonders about this master, so it may have seen something new: ask back at once. Sentinels
 * that find a master down within a millisecond answer each other's first question with no; whoever
 * waited for its next one would often be the one that the others wait for.
 */
export function askBack(turn: Turn, master: Master): void {
  if (!master.sdown.down) return;
  for (const { opinion } of master.sentinels.values()) {
    if (opinion.masterDown) continue;
    if (opinion.askedAt !== undefined) opinion.askAgain = true;
    else
      opinion.nextAskAt = earliest(opinion.nextAskAt, after(opinion.answeredAt, ASK_BACK_GAP_MS));
  }
  touch(turn, master);
}

/** Forgets answers that are too old to count (spec §5.3), and asks whoever is due. */
export function tendOpinions(turn: Turn, master: Master): void {
  const { state, now } = turn;
  for (const sentinel of master.sentinels.values()) {
    const { opinion } = sentinel;
    if (now >= expiryOf(state, sentinel)) {
      opinion.masterDown = false;
      opinion.votedLeader = undefined;
      touch(turn, master);
    }
    if (askDueAt(state, sentinel) <= now) ask(turn, sentinel);
  }
}

function expiryOf(state: SentinelState, { opinion }: Sentinel): Millis {
  if (!opinion.masterDown && opinion.votedLeader === undefined) return NEVER;
  return after(opinion.answeredAt, 5 * state.tunables.askPeriodMs);
}

function askDueAt(state: SentinelState, { master, link, opinion }: Sentinel): Millis {
  if (!master.sdown.down || state.tilt.mode === "on") return NEVER;
  if (!isConnected(link) || opinion.askedAt !== undefined) return NEVER;
  return opinion.nextAskAt;
}

export function opinionsDueAt(state: SentinelState, master: Master): Millis {
  let due = NEVER;
  for (const sentinel of master.sentinels.values()) {
    due = earliest(due, expiryOf(state, sentinel), askDueAt(state, sentinel));
  }
  return due;
}

/** Takes a peer's answer; undefined when it refused the question (spec §5.6). */
export function takeAnswer(turn: Turn, sentinel: Sentinel, answer: AskAnswer | undefined): void {
  const { state, now } = turn;
  const { master, opinion } = sentinel;
  opinion.askedAt = undefined;
  if (answer === undefined) {
    opinion.nextAskAt = after(now, state.tunables.askPeriodMs);
    return;
  }
  opinion.answeredAt = now;
  opinion.masterDown = answer.down;
  if (answer.leader !== undefined) {
    opinion.votedLeader = answer.leader;
    opinion.votedLeaderEpoch = answer.leaderEpoch;
  }
  const hasAnswered = answer.down || isCandidate(master);
  const waitMs = opinion.askAgain ? ASK_BACK_GAP_MS : opinion.backoffMs;
  opinion.nextAskAt = after(now, hasAnswered ? state.tunables.askPeriodMs : waitMs);
  opinion.askAgain = false;
  opinion.backoffMs = Math.min(2 * opinion.backoffMs, state.tunables.askPeriodMs);
  touch(turn, master);
}

/** A switch of the master's address makes every answer about the old one worthless (W-03). */
export function forgetOpinions(turn: Turn, master: Master): void {
  for (const { opinion } of master.sentinels.values()) {
    opinion.masterDown = false;
    opinion.votedLeader = undefined;
    opinion.votedLeaderEpoch = epoch(0);
    opinion.nextAskAt = turn.now;
    opinion.backoffMs = ASK_BACKOFF_FIRST_MS;
  }
}

/** The vote a peer is known to have given in that epoch. */
export function votedFor(sentinel: Sentinel, inEpoch: number): RunId | undefined {
  const { opinion } = sentinel;
  return opinion.votedLeaderEpoch === inEpoch ? opinion.votedLeader : undefined;
}
