import { earliest, type Epoch, type Millis, type SaveNumber } from "../../base/units.ts";
import type { Address } from "../../base/address.ts";
import { aboutInstance } from "../events.ts";
import type { Master, SentinelState } from "../state.ts";
import { wallTime } from "../wall-clock.ts";
import { pendingSave, publish, touch, type Turn } from "../turn.ts";
import { record } from "./history.ts";
import {
  type AtRisk,
  type Candidate,
  type Cause,
  type Fork,
  type OldMaster,
  type Outcome,
  type Phase,
  type PhaseTime,
  type Receipt,
  receiptId,
  type Requester,
  type Votes,
} from "./receipt.ts";
import { forkOf } from "./stream-standing.ts";

/**
 * How the core keeps account of a failover, a switchover, or whatever else changes a master. For each
 * attempt, in this order:
 *
 *     openReceipt(turn, master, { cause: "switchover", epoch, reason: "ordered by SENTINEL FAILOVER …" });
 *     enterPhase(turn, master, "catch-up");         // ends the phase before, begins this one
 *     addToReceipt(master, { votes, to: … });       // facts as they become known
 *     noteOnReceipt(master, "NOPERM on CLIENT PAUSE: …");   // one sentence for people
 *     closeReceipt(turn, master, { result: "aborted", reason });
 *
 * `startElection` opens one and every way out of an election or promotion closes it, so most callers
 * have to give `startElection` a cause and to enter their phases; nothing here ever fails or sends.
 * A plain failover that begins as a switchover goes on with the open receipt (`openReceipt` again
 * keeps phases and notes and takes the new cause).
 *
 * What stands on it is durable early: `keepReceipt` when the promotion is ordered, again when the
 * configuration is announced, at the end, and when the old master is back (returned.ts). Each writes the whole
 * receipt; the newest with an id holds.
 */

export interface OpenReceipt {
  cause: Cause;
  reason: string;
  epoch: Epoch;
  requestedBy: Requester | undefined;
  readonly from: Address;
  readonly marks: { readonly phase: Phase; readonly at: Millis }[];
  readonly notes: string[];
  to: Address | undefined;
  votes: Votes | undefined;
  candidates: readonly Candidate[];
  oldMaster: OldMaster | undefined;
  atRisk: AtRisk | undefined;
  fork: Fork | undefined;
  /** The save behind which `+switch-master` is told; undefined before the promotion is known. */
  announcedWith: SaveNumber | undefined;
  /** The new configuration is in force: what follows is only the other replicas. */
  isCompleted: boolean;
}

/** Begins the account of an attempt, with what has led to it: since when was the master silent? */
export function openReceipt(
  turn: Turn,
  master: Master,
  given: {
    readonly cause: Cause;
    readonly epoch: Epoch;
    readonly reason: string;
    readonly requestedBy?: Requester | undefined;
  },
): void {
  const { cause, epoch, reason } = given;
  const open = master.receipt;
  if (open !== undefined && !open.isCompleted) {
    Object.assign(open, { cause, epoch, reason });
    open.requestedBy ??= given.requestedBy;
    return;
  }
  if (open !== undefined) closeReceipt(turn, master, { result: "completed" });
  master.receipt = {
    cause,
    reason,
    epoch,
    requestedBy: given.requestedBy,
    from: master.address,
    marks: marksBefore(turn, master),
    notes: [],
    to: undefined,
    votes: undefined,
    candidates: [],
    oldMaster: undefined,
    atRisk: undefined,
    fork: undefined,
    announcedWith: undefined,
    isCompleted: false,
  };
}

/** A down master's story begins when it fell silent; any other's with the order. */
function marksBefore({ now }: Turn, { sdown, odown, link }: Master): OpenReceipt["marks"] {
  if (!sdown.down) return [{ phase: "elect", at: now }];
  const silentSince = link.actPingAt ?? link.lastOkAt;
  const marks: OpenReceipt["marks"] = [
    { phase: "detect", at: earliest(silentSince, sdown.since) },
    { phase: "agree", at: sdown.since },
  ];
  marks.push({ phase: "elect", at: odown.down ? odown.since : now });
  return marks;
}

/** The phase before ends, this one begins. */
export function enterPhase({ now }: Turn, master: Master, phase: Phase): void {
  const marks = master.receipt?.marks;
  if (marks !== undefined && marks.at(-1)?.phase !== phase) marks.push({ phase, at: now });
}

