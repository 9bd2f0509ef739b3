import { masterName, parseRunId, type RunId } from "../../base/ids.ts";
import { after } from "../../base/units.ts";
import type { Master, Sentinel } from "../state.ts";
import type { Turn } from "../turn.ts";
import { tellVedette, vedettePeers } from "../vedette-peers.ts";
import type { VedetteTopic } from "../vedette-topic.ts";

/**
 * A pause and a cooldown refuse votes; what an operator orders goes on all the same. A request for votes does not say
 * who wants the failover, so a vedette that was ordered to fail over says so before it asks.
 */

const TOPIC = "ordered";
/** As long as an election may take. */
const ORDERED_MS = 10_000;

/** Tells the peers that this sentinel's candidacy is an operator's wish. */
export function tellOrdered(turn: Turn, master: Master): void {
  const words = [master.masterName, turn.state.myId];
  for (const peer of vedettePeers(master, TOPIC)) tellVedette(turn, peer, { topic: TOPIC, words });
}

/** Did an operator order that sentinel to fail over, just now? */
export function isOrdered({ now }: Turn, { maintenance }: Master, candidate: RunId): boolean {
  const { ordered } = maintenance;
  return ordered !== undefined && ordered.candidate === candidate && now < ordered.until;
}

/** `<master> <candidate>`: taken from a sentinel that is known only. */
export const ORDERED_TOPIC: VedetteTopic = {
  answer(turn, [name = "", candidateText = ""]) {
    const candidate = parseRunId(candidateText);
    const master = turn.state.masters.get(masterName(name));
    if (candidate === undefined) return undefined;
    if (master === undefined || !master.sentinels.has(candidate)) return [];
    master.maintenance.ordered = { candidate, until: after(turn.now, ORDERED_MS) };
    return ["OK"];
  },
  take(_turn: Turn, _peer: Sentinel) {
    // Nothing depends on it: who has not heard it refuses its vote.
  },
};
