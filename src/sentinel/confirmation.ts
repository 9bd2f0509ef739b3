import type { Address } from "../base/address.ts";
import { after, type Millis, NEVER } from "../base/units.ts";
import { describeConfirmation } from "./commands/confirmation-reply.ts";
import { type ClientRequest, reply } from "./commands/request.ts";
import {
  type ConfirmationRound,
  type ConfirmationScope,
  confirmationsNeeded,
  countBehind,
  countPeers,
  mustHold,
  type PeerWord,
} from "./confirmation-round.ts";
import { isConnected } from "./links.ts";
import type { DataInstance, Master, Sentinel, SentinelState } from "./state.ts";
import { CONFIRM_SHARED_MS, CONFIRM_WITHIN_MS } from "./tunables.ts";
import { sendNow, touch, type Turn } from "./turn.ts";
import { mayBeAt } from "./whereabouts.ts";

/** Joins the round that runs or has just ended, or begins one; the answer follows at its end. */
export function requestConfirmation(
  turn: Turn,
  master: Master,
  asked: { readonly request: ClientRequest; readonly scope: ConfirmationScope },
): void {
  const { round } = master.confirmation;
  const scope = mustHold(turn, master) ? "all" : asked.scope;
  if (round !== undefined && isShared(turn, master, round, scope)) {
    round.waiting.push(asked.request);
  } else {
    beginRound(turn, master, { scope, waiting: [...(round?.waiting ?? []), asked.request] });
  }
  tendConfirmation(turn, master);
  touch(turn, master);
}

/**
 * A round that runs is good for whoever asks meanwhile, so that nobody waits longer than one takes;
 * one that has ended for a moment only. One that asks less is not: it is begun anew, with more.
 */
function isShared(
  { now }: Turn,
  master: Master,
  round: ConfirmationRound,
  scope: ConfirmationScope,
): boolean {
  if (round.configEpoch !== master.configEpoch) return false;
  if (scope === "all" && round.scope === "master") return false;
  return !round.isDone || now - round.askedAt < CONFIRM_SHARED_MS;
}

function beginRound(
  turn: Turn,
  master: Master,
  given: { readonly scope: ConfirmationScope; readonly waiting: ClientRequest[] },
): void {
  const { confirmation, configEpoch } = master;
  const round: ConfirmationRound = {
    number: (confirmation.round?.number ?? 0) + 1,
    askedAt: turn.now,
    configEpoch,
    scope: given.scope,
    peers: new Map(),
    waiting: given.waiting,
    isDone: false,
  };
  confirmation.round = round;
  for (const sentinel of master.sentinels.values()) askPeer(turn, sentinel, round);
  askServers(turn, master, round);
}

/** Whoever has not been heard, and is not being asked, is asked: somebody else's INFO may have come between. */
function askServers(turn: Turn, master: Master, round: ConfirmationRound): void {
  for (const instance of serversIn(master, round)) {
    const { reported } = instance;
    if (hasNoMoreToSay(instance, round)) continue;
    if (reported.infoForced || (reported.infoAskedAt ?? -Infinity) >= round.askedAt) continue;
    reported.infoForced = true;
    touch(turn, instance);
  }
}

function askPeer(turn: Turn, { master, link, runId }: Sentinel, round: ConfirmationRound): void {
  round.peers.set(runId, isConnected(link) ? "asked" : "silent");
  if (!isConnected(link)) return;
  link.pending++;
  sendNow(turn, link.id, { name: "where-is", master: master.masterName, round: round.number });
}

function serversIn(master: Master, { scope }: ConfirmationRound): readonly DataInstance[] {
  return scope === "all" ? [master, ...master.replicas.values()] : [master];
}

/** Takes a peer's answer; one to an earlier round is nobody's. */
export function takePlace(
  turn: Turn,
  { master, runId }: Sentinel,
  told: { readonly round: number; readonly place: Address | undefined },
): void {
  const { round } = master.confirmation;
  if (round?.number !== told.round || round.peers.get(runId) !== "asked") return;
  round.peers.set(runId, wordOf(turn.state, master, told.place));
  touch(turn, master);
}

function wordOf(state: SentinelState, master: Master, place: Address | undefined): PeerWord {
  if (place === undefined) return "silent";
  return mayBeAt(state, master, place) ? "here" : "elsewhere";
}

/** When the round under way must end. */
export function confirmationDueAt({ confirmation: { round } }: Master): Millis {
  return round === undefined || round.isDone ? NEVER : after(round.askedAt, CONFIRM_WITHIN_MS);
}

/** Ends the round where enough is known or the time is up; begins anew where the master changed. */
export function tendConfirmation(turn: Turn, master: Master): void {
  const { round } = master.confirmation;
  if (round === undefined) return;
  if (round.isDone) return answerWaiting(turn, master, round);
  if (round.configEpoch !== master.configEpoch) {
    beginRound(turn, master, { scope: "all", waiting: round.waiting });
    return;
  }
  const isOver = turn.now >= confirmationDueAt(master);
  if (!isOver && !isDecided(master, round)) return askServers(turn, master, round);
  round.isDone = true;
  noteMajority(turn, master, round);
  answerWaiting(turn, master, round);
}

function isDecided(master: Master, round: ConfirmationRound): boolean {
  const behind = countBehind(round);
  const needed = confirmationsNeeded(master);
  if (behind + countPeers(round.peers, "asked") < needed) return true;
  return behind >= needed && serversIn(master, round).every((each) => hasNoMoreToSay(each, round));
}

function hasNoMoreToSay({ link, sdown, reported }: DataInstance, round: ConfirmationRound) {
  if (!isConnected(link) || sdown.down) return true;
  return reported.infoSentAt !== undefined && reported.infoSentAt >= round.askedAt;
}

function noteMajority({ now }: Turn, master: Master, round: ConfirmationRound): void {
  const { confirmation, configEpoch } = master;
  if (countBehind(round) < confirmationsNeeded(master)) return;
  if (confirmation.settled?.configEpoch === configEpoch) return;
  confirmation.settled = { configEpoch, since: now };
}

function answerWaiting(turn: Turn, master: Master, round: ConfirmationRound): void {
  const waiting = round.waiting;
  round.waiting = [];
  for (const request of waiting)
    reply(turn, request, describeConfirmation(turn, { master, round }));
}

/** Whoever waits for a master that is monitored no more. */
export function takeWaiting({ confirmation: { round } }: Master): readonly ClientRequest[] {
  const waiting = round?.waiting ?? [];
  if (round !== undefined) round.waiting = [];
  return waiting;
}
