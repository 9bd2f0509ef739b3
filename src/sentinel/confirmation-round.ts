import type { RunId } from "../base/ids.ts";
import type { Epoch, Millis } from "../base/units.ts";
import type { ClientRequest } from "./commands/request.ts";
import { majority } from "./election.ts";
import { isConnected } from "./links.ts";
import type { DataInstance, Master, Replica } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * Is the master that this sentinel names the master of the majority, and does the server itself say
 * so? Nothing that was heard before the question counts: each peer is asked where the master is, each
 * server for its INFO, and the answers of one round make one confirmation. Epochs of configurations
 * only grow, on each sentinel and over restarts, and two majorities have a member in common: so the
 * moments at which two different addresses can be confirmed never overlap (docs/load-balancers.md).
 */
export interface Confirmation {
  /** Under way, or the last one. */
  round: ConfirmationRound | undefined;
  /** Since when this sentinel has known a majority behind the configuration of that epoch. */
  settled: { readonly configEpoch: Epoch; readonly since: Millis } | undefined;
}

/** Whose word is wanted besides the peers': the master's alone, or that of its replicas too. */
export type ConfirmationScope = "master" | "all";

export interface ConfirmationRound {
  readonly number: number;
  readonly askedAt: Millis;
  /** The configuration that is to be confirmed. A newer one begins another round. */
  readonly configEpoch: Epoch;
  readonly scope: ConfirmationScope;
  readonly peers: Map<RunId, PeerWord>;
  /** Requests that wait for its end. */
  waiting: ClientRequest[];
  isDone: boolean;
}

/** `here`: where we say it is. `silent`: not connected, refused, or no word yet at the end. */
export type PeerWord = "asked" | "here" | "elsewhere" | "silent";

/** Sentinels that must stand behind a configuration: as many as elect. */
export function confirmationsNeeded(master: Master): number {
  return Math.max(majority(master), master.settings.quorum);
}

/** This sentinel, and the peers that said the same in this round. */
export function countBehind({ peers }: ConfirmationRound): number {
  return 1 + countPeers(peers, "here");
}

export function countPeers(peers: ReadonlyMap<RunId, PeerWord>, word: PeerWord): number {
  let found = 0;
  for (const said of peers.values()) if (said === word) found++;
  return found;
}

/** Has the server answered an INFO that was sent in this round, and not by an error? */
export function hasSpoken({ reported }: DataInstance, { askedAt }: ConfirmationRound): boolean {
  const { infoSentAt, infoRefusedAt } = reported;
  return infoSentAt !== undefined && infoSentAt >= askedAt && infoRefusedAt === undefined;
}

/**
 * For how long the answer is still held back, in ms; 0: it is not. A load balancer acts on what it
 * heard last: until that has run out, a server that was the master may still get writes through it.
 */
export function heldForMs(turn: Turn, master: Master, round: ConfirmationRound): number {
  const remainingMs = holdRemainingMs(turn, master);
  if (remainingMs === 0) return 0;
  return openServer(master, round) === undefined ? 0 : remainingMs;
}

export function mustHold(turn: Turn, master: Master): boolean {
  return holdRemainingMs(turn, master) > 0;
}

function holdRemainingMs({ state, now }: Turn, master: Master): number {
  const { settled } = master.confirmation;
  const holdMs = state.settings.extensions["http-hold-milliseconds"];
  if (settled?.configEpoch !== master.configEpoch) return holdMs;
  return Math.max(0, settled.since + holdMs - now);
}

/** A server of the group that may still take writes: it neither says that it is a replica nor refuses. */
export function openServer(master: Master, round: ConfirmationRound): Replica | undefined {
  for (const replica of master.replicas.values()) {
    const isReplica = hasSpoken(replica, round) && replica.reported.role === "replica";
    const isGone = !isConnected(replica.link) && replica.link.refused !== undefined;
    if (!isReplica && !isGone) return replica;
  }
  return undefined;
}
