import { array, bulk, error } from "../../resp/reply.ts";
import { logLine, type Turn } from "../turn.ts";
import { VEDETTE_TOPICS } from "../vedette-topics.ts";
import { SAVE_FAILED } from "./errors.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

/**
 * SENTINEL VEDETTE topic …: what vedettes say to each other beyond what Sentinel's protocol has
 * (design §4). Real sentinels are never sent it. `TOPICS` lists what this one understands, so that vedettes of
 * two versions get along.
 */
export function vedette(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [topic = "", ...rest] = words;
  const name = topic.toLowerCase();
  if (name === "topics") {
    const known = ["topics", ...VEDETTE_TOPICS.keys()];
    return reply(turn, request, array(known.map((each) => bulk(each))));
  }
  const found = VEDETTE_TOPICS.get(name);
  if (found === undefined) {
    return reply(turn, request, error(`ERR Unknown topic '${topic.slice(0, 128)}'`));
  }
  const answer = found.answer(turn, rest);
  if (answer === undefined) {
    logLine(turn, "debug", `SENTINEL VEDETTE ${name} with words that make no sense`);
    return reply(turn, request, error(`ERR Invalid arguments for topic '${name}'`));
  }
  // What is agreed to here is on disk, or it was not agreed to.
  replyOr(turn, request, array(answer.map((each) => bulk(each))), SAVE_FAILED);
}
