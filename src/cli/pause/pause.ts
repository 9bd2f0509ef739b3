import { durationText } from "../../base/quantity-text.ts";
import { formatAddress } from "../../base/address.ts";
import { fieldsOf, type Fields } from "../operator/answers.ts";
import { chosenSentinel } from "../operator/chosen-sentinel.ts";
import { confirmed } from "../operator/confirmation.ts";
import { EXIT, type ExitStatus } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { jsonText, printable } from "../operator/printed.ts";
import { type Console, withSentinels } from "../operator/run-command.ts";
import { groupOf } from "../status/status.ts";
import type { PauseOptions, ResumeOptions } from "./command.ts";

/** @returns the exit status: 0 paused, 1 others could fail over alone, 2 refused */
export async function runPause(options: PauseOptions): Promise<ExitStatus> {
  return withSentinels("pause", options, async ({ set, console }) => {
    const group = await groupOf(set, options.master);
    const sentinel = chosenSentinel(set, group, { needsVedette: true });
    await confirmed([consequenceOf(group, options.for)], options);
    const words = ["SENTINEL", "PAUSE", group.name, "SECONDS", String(options.for)];
    const answer = fieldsOf(await sentinel.ask(...words, ...reasonWords(options.reason)));
    tell(answer, console, options.json);
    return answer.get("others-could-fail-over") === "yes" ? EXIT.degraded : EXIT.well;
  });
}

/** @returns the exit status: 0 resumed, 2 refused */
export async function runResume(options: ResumeOptions): Promise<ExitStatus> {
  return withSentinels("resume", options, async ({ set, console }) => {
    const group = await groupOf(set, options.master);
    const sentinel = chosenSentinel(set, group, { needsVedette: true });
    const words = ["SENTINEL", "RESUME", group.name, ...reasonWords(options.reason)];
    tell(fieldsOf(await sentinel.ask(...words)), console, options.json);
    return EXIT.well;
  });
}

function reasonWords(reason: string | undefined): string[] {
  return reason === undefined ? [] : ["REASON", reason];
}

function consequenceOf(group: GroupView, seconds: number): string {
  const address = formatAddress(group.address);
  return `${group.name}: for ${durationText(seconds * 1_000)} nobody takes over when ${address} dies; there is no master then until somebody acts or the pause ends.`;
}

function tell(answer: Fields, console: Console, json: boolean): void {
  if (json) {
    console.out(
      jsonText(Object.fromEntries([...answer].map(([name, value]) => [name, typed(value)]))),
    );
    return;
  }
  const until = Number(answer.get("paused-until") ?? 0);
  const state = until > 0 ? `paused until ${new Date(until * 1_000).toISOString()}` : "not paused";
  const agreed = `${answer.get("agreed") ?? "?"} of ${answer.get("sentinels") ?? "?"} sentinels agree`;
  console.out(printable(`${answer.get("master") ?? ""}: ${state}; ${agreed}`));
  const note = answer.get("note");
  if (note !== undefined && note !== "") console.out(printable(note));
}

/** Numbers as numbers, yes and no as truths. */
function typed(value: string): string | number | boolean {
  if (/^\d+$/.test(value)) return Number(value);
  return value === "yes" || value === "no" ? value === "yes" : value;
}
