import type { Input } from "./input.ts";
import { touch, type Turn } from "./turn.ts";
import { VEDETTE_TOPICS } from "./vedette-topics.ts";

const TOPICS_MAX = 100;

/** Takes what a peer answered to SENTINEL VEDETTE: its topics, or to the topic that it is about. */
export function takeVedetteReply(
  turn: Turn,
  { link: id, topic, words, answer }: Extract<Input, { readonly kind: "vedette-reply" }>,
): void {
  const link = turn.state.links.get(id);
  if (link === undefined) return;
  link.pending = Math.max(0, link.pending - 1);
  if (topic === "topics") {
    if (link.peer.kind !== "vedette") return;
    link.peer = { ...link.peer, topics: new Set(answer?.slice(0, TOPICS_MAX)) };
    for (const owner of link.owners) touch(turn, owner);
    return;
  }
  const take = VEDETTE_TOPICS.get(topic)?.take;
  for (const owner of link.owners) {
    if (owner.kind === "sentinel") take?.(turn, owner, { words, answer });
  }
}