/** Facts that have become known. */
export function addToReceipt(
  master: Master,
  facts: Partial<
    Pick<
      OpenReceipt,
      "epoch" | "to" | "votes" | "candidates" | "oldMaster" | "atRisk" | "fork" | "requestedBy"
    >
  >,
): void {
  if (master.receipt !== undefined) Object.assign(master.receipt, facts);
}

/** A sentence for people: what was tried and did not work, what was given up and why. */
export function noteOnReceipt(master: Master, sentence: string): void {
  master.receipt?.notes.push(sentence);
}

/** Writes down how far it has come: a sentinel that dies now leaves at least this. */
export function keepReceipt(turn: Turn, master: Master): void {
  const open = master.receipt;
  if (open === undefined) return;
  const result = open.isCompleted ? "completed" : "running";
  record(turn, receiptOf(turn.state, { master, open, outcome: { result }, until: turn.now }));
}

/** The promoted replica is the master; it is announced once the configuration is on disk. */
export function receiptSwitched(turn: Turn, master: Master): void {
  const open = master.receipt;
  if (open === undefined) return;
  enterPhase(turn, master, "announce");
  open.to = master.address;
  open.fork = forkOf(master.reported);
  open.announcedWith = pendingSave(turn);
  touch(turn, master);
}

/** Level-triggered: sees the configuration reach the disk, and what ended without being closed. */
export function tendReceipt(turn: Turn, master: Master): void {
  const open = master.receipt;
  if (open === undefined) return;
  if (open.announcedWith === undefined) {
    if (!isUnderWay(master)) closeReceipt(turn, master, { result: "aborted", reason: "given up" });
    return;
  }
  if (!open.isCompleted) {
    if (turn.state.saves.done < open.announcedWith) return;
    open.isCompleted = true;
    enterPhase(turn, master, "reconfigure");
    keepReceipt(turn, master);
    tellReceipt(turn, master, open, "completed");
  }
  if (master.reconfiguration.phase === "none") closeReceipt(turn, master, { result: "completed" });
}

function isUnderWay({ failover }: Master): boolean {
  return failover.phase !== "none" && failover.phase !== "standing-by";
}

/** The end of an attempt; without an open receipt nothing happens. */
export function closeReceipt(turn: Turn, master: Master, outcome: Outcome): void {
  const open = master.receipt;
  if (open === undefined) return;
  master.receipt = undefined;
  record(turn, receiptOf(turn.state, { master, open, outcome, until: turn.now }));
  if (!open.isCompleted) tellReceipt(turn, master, open, outcome.result);
}

/** An order, or news of a newer configuration, ends whatever runs. */
export function endReceipt(turn: Turn, master: Master, reason: string): void {
  const isCompleted = master.receipt?.isCompleted === true;
  closeReceipt(turn, master, isCompleted ? { result: "completed" } : { result: "aborted", reason });
}

function tellReceipt(turn: Turn, master: Master, open: OpenReceipt, result: string): void {
  const id = receiptId(master.masterName, open.epoch, open.cause);
  const about = aboutInstance(master, { epoch: open.epoch, reason: open.reason });
  publish(turn, "+vedette-receipt", `${id} ${result}`, about);
}

/** The receipt as plain data. @param until when the last phase ends */
function receiptOf(
  state: SentinelState,
  of: {
    readonly master: Master;
    readonly open: OpenReceipt;
    readonly outcome: Outcome;
    readonly until: Millis;
  },
): Receipt {
  const { open, master } = of;
  const since = open.marks[0]?.at ?? of.until;
  return {
    kind: "failover",
    id: receiptId(master.masterName, open.epoch, open.cause),
    at: wallTime(state, since),
    sentinel: state.myId,
    view: "leader",
    master: master.masterName,
    epoch: open.epoch,
    cause: open.cause,
    reason: open.reason,
    requestedBy: open.requestedBy,
    outcome: of.outcome,
    from: open.from,
    to: open.to,
    phases: phaseTimes(open.marks, of.until),
    totalMs: tenths(of.until - since),
    votes: open.votes,
    candidates: open.candidates,
    oldMaster: open.oldMaster,
    atRisk: open.atRisk,
    fork: open.fork,
    returned: undefined,
    notes: [...open.notes],
  };
}

function phaseTimes(marks: OpenReceipt["marks"], until: Millis): PhaseTime[] {
  return marks.map(({ phase, at }, index) => ({
    phase,
    ms: tenths((marks[index + 1]?.at ?? until) - at),
  }));
}

export function tenths(ms: number): number {
  return Math.round(Math.max(0, ms) * 10) / 10;
}
