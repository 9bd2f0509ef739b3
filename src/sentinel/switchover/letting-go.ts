import type { Address } from "../../base/address.ts";
import { after, earliest, type Millis, NEVER } from "../../base/units.ts";
import type { ServerOrder } from "../../wire/server-order.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { findReplica } from "../instances.ts";
import { isConnected } from "../links.ts";
import type { Master, Replica, Sentinel } from "../state.ts";
import { isSettled, logLine, publish, sendDurably, touch, type Turn } from "../turn.ts";
import { isAt } from "../whereabouts.ts";
import { ANNOUNCED_ASK_PERIOD_MS, ANNOUNCED_WITHIN_MS, CUTTING_MS } from "./limits.ts";
import { sendOrder } from "./send-order.ts";
import { HOLDS_NOTHING, type LettingGo } from "./switchover.ts";

type Announcing = Extract<LettingGo, { readonly phase: "announcing" }>;
type Cutting = Extract<LettingGo, { readonly phase: "cutting" }>;

/**
 * The switch is decided. Whoever asks a sentinel that does not know it yet would be sent back to the
 * old master, so that keeps its clients waiting until all that can be reached announce the new one.
 */
export function beginLettingGo(
  turn: Turn,
  master: Master,
  given: {
    readonly startedAt: Millis;
    readonly closedUntil: Millis;
    readonly oldMaster: Address;
  },
): void {
  master.lettingGo = {
    phase: "announcing",
    since: turn.now,
    until: earliest(given.closedUntil, after(turn.now, ANNOUNCED_WITHIN_MS)),
    startedAt: given.startedAt,
    oldMaster: given.oldMaster,
    announced: new Set(),
    asked: new Map(),
  };
  touch(turn, master);
}

export function tendLettingGo(turn: Turn, master: Master): void {
  const { lettingGo } = master;
  if (lettingGo.phase === "announcing") tendAnnouncing(turn, master, lettingGo);
  else if (lettingGo.phase === "cutting") tendCutting(turn, master, lettingGo);
}

function tendAnnouncing(turn: Turn, master: Master, announcing: Announcing): void {
  const { until, announced } = announcing;
  // What is not on disk is announced by nobody, this sentinel included.
  if (!isSettled(turn) && turn.now < until) return;
  const missing = reachable(master).filter(({ runId }) => !announced.has(runId));
  if (missing.length > 0 && turn.now < until) {
    for (const sentinel of missing) askForAddress(turn, sentinel, announcing);
    return;
  }
  const reason = `${1 + announced.size} sentinels announce it, ${missing.length} reachable ones do not`;
  publish(
    turn,
    "+vedette-switchover-announced",
    `${describeInstance(master)} #${reason}`,
    aboutInstance(master, { elapsedMs: Math.round(turn.now - announcing.since), reason }),
  );
  master.lettingGo = {
    phase: "cutting",
    since: turn.now,
    until: after(turn.now, CUTTING_MS),
    startedAt: announcing.startedAt,
    oldMaster: announcing.oldMaster,
    unanswered: undefined,
  };
  touch(turn, master);
}

function reachable(master: Master): Sentinel[] {
  return [...master.sentinels.values()].filter(
    ({ link, sdown }) => isConnected(link) && !sdown.down,
  );
}

/** Rounds of confirmations begin at 1 (confirmation.ts): this one is none of them. */
export const SWITCHOVER_ROUND = 0;

/** Behind the hello on the same connection: a sentinel that takes that answers with the new address. */
function askForAddress(turn: Turn, sentinel: Sentinel, { asked }: Announcing): void {
  const { runId, link, master } = sentinel;
  const again = asked.get(runId);
  if (again !== undefined && again > turn.now) return;
  asked.set(runId, NEVER);
  link.pending++;
  sendDurably(turn, link.id, {
    name: "where-is",
    master: master.masterName,
    round: SWITCHOVER_ROUND,
  });
}

/** Where a peer sends clients. */
export function noteAnnounced(turn: Turn, sentinel: Sentinel, address: Address | undefined): void {
  const { master, runId } = sentinel;
  const { lettingGo } = master;
  if (lettingGo.phase !== "announcing") return;
  const isNew = address !== undefined && isAt(turn.state, master, address);
  if (isNew) lettingGo.announced.add(runId);
  else lettingGo.asked.set(runId, after(turn.now, ANNOUNCED_ASK_PERIOD_MS));
  touch(turn, master);
}

/** A question that was lost with its connection is asked anew. */
export function questionsLost(turn: Turn, sentinel: Sentinel): void {
  const { lettingGo } = sentinel.master;
  if (lettingGo.phase === "announcing" && lettingGo.asked.delete(sentinel.runId)) {
    touch(turn, sentinel.master);
  }
}

const LAST_ORDERS: readonly ServerOrder[] = [
  { kind: "write-down" },
  { kind: "cut-clients" },
  { kind: "resume-writes" },
];

function tendCutting(turn: Turn, master: Master, cutting: Cutting): void {
  if (turn.now >= cutting.until) {
    end(turn, master, cutting, "the old master has not answered");
    return;
  }
  if (cutting.unanswered === 0) {
    end(turn, master, cutting, undefined);
    return;
  }
  const old = findReplica(turn.state, master, cutting.oldMaster);
  if (cutting.unanswered !== undefined || old === undefined || !isConnected(old.link)) return;
  for (const order of LAST_ORDERS) sendOrder(turn, old, order);
  master.lettingGo = { ...cutting, unanswered: LAST_ORDERS.length };
}

/** The old master has done one of the last orders. */
export function noteLastOrder(turn: Turn, replica: Replica, order: ServerOrder): void {
  const { master } = replica;
  const { lettingGo } = master;
  if (lettingGo.phase !== "cutting" || lettingGo.unanswered === undefined) return;
  if (!isAt(turn.state, replica, lettingGo.oldMaster)) return;
  if (!LAST_ORDERS.some(({ kind }) => kind === order.kind)) return;
  master.lettingGo = { ...lettingGo, unanswered: lettingGo.unanswered - 1 };
  touch(turn, master);
}

/** The connection to the old master was lost: it is told again over the next one. */
export function lastOrdersLost(turn: Turn, replica: Replica): void {
  const { master } = replica;
  const { lettingGo } = master;
  if (lettingGo.phase !== "cutting" || !isAt(turn.state, replica, lettingGo.oldMaster)) return;
  master.lettingGo = { ...lettingGo, unanswered: undefined };
  touch(turn, master);
}

function end(turn: Turn, master: Master, cutting: Cutting, problem: string | undefined): void {
  master.lettingGo = HOLDS_NOTHING;
  const elapsedMs = Math.round(turn.now - cutting.startedAt);
  if (problem !== undefined) logLine(turn, "warning", `Switchover of ${master.name}: ${problem}`);
  publish(
    turn,
    "+vedette-switchover-end",
    `${describeInstance(master)} #after ${elapsedMs} ms`,
    aboutInstance(master, { elapsedMs, ...(problem === undefined ? {} : { reason: problem }) }),
  );
  const old = findReplica(turn.state, master, cutting.oldMaster);
  if (old !== undefined) touch(turn, old);
}

export function lettingGoDueAt({ lettingGo }: Master, now: Millis): Millis {
  if (lettingGo.phase === "none") return NEVER;
  if (lettingGo.phase === "cutting") return lettingGo.until;
  // Who is asked no more, or waits for the disk, has a moment that has passed.
  const ahead = [...lettingGo.asked.values()].filter((at) => at > now);
  return earliest(lettingGo.until, ...ahead);
}
