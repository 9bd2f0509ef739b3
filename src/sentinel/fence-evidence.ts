import type { Address } from "../base/address.ts";
import type { LinkId, RunId } from "../base/ids.ts";
import type { Epoch, Millis } from "../base/units.ts";
import type { HelloContent } from "../wire/hello.ts";
import type { Replica, Sentinel, SentinelState } from "./state.ts";
import { touch, type Turn } from "./turn.ts";

/**
 * What is known about a former master that says it still is one, gathered over one connection to it.
 *
 * The connection is what makes it evidence. Every sentinel promotes and re-points a server by a transaction that
 * kills the server's other clients (spec §6.8). So nobody has promoted the server since this connection was
 * opened, whoever's hello is heard over it said so since then, and an order that is given over it is not
 * carried out once somebody has promoted the server meanwhile. Another connection starts from nothing.
 */
export interface FenceEvidence {
  readonly link: LinkId;
  /** The current epoch since which it was gathered: what was said before a newer one is out of date. */
  gatheredIn: Epoch;
  /** The latest word of each peer. */
  readonly said: Map<RunId, PeerStanding>;
  /** Vedettes whose answer is on its way. */
  readonly awaited: Set<RunId>;
  /** Vedettes that are asked again only when the server says anew that it is a master. */
  readonly asked: Set<RunId>;
  isLoading: boolean;
  /** Since when nothing is missing; undefined while something is. */
  provenAt: Millis | undefined;
  /** Not ordered again before. */
  notBefore: Millis;
}

/** Which master a peer knows, and what may be newer than that. */
export interface PeerStanding {
  /** `hello`: what it says to everybody; `answer`: to a vedette that asked for just that. */
  readonly source: "hello" | "answer";
  readonly masterAddress: Address;
  readonly configEpoch: Epoch;
  readonly currentEpoch: Epoch;
  /** Of an answer: the newest election of this master that the peer has a part in; 0: none. */
  readonly electionEpoch: Epoch;
  /** It has just switched over, and lets the old master's clients go when everybody knows. */
  readonly isHolding?: boolean;
}

/** The evidence that counts now; undefined where there is none or its connection is gone. */
export function evidenceOf(state: SentinelState, replica: Replica): FenceEvidence | undefined {
  const { fence, link } = replica;
  if (fence === undefined || fence.link !== link.id || link.phase.phase !== "open")
    return undefined;
  if (fence.gatheredIn < state.currentEpoch) {
    fence.gatheredIn = state.currentEpoch;
    fence.said.clear();
    fence.asked.clear();
    fence.awaited.clear();
  }
  return fence;
}

/** A former master has said over its present connection that it is a master. */
export function noteMasterRole(
  { state, now }: Turn,
  replica: Replica,
  { isLoading }: { readonly isLoading: boolean },
): void {
  const known = evidenceOf(state, replica);
  if (known !== undefined) {
    known.isLoading = isLoading;
    known.asked.clear();
    return;
  }
  replica.fence = {
    link: replica.link.id,
    gatheredIn: state.currentEpoch,
    said: new Map(),
    awaited: new Set(),
    asked: new Set(),
    isLoading,
    provenAt: undefined,
    notBefore: now,
  };
}

/** A peer's hello that the former master itself has passed on. */
export function noteHelloThrough(turn: Turn, replica: Replica, hello: HelloContent): void {
  const { masterName, sentinelId, masterAddress, configEpoch, currentEpoch } = hello;
  if (masterName !== replica.master.masterName) return;
  // Anybody may say hello; only known sentinels count.
  if (!replica.master.sentinels.has(sentinelId)) return;
  const evidence = evidenceOf(turn.state, replica);
  if (evidence === undefined) return;
  const known = evidence.said.get(sentinelId);
  // An answer says more than a hello that tells nothing new.
  const isKnown =
    known?.source === "answer" &&
    known.configEpoch === configEpoch &&
    known.currentEpoch >= currentEpoch;
  if (isKnown) return;
  evidence.said.set(sentinelId, {
    source: "hello",
    masterAddress,
    configEpoch,
    currentEpoch,
    electionEpoch: currentEpoch,
  });
  touch(turn, replica);
}

/** The peer's connection, or the question before it left, is gone: it is asked again. */
export function answerLost({ master, runId }: Sentinel): void {
  for (const { fence } of master.replicas.values()) {
    if (fence?.awaited.delete(runId) === true) fence.asked.delete(runId);
  }
}

/** @param standing undefined when the peer does not say */
export function noteAnswer(
  turn: Turn,
  replica: Replica,
  told: {
    readonly peer: RunId;
    /** The connection about which was asked. */
    readonly link: number;
    readonly standing: PeerStanding | undefined;
  },
): void {
  const evidence = evidenceOf(turn.state, replica);
  if (evidence === undefined || evidence.link !== told.link) return;
  // What was asked before a newer epoch came to be known is awaited no more.
  if (!evidence.awaited.delete(told.peer)) return;
  if (told.standing !== undefined) evidence.said.set(told.peer, told.standing);
  touch(turn, replica);
}
