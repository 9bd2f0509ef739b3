import type { RunId } from "../../base/ids.ts";
import { after, type Millis, NEVER, unixMillis } from "../../base/units.ts";
import { bulk, error, integer, map, type Reply } from "../../resp/reply.ts";
import { auditLate } from "../commands/audit.ts";
import type { ClientRequest } from "../commands/request.ts";
import { reply, replyOr } from "../commands/request.ts";
import { SAVE_FAILED } from "../commands/errors.ts";
import { majority, voters } from "../election.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { dropInstance } from "../instances.ts";
import type { Master, Sentinel } from "../state.ts";
import { publish, touch, type Turn } from "../turn.ts";
import { tellVedette } from "../vedette-peers.ts";
import { wallTime } from "../wall-clock.ts";
import { PROMISE_MS, remember } from "./forgotten.ts";
import { baseOf, whyNotForget } from "./promise.ts";

/**
 * A sentinel is forgotten by agreement: whoever is told to asks every other one that lives, all of them must count the
 * same and find it down, and they must be a majority of all that are counted, the one to go included. Then two sentinels
 * that count differently differ by one, and two majorities of theirs have a member in common.
 * See docs/decisions, "forgetting sentinels".
 */
export interface Removal {
  readonly runId: RunId;
  readonly request: ClientRequest;
  readonly until: Millis;
  readonly awaited: Set<RunId>;
  readonly agreed: Set<RunId>;
  readonly refusals: string[];
}

export const PROMISE_TOPIC_NAME = "forget";
/** Well below the life of a promise, so that no promise is over when what it is for is done. */
const AGREEMENT_MS = PROMISE_MS / 2;

/** Asks all living peers. The caller has seen that there is nothing against it here. */
export function beginRemoval(
  turn: Turn,
  request: ClientRequest,
  { leaving, asked }: { readonly leaving: Sentinel; readonly asked: readonly Sentinel[] },
): void {
  const { master, runId } = leaving;
  const { forgetting } = master;
  const { myId } = turn.state;
  const words = [master.masterName, runId, myId, ...baseOf(turn.state, master)];
  forgetting.promise = { runId, by: myId, until: after(turn.now, PROMISE_MS) };
  forgetting.removal = {
    runId,
    request,
    until: after(turn.now, AGREEMENT_MS),
    awaited: new Set(asked.map((peer) => peer.runId)),
    agreed: new Set([myId]),
    refusals: [],
  };
  for (const peer of asked) tellVedette(turn, peer, { topic: PROMISE_TOPIC_NAME, words });
  touch(turn, master);
}

/** A peer's word: `yes`, or `no` and why. */
export function takePromise(
  turn: Turn,
  peer: Sentinel,
  runId: RunId,
  answer: readonly string[] | undefined,
): void {
  const { removal } = peer.master.forgetting;
  if (removal?.runId !== runId || !removal.awaited.delete(peer.runId)) return;
  const [word, reason = "it did not understand"] = answer ?? [];
  if (word === "yes") removal.agreed.add(peer.runId);
  else removal.refusals.push(`${peer.runId}: ${reason.slice(0, 200).replaceAll(/[^ -~]/g, "?")}`);
  touch(turn, peer.master);
}

/** Decides as soon as all have answered, or gives up. */
export function tendRemoval(turn: Turn, master: Master): void {
  const { forgetting } = master;
  const { removal } = forgetting;
  if (removal === undefined) return;
  if (removal.awaited.size > 0 && turn.now < removal.until) return;
  const refusal = whyFailed(turn, master, removal);
  endRemoval(master);
  if (refusal === undefined) forgetAgreed(turn, master, removal);
  else reply(turn, removal.request, refusal);
  auditLate(turn, removal.request);
}

function endRemoval({ forgetting }: Master): void {
  forgetting.removal = undefined;
  forgetting.promise = undefined;
}

/** The master is watched no more, or was reset. */
export function giveUpRemoval(turn: Turn, master: Master): void {
  const { removal } = master.forgetting;
  if (removal === undefined) return;
  endRemoval(master);
  reply(turn, removal.request, error("ERR The master was reset or removed meanwhile"));
  auditLate(turn, removal.request);
}

function whyFailed(turn: Turn, master: Master, removal: Removal): Reply | undefined {
  const { runId, agreed, awaited, refusals } = removal;
  const stays = "nobody is forgotten, and the majority stays as it is";
  const leaving = master.sentinels.get(runId);
  const needed = majority(master);
  if (turn.now >= removal.until || awaited.size > 0) {
    return error(`NOAGREEMENT ${agreed.size} of the ${needed} needed agreed in time; ${stays}`);
  }
  if (refusals.length > 0) return error(`NOAGREEMENT ${refusals.join("; ")}; ${stays}`);
  if (agreed.size < needed) {
    return error(
      `NOAGREEMENT ${agreed.size} agreed, ${needed} of ${voters(master)} are needed; ${stays}`,
    );
  }
  const reason = leaving === undefined ? "it is not known any more" : whyNotForget(turn, leaving);
  return reason === undefined ? undefined : error(`NOAGREEMENT ${reason}; ${stays}`);
}

function forgetAgreed(turn: Turn, master: Master, { runId, agreed, request }: Removal): void {
  const leaving = master.sentinels.get(runId);
  if (leaving === undefined) return;
  dropSentinel(turn, leaving, `agreed by ${agreed.size} of ${voters(master)}`);
  master.forgetting.agreedAt.set(runId, turn.now);
  replyOr(
    turn,
    request,
    map([
      ["master", bulk(master.name)],
      ["forgotten", bulk(runId)],
      ["agreed", integer(agreed.size)],
      ["sentinels", integer(voters(master))],
      ["majority", integer(majority(master))],
    ]),
    SAVE_FAILED,
  );
}

/** It counts no more here, and is remembered as forgotten. */
function dropSentinel(turn: Turn, leaving: Sentinel, reason: string): void {
  const { master, runId } = leaving;
  const at = unixMillis(
    Math.max(
      wallTime(turn.state, turn.now),
      (master.forgetting.sentinels.get(runId)?.at ?? -1) + 1,
    ),
  );
  dropSentinelAs(turn, leaving, { kind: "sentinel", runId, at }, reason);
}

export function dropSentinelAs(
  turn: Turn,
  leaving: Sentinel,
  record: Parameters<typeof remember>[2],
  reason: string,
): void {
  const { master, runId } = leaving;
  const payload = describeInstance(leaving);
  const about = aboutInstance(leaving, { reason });
  master.sentinels.delete(runId);
  turn.touched.delete(leaving);
  dropInstance(turn, leaving);
  remember(turn, master, record);
  publish(turn, "+vedette-forget-sentinel", payload, about);
  for (const sentinel of master.sentinels.values()) touch(turn, sentinel);
  touch(turn, master);
}

export function removalDueAt({ forgetting }: Master): Millis {
  return forgetting.removal?.until ?? NEVER;
}
