import type { Reply } from "../../src/resp/reply.ts";
import type { Effect, LinkCommand } from "../../src/sentinel/effect.ts";
import { VEDETTE_TOPICS } from "../../src/sentinel/vedette-topics.ts";
import { commandsIn, type WatchedMaster } from "./watched-master.ts";

/** The peer tells that it is a vedette that knows all topics. */
export function makeVedette(world: WatchedMaster, letter: string): void {
  const { link } = world.peer(letter);
  world.give({ kind: "peer-info", link: link.id, vedetteVersion: "1.0.0" });
  const answer = ["topics", ...VEDETTE_TOPICS.keys()];
  world.give({ kind: "vedette-reply", link: link.id, topic: "topics", words: [], answer });
}

export function makeReal(world: WatchedMaster, letter: string): void {
  const { link } = world.peer(letter);
  world.give({ kind: "peer-info", link: link.id, vedetteVersion: undefined });
}

export type Said = Extract<LinkCommand, { readonly name: "vedette" }>;

/** What is said to a peer about a topic. */
export function saidTo(
  world: WatchedMaster,
  letter: string,
  effects: readonly Effect[],
  topic: string,
): readonly Said[] {
  const { link } = world.peer(letter);
  const mine = effects.filter((effect) => effect.kind === "send" && effect.link === link.id);
  return commandsIn(mine, "vedette").filter((each) => each.topic === topic);
}

/** The peer answers what it was told. */
export function answerSaid(
  world: WatchedMaster,
  letter: string,
  said: Said,
  answer: readonly string[] | undefined,
): readonly Effect[] {
  const { link } = world.peer(letter);
  return world.give({
    kind: "vedette-reply",
    link: link.id,
    topic: said.topic,
    words: said.words,
    answer,
  });
}

/** Replies to clients among the effects. */
export function repliesIn(effects: readonly Effect[]): Reply[] {
  return effects.flatMap((effect) =>
    effect.kind === "reply" && effect.reply.kind === "value" ? [effect.reply.reply] : [],
  );
}

/** A map reply as an object of texts. */
export function fieldsOf(reply: Reply | undefined): Readonly<Record<string, string>> {
  if (reply?.kind !== "map") throw new Error(`no map: ${JSON.stringify(reply)}`);
  return Object.fromEntries(reply.entries.map(([key, value]) => [textOf(key), textOf(value)]));
}

export function textOf(reply: Reply): string {
  if (reply.kind === "bulk") return String(reply.bytes);
  if (reply.kind === "integer") return String(reply.value);
  return "text" in reply ? reply.text : reply.kind;
}
