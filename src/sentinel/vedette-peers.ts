import { noteDriftDue } from "./config-drift.ts";
import type { Input } from "./input.ts";
import { sendDurably, sendNow, type Turn } from "./turn.ts";
import type { Link, Master, Sentinel } from "./state.ts";

/**
 * Which peers are vedettes, and what they can be told. A sentinel is asked for `INFO server` with each connection; one
 * that shows a `vedette_version` is then asked for its topics. Real sentinels see that one INFO and
 * nothing else of ours (design §4).
 */

const OTHER = { kind: "other" } as const;
const LONGEST_VERSION = 64;

/** Asks a sentinel that has just been connected to what it is. */
export function askWhichProgram(turn: Turn, link: Link): void {
  if (link.purpose !== "sentinel") return;
  noteDriftDue(turn.state, turn.now);
  link.pending++;
  sendNow(turn, link.id, { name: "peer-info" });
}

export function takePeerInfo(
  turn: Turn,
  { link: id, vedetteVersion }: Extract<Input, { readonly kind: "peer-info" }>,
): void {
  const link = turn.state.links.get(id);
  if (link === undefined || link.phase.phase !== "open" || link.purpose !== "sentinel") return;
  link.pending = Math.max(0, link.pending - 1);
  if (vedetteVersion === undefined) {
    link.peer = OTHER;
    return;
  }
  const version = vedetteVersion.slice(0, LONGEST_VERSION);
  link.peer = { kind: "vedette", version, topics: new Set() };
  link.pending++;
  sendNow(turn, link.id, { name: "vedette", topic: "topics", words: [] });
}

/** Can this peer be told about the topic now? */
export function understands(peer: Sentinel, topic: string): boolean {
  const { link } = peer;
  return link.phase.phase === "open" && link.peer.kind === "vedette" && link.peer.topics.has(topic);
}

/** The peers of a master that can be told about the topic now. */
export function vedettePeers(master: Master, topic: string): readonly Sentinel[] {
  return [...master.sentinels.values()].filter((peer) => understands(peer, topic));
}

/** Says something to one peer, once everything it may reveal is durable. */
export function tellVedette(
  turn: Turn,
  peer: Sentinel,
  said: { readonly topic: string; readonly words: readonly string[] },
): void {
  if (!understands(peer, said.topic)) return;
  peer.link.pending++;
  sendDurably(turn, peer.link.id, { name: "vedette", ...said });
}
