import type { Address } from "../../base/address.ts";
import { parseRunId, type RunId } from "../../base/ids.ts";
import { type Bytes, textOf } from "../../base/bytes.ts";
import { epoch } from "../../base/units.ts";
import type { AskAnswer } from "../../sentinel/input.ts";
import { parsePlace } from "../../wire/host.ts";
import { isEpoch } from "../../wire/epochs.ts";
import { type PeerView, peerViewIn } from "../../wire/peer-view.ts";
import { type InfoReport, parseInfo } from "../../wire/info.ts";
import { classifyPingReply, type PingReply } from "../../wire/ping-reply.ts";
import type { LinkReply } from "./request.ts";

/**
 * A peer's replies become typed values here or are known to be none; nothing a peer sends gets
 * further unread.
 */

export function isError(reply: LinkReply): reply is Error {
  return reply instanceof Error;
}

/** A bulk `PONG` counts as a status: ioredis tells no difference. */
export function readPing(reply: LinkReply): PingReply {
  if (isError(reply)) return classifyPingReply(reply.message);
  return classifyPingReply(isText(reply) ? textOf(reply) : undefined);
}

export function readInfo(reply: LinkReply): InfoReport | undefined {
  return isText(reply) ? parseInfo(reply) : undefined;
}

function isText(reply: LinkReply): reply is Bytes {
  return typeof reply === "string" || Buffer.isBuffer(reply);
}

const WORDS_MAX = 4096;
const LONGEST_WORD = 65_536;

/** A list of texts and numbers, as vedettes answer each other; undefined for anything else. */
export function readWords(reply: LinkReply): readonly string[] | undefined {
  if (!Array.isArray(reply) || reply.length > WORDS_MAX) return undefined;
  const words: string[] = [];
  for (const item of reply as readonly unknown[]) {
    if (typeof item === "number") words.push(String(item));
    else if (isText(item) && item.length <= LONGEST_WORD) words.push(textOf(item));
    else return undefined;
  }
  return words;
}

const FIELDS_MAX = 128;
const SENTINELS_MAX = 1000;

/** The names and values of `SENTINEL MASTER`, in a flat list as RESP2 has them. */
export function readFields(reply: LinkReply): ReadonlyMap<string, string> | undefined {
  const words = readWords(reply);
  if (words === undefined || words.length > 2 * FIELDS_MAX) return undefined;
  const fields = new Map<string, string>();
  for (let at = 0; at + 1 < words.length; at += 2) fields.set(words[at] ?? "", words[at + 1] ?? "");
  return fields;
}

/** The ids in `SENTINEL SENTINELS`; undefined when there is one without. */
export function readRunIds(reply: LinkReply): readonly RunId[] | undefined {
  if (!Array.isArray(reply) || reply.length > SENTINELS_MAX) return undefined;
  const runIds: RunId[] = [];
  for (const item of reply as readonly LinkReply[]) {
    const runId = parseRunId(readFields(item)?.get("runid") ?? "");
    if (runId === undefined) return undefined;
    runIds.push(runId);
  }
  return runIds;
}

const NO_LEADER = "*";

/** Source: sentinel spec §5.6: an array of integer, bulk, integer. */
export function readAnswer(reply: LinkReply): AskAnswer | undefined {
  if (!Array.isArray(reply) || reply.length !== 3) return undefined;
  const [down, leader, leaderEpoch] = reply as readonly unknown[];
  if (typeof down !== "number" || !Buffer.isBuffer(leader)) return undefined;
  if (typeof leaderEpoch !== "number" || !isEpoch(leaderEpoch)) return undefined;
  const name = leader.toString("latin1");
  const runId = name === NO_LEADER ? undefined : parseRunId(name);
  if (runId === undefined && name !== NO_LEADER) return undefined;
  return { down: down === 1, leader: runId, leaderEpoch: epoch(leaderEpoch) };
}

/** An array of host and port; a null array where the peer knows no such master (spec §7.5). */
export function readPlace(reply: LinkReply): Address | undefined {
  if (!Array.isArray(reply) || reply.length !== 2) return undefined;
  const [host, port] = (reply as readonly unknown[]).map((word) =>
    isText(word) ? textOf(word) : "",
  );
  return parsePlace(host ?? "", port ?? "");
}

/** SENTINEL MASTER: names and values in turn, of which few matter. */
export function readPeerView(reply: LinkReply): PeerView | undefined {
  return peerViewIn(readWords(reply) ?? []);
}

/** CONFIG REWRITE on a server that was started without a file: nothing is lost by it. */
const NO_CONFIG_FILE = "running without a config file";

/**
 * The first error of a transaction: of a command that was not queued, of EXEC, or of a command that
 * EXEC ran.
 * @param replies in the order of the commands, EXEC's last
 */
export function readRefusal(replies: readonly LinkReply[]): string | undefined {
  const results: unknown = replies.at(-1);
  const all = Array.isArray(results) ? [...replies, ...(results as readonly unknown[])] : replies;
  return all.filter(isError).find((cause) => !cause.message.includes(NO_CONFIG_FILE))?.message;
}
