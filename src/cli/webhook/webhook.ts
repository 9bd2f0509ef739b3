import { type Fields, tableOf } from "../operator/answers.ts";
import { type Conversation, isRefusal } from "../operator/conversation.ts";
import { EXIT, type ExitStatus, OperatorError } from "../operator/exit-status.ts";
import { type Cell, jsonText, printable, tableLines } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import type { WebhookOptions } from "./command.ts";

/** What one sentinel answered. */
interface Told {
  readonly sentinel: string;
  readonly rows: readonly Fields[];
  /** Names or a number, where it is no table. */
  readonly plain: unknown;
}

export async function runWebhook(options: WebhookOptions): Promise<ExitStatus> {
  return withSentinels("webhook", options, async ({ set, console }) => {
    const { verb, name, id, json } = options;
    if (verb === "replay" && name === undefined) {
      throw new OperatorError("replay: expected the name of a receiver", EXIT.usage);
    }
    const words = [name, id].filter((word) => word !== undefined);
    const told = await Promise.all(
      set.conversations.map((each) => ask(each, [verb.toUpperCase(), ...words])),
    );
    const answers = told
      .filter((each) => each !== undefined)
      .map((each) => (verb === "list" ? onlyOf(name, each) : each));
    if (answers.length === 0) {
      throw new OperatorError("none of the sentinels is a vedette with webhooks", EXIT.failed);
    }
    if (json) console.out(jsonText(answers.map(plainOf)));
    else for (const line of linesFor(verb, answers, console.paint)) console.out(line);
    const isGivenUp = verb === "log" && lastStates(answers).includes("dead");
    return isGivenUp ? EXIT.degraded : EXIT.well;
  });
}

/** @returns undefined for a sentinel that is no vedette of this version */
async function ask(sentinel: Conversation, words: readonly string[]): Promise<Told | undefined> {
  const [answer] = await sentinel.askAll([["SENTINEL", "VEDETTE", "WEBHOOK", ...words]]);
  if (isRefusal(answer)) {
    const isOther = /unknown (sub)?command|Unknown topic/i.test(answer.message);
    if (isOther) return undefined;
    throw new OperatorError(`${sentinel.name}: ${answer.message}`, EXIT.failed);
  }
  return { sentinel: sentinel.name, rows: tableOf(answer), plain: answer };
}

/** LIST has all receivers, whatever name is given. */
export function onlyOf(name: string | undefined, told: Told): Told {
  if (name === undefined) return told;
  return { ...told, rows: told.rows.filter((row) => row.get("name") === name), plain: [] };
}

function plainOf({ sentinel, rows, plain }: Told): object {
  const isTable = rows.some(({ size }) => size > 0);
  return { sentinel, answer: isTable ? rows.map((row) => Object.fromEntries(row)) : plain };
}

/** Headings and the fields under them; the sentinel stands before. */
const LIST = {
  NAME: "name",
  ADDRESS: "address",
  FORMAT: "format",
  STATE: "state",
  WAITING: "waiting",
  DELIVERED: "delivered",
  "BY OTHERS": "delivered-by-others",
  FAILED: "failed-attempts",
  DEAD: "dead",
} as const;
const LOG = {
  WHEN: "event-at",
  WEBHOOK: "webhook",
  TYPE: "type",
  MASTER: "master",
  STATE: "state",
  ID: "id",
  DETAIL: "detail",
} as const;

function linesFor(
  verb: WebhookOptions["verb"],
  told: readonly Told[],
  paint: Parameters<typeof tableLines>[2],
): string[] {
  switch (verb) {
    case "list":
      return tableLines(
        ["SENTINEL", ...Object.keys(LIST)],
        cells(told, Object.values(LIST)),
        paint,
      );
    case "log":
      return tableLines(["SENTINEL", ...Object.keys(LOG)], cells(told, Object.values(LOG)), paint);
    case "test":
      return told.map(({ sentinel, plain }) =>
        printable(`${sentinel}: a test is on its way to ${namesIn(plain)}`),
      );
    case "replay":
      return told.map(({ sentinel, plain }) =>
        printable(`${sentinel}: ${String(plain)} sent again`),
      );
  }
}

function cells(told: readonly Told[], names: readonly string[]): Cell[][] {
  return told.flatMap(({ sentinel, rows }) =>
    rows.map((row): Cell[] => [sentinel, ...names.map((name) => cellOf(row, name))]),
  );
}

function cellOf(row: Fields, name: string): Cell {
  const text = row.get(name) ?? "";
  if (name === "event-at") {
    const at = new Date(Number(text));
    return Number.isNaN(at.getTime()) ? "" : at.toISOString();
  }
  const isBad = name === "state" && (text === "dead" || text === "disabled");
  return isBad ? { text, tone: "bad" } : text;
}

function namesIn(plain: unknown): string {
  const names = Array.isArray(plain) ? plain.map(String) : [];
  return names.length === 0 ? "nobody: no webhook is configured" : names.join(", ");
}

/** The state of the last notice to each receiver. */
function lastStates(told: readonly Told[]): string[] {
  return told.flatMap(({ rows }) => {
    const last = new Map<string, string>();
    for (const row of rows) last.set(row.get("webhook") ?? "", row.get("state") ?? "");
    return [...last.values()];
  });
}
