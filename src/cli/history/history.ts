import { bytesText, durationText } from "../../base/quantity-text.ts";
import { formatAddress } from "../../base/address.ts";
import type { AtRisk, HistoryEntry, Outcome } from "../../sentinel/receipts/receipt.ts";
import type { Tone } from "../paint.ts";
import { EXIT, type ExitStatus } from "../operator/exit-status.ts";
import { type Cell, jsonText, tableLines } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import type { HistoryOptions } from "./command.ts";
import { historyOf } from "./receipts.ts";

/** @returns the exit status: 0, or 2 when there is no such master or no vedette */
export async function runHistory(options: HistoryOptions): Promise<ExitStatus> {
  return withSentinels("history", options, async ({ set, console }) => {
    const all = await historyOf(set, options.master);
    const wanted = options.orders ? all : all.filter(({ kind }) => kind === "failover");
    const shown = wanted.slice(-options.limit);
    if (options.json) {
      console.out(jsonText({ history: shown }));
    } else if (shown.length === 0) {
      console.out("no failover is remembered");
    } else {
      for (const line of tableLines(HEADINGS, shown.map(rowOf), console.paint)) console.out(line);
    }
    return EXIT.well;
  });
}

const HEADINGS = ["AT", "MASTER", "WHAT", "RESULT", "FROM", "TO", "TOOK", "AT RISK", "ID"];

export function rowOf(entry: HistoryEntry): Cell[] {
  const at = new Date(entry.at).toISOString().slice(0, 19).replace("T", " ");
  if (entry.kind === "audit") {
    const isDone = entry.answer === "OK" || !/^[A-Z]+ /.test(entry.answer);
    const by = `${entry.by.user} ${entry.by.address}`;
    const result: Cell = { text: entry.answer, tone: isDone ? "plain" : "bad" };
    return [at, entry.master ?? "", entry.command, result, by, "", "", "", entry.id];
  }
  const { master, cause, outcome, from, to, totalMs, atRisk, id } = entry;
  return [
    at,
    master,
    cause,
    { text: outcome.result, tone: TONES[outcome.result] },
    formatAddress(from),
    to === undefined ? "nobody" : formatAddress(to),
    durationText(totalMs),
    riskText(atRisk),
    id,
  ];
}

const TONES: Readonly<Record<Outcome["result"], Tone>> = {
  running: "plain",
  completed: "good",
  aborted: "bad",
  interrupted: "bad",
};

function riskText(risk: AtRisk | undefined): string {
  if (risk === undefined) return "";
  const { bytesAtLeast, bytesAtMost } = risk;
  const most = bytesAtMost === undefined ? "?" : bytesText(bytesAtMost);
  return bytesAtMost === bytesAtLeast ? most : `${bytesText(bytesAtLeast)} to ${most}`;
}
