import type { MasterName } from "../base/ids.ts";
import type { Input } from "./input.ts";
import type { SentinelState } from "./state.ts";
import { tellVedette, understands, vedettePeers } from "./vedette-peers.ts";
import type { VedetteTopic } from "./vedette-topic.ts";
import type { Turn } from "./turn.ts";

/**
 * Who tells the world of an event that all sentinels of a master see: one of them, and the others keep
 * their copy until they hear that it was delivered (docs/webhooks.md). Nothing is decided by it: should two
 * tell, the receiver sees the same id twice.
 */

const TOPIC = "delivered";
const WORDS = 7;
const LONGEST_WORD = 1024;

/** The one with the lowest id of those that see each other. */
export function speaksFor(state: SentinelState, name: MasterName): boolean {
  const master = state.masters.get(name);
  if (master === undefined) return true;
  const others = [...master.sentinels.values()].filter(
    (peer) => !peer.sdown.down && understands(peer, TOPIC),
  );
  return others.every(({ runId }) => state.myId < runId);
}

/** Tells the others what they need not deliver any more. */
export function tellDelivered(
  turn: Turn,
  { master: name, words }: Extract<Input, { readonly kind: "webhook-delivered" }>,
): void {
  const master = turn.state.masters.get(name);
  if (master === undefined) return;
  for (const peer of vedettePeers(master, TOPIC)) tellVedette(turn, peer, { topic: TOPIC, words });
}

/** `<endpoint> <id> <master> <epoch> <type> <subject> <sequence>`: for the shell, which has the queues. */
export const DELIVERED_TOPIC: VedetteTopic = {
  answer({ effects }, words) {
    if (words.length !== WORDS || words.some((word) => word.length > LONGEST_WORD))
      return undefined;
    effects.push({ kind: "webhook-heard", words });
    return [];
  },
  take() {
    // Nothing hangs on it: whoever has not heard delivers a second copy.
  },
};
