import { type LinkId, masterName, parseRunId, type RunId } from "../../base/ids.ts";
import { after, unixMillis } from "../../base/units.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Master, Sentinel } from "../state.ts";
import { logLine, touch, type Turn } from "../turn.ts";
import { tellVedette, understands } from "../vedette-peers.ts";
import type { VedetteTopic } from "../vedette-topic.ts";
import { wallTime } from "../wall-clock.ts";
import { countsOf, isCountedByAll, isForgottenByMajority } from "./counts.ts";
import {
  FORGOTTEN_MAX,
  type ForgottenSentinel,
  isVoteless,
  remember,
  votelessOf,
} from "./forgotten.ts";
import { PROMISE_TOPIC } from "./promise.ts";
import { dropSentinelAs, takePromise } from "./removal.ts";

/** How a removal that was agreed on reaches all, and how one that has come back votes again. */

const TOPIC = "forgotten";
/** For so long after its agreement a removal is told without another look at who has made it. */
const FRESH_AGREEMENT_MS = 60_000;

/** Which removals a peer has made too, as it said over the present connection. */
export interface Confirmed {
  readonly link: LinkId;
  readonly runIds: Set<RunId>;
  /** Those that it would not make: told again when all others have been told. */
  readonly refused: Set<RunId>;
  isAsking: boolean;
}

function confirmedBy(peer: Sentinel): ReadonlySet<RunId> | undefined {
  return peer.confirmed?.link === peer.link.id ? peer.confirmed.runIds : undefined;
}

/** Tells a vedette of a removal that it has not confirmed. */
export function spreadForgotten(turn: Turn, peer: Sentinel): void {
  const { master, link } = peer;
  if (master.forgetting.sentinels.size === 0 || !understands(peer, TOPIC)) return;
  if (peer.confirmed?.link !== link.id) {
    peer.confirmed = { link: link.id, runIds: new Set(), refused: new Set(), isAsking: false };
  }
  if (peer.confirmed.isAsking) return;
  const next = nextToTell(turn, peer, peer.confirmed);
  if (next === undefined) return;
  peer.confirmed.isAsking = true;
  const words = [master.masterName, next.runId, String(next.at)];
  tellVedette(turn, peer, { topic: TOPIC, words });
}

function nextToTell(
  turn: Turn,
  { master, runId: peerId }: Sentinel,
  { runIds, refused }: Confirmed,
): ForgottenSentinel | undefined {
  let again: ForgottenSentinel | undefined;
  for (const record of master.forgetting.sentinels.values()) {
    const { runId, kind } = record;
    if (kind !== "sentinel" || runId === peerId || runIds.has(runId)) continue;
    if (refused.has(runId)) again ??= record;
    else if (mayTell(turn, master, runId)) return record;
  }
  refused.clear();
  return again !== undefined && mayTell(turn, master, again.runId) ? again : undefined;
}

/** An old removal may have been taken back while this sentinel was away. */
function mayTell({ now }: Turn, master: Master, runId: RunId): boolean {
  const agreedAt = master.forgetting.agreedAt.get(runId);
  if (agreedAt !== undefined && now < after(agreedAt, FRESH_AGREEMENT_MS)) return true;
  return isForgottenByMajority(master, runId);
}

/** `<master> <sentinel> <time>`: answered by `yes` when it is forgotten here too, on disk. */
export const FORGOTTEN_TOPIC: VedetteTopic = {
  answer(turn, [name = "", runIdText = "", atText = ""]) {
    const runId = parseRunId(runIdText);
    const at = parseInteger(atText);
    if (runId === undefined || at === undefined || at < 0) return undefined;
    const master = turn.state.masters.get(masterName(name));
    if (master === undefined || runId === turn.state.myId) return ["no"];
    const known = master.forgetting.sentinels.get(runId);
    if (known !== undefined && known.at >= at) return [known.kind === "sentinel" ? "yes" : "no"];
    const record: ForgottenSentinel = {
      kind: "sentinel",
      runId,
      at: unixMillis(Math.min(at, wallTime(turn.state, turn.now) + 1)),
    };
    const leaving = master.sentinels.get(runId);
    if (leaving !== undefined) {
      if (!leaving.sdown.down) return ["no"];
      dropSentinelAs(turn, leaving, record, "the others have agreed on it");
    } else if (known === undefined && master.forgetting.sentinels.size < FORGOTTEN_MAX) {
      remember(turn, master, record);
    }
    return [isVoteless(master, runId) ? "yes" : "no"];
  },
  take(turn, peer, { words: [name = "", runIdText = ""], answer }) {
    if (name !== peer.master.masterName || peer.confirmed?.link !== peer.link.id) return;
    peer.confirmed.isAsking = false;
    const runId = parseRunId(runIdText);
    if (runId !== undefined) {
      const { runIds, refused } = peer.confirmed;
      (answer?.[0] === "yes" ? runIds : refused).add(runId);
    }
    // One that does not agree is told again when it is looked at again, not at once.
    if (answer?.[0] === "yes") touch(turn, peer);
  },
};

export const FORGET_TOPIC: VedetteTopic = {
  answer: PROMISE_TOPIC.answer,
  take(turn, peer, { words: [name = "", runIdText = ""], answer }) {
    const runId = parseRunId(runIdText);
    if (name === peer.master.masterName && runId !== undefined) {
      takePromise(turn, peer, runId, answer);
    }
  },
};

/**
 * May this sentinel vote for that one? Not for one that was forgotten; and not for one that still counts somebody whom
 * the others have forgotten: its majority would be of another base.
 */
export function mayVoteFor(master: Master, candidate: RunId): boolean {
  const voteless = votelessOf(master);
  if (voteless.length === 0) return true;
  if (voteless.includes(candidate)) return false;
  const peer = master.sentinels.get(candidate);
  if (peer === undefined) return false;
  return voteless.every(
    (runId) => confirmedBy(peer)?.has(runId) === true || countsOf(peer)?.has(runId) === false,
  );
}

/** Whoever has come back and is counted by all is a sentinel like any other again. */
export function takeBack(turn: Turn, master: Master): void {
  for (const runId of votelessOf(master)) {
    const record = master.forgetting.sentinels.get(runId);
    if (record === undefined || !isCountedByAll(master, runId)) continue;
    remember(turn, master, { ...record, kind: "returned" });
    logLine(
      turn,
      "notice",
      `The sentinel ${runId} is counted by all again: it votes for ${master.name}`,
    );
  }
}
