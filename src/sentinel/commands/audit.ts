import { splitQuotedWords } from "../../base/quoted-words.ts";
import { EXTENSION_TABLES } from "../../wire/sentinel-conf/extension-settings.ts";
import { record } from "../receipts/history.ts";
import type { Requester } from "../receipts/receipt.ts";
import { publish, type Turn } from "../turn.ts";
import { wallTime } from "../wall-clock.ts";
import { findNamed } from "./queries.ts";
import type { ClientRequest } from "./request.ts";

/**
 * Who ordered what: an event, a line of the log (every event is one) and an entry of the history for
 * each order that changes what is monitored or how, done or refused.
 */

/** Subcommands of SENTINEL; `config` counts where it sets. */
const AUDITED: ReadonlySet<string> = new Set([
  "acknowledge",
  "config",
  "debug",
  "downtime",
  "failover",
  "forget",
  "monitor",
  "pause",
  "remove",
  "reset",
  "resume",
  "set",
  "simulate-failure",
  "switchover",
]);

/** Options whose value is nobody's business, besides the settings that say so of themselves. */
const SECRET_OPTIONS: ReadonlySet<string> = new Set(["auth-pass", "sentinel-pass"]);
const STARS = "******";
/** Wherever it stands by mistake: the addresses of webhooks have keys in them. */
const WEB_ADDRESS = /[a-z][a-z0-9+.-]*:\/\/[^\s'"]*/gi;
const NOBODY: Requester = { user: "unknown", address: "unknown" };
const WORDS_MAX = 32;
/** A word may be of a megabyte, and an entry is kept in many places. */
const WORD_MAX = 128;
const ANSWER_MAX = 512;

/** As `audit`, for an answer that had to wait. */
export function auditLate(turn: Turn, request: ClientRequest): void {
  audit(turn, request, request.args.slice(1));
}

/** Call behind the answer: what was answered belongs to it. @param words behind SENTINEL */
export function audit(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  if (!isAudited(words)) return;
  const answer = answerOf(turn, request);
  // It waits for a name to be resolved, and comes again; or for peers, and is audited when it is answered.
  if (answer === undefined) return;
  const { state, now } = turn;
  const by = request.from ?? NOBODY;
  const command = ["SENTINEL", ...masked(words.slice(0, WORDS_MAX))].join(" ");
  const master = findNamed(state, words[1] ?? "")?.masterName;
  record(turn, {
    kind: "audit",
    id: `audit,${state.myId.slice(0, 8)},${state.history.lastAudit + 1}`,
    at: wallTime(state, now),
    sentinel: state.myId,
    master,
    by,
    command,
    answer,
  });
  const about = master === undefined ? {} : { master };
  // The words are the client's: a control character would break the payload.
  const payload = `${by.user} ${by.address} ${command} #${answer}`.replaceAll(/\p{Cc}/gu, "?");
  publish(turn, "+vedette-audit", payload, about);
}

function isAudited([subcommand = "", first = ""]: readonly string[]): boolean {
  const name = subcommand.toLowerCase();
  if (name === "config") return first.toLowerCase() === "set";
  // Without more it only shows.
  if (name === "debug") return first !== "";
  return AUDITED.has(name);
}

function answerOf({ effects }: Turn, { client, request }: ClientRequest): string | undefined {
  const found = effects.findLast(
    (effect) => effect.kind === "reply" && effect.client === client && effect.request === request,
  );
  if (found?.kind !== "reply") return undefined;
  const { reply } = found;
  if (reply.kind !== "value" || reply.reply.kind !== "error") return "OK";
  return short(reply.reply.text, ANSWER_MAX).replaceAll(WEB_ADDRESS, STARS);
}

/** A copy: a mere slice would keep the whole text in memory. */
function short(text: string, lengthMax: number): string {
  if (text.length <= lengthMax) return text;
  const letters = Array.from(text.slice(0, lengthMax), (letter) => letter);
  return `${letters.join("")}…`;
}

/** The words with stars for what is secret: the value behind an option that holds one. */
function masked(words: readonly string[]): string[] {
  return words.map((word, at) => maskedValue(words[at - 1]?.toLowerCase() ?? "", word));
}

function maskedValue(option: string, value: string): string {
  if (SECRET_OPTIONS.has(option)) return STARS;
  const setting = EXTENSION_TABLES.master.get(option) ?? EXTENSION_TABLES.global.get(option);
  if (setting?.kind === "text" && setting.isSecret) return STARS;
  // A line may hold a URL with a key in it: what it is about is enough.
  if (setting?.kind === "lines") return `${short(splitQuotedWords(value)?.[0] ?? "", WORD_MAX)} …`;
  const shown = short(value, WORD_MAX).replaceAll(WEB_ADDRESS, STARS);
  return /\s/.test(shown) ? JSON.stringify(shown) : shown;
}
