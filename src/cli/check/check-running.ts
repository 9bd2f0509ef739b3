import { adviseRunning } from "../../advice/advise.ts";
import { type Finding, exitStatusOf, inOrder } from "../../advice/finding.ts";
import { formatAddress } from "../../base/address.ts";
import type { ConfigMistake } from "../../wire/conf/config-mistake.ts";
import type { CheckedFile } from "../../advice/checked-file.ts";
import { fieldsOf } from "../operator/answers.ts";
import { type Conversation, RefusedError } from "../operator/conversation.ts";
import type { ExitStatus } from "../operator/exit-status.ts";
import { groupViews } from "../operator/group-view.ts";
import type { ReachOptions } from "../operator/options.ts";
import { printable } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import type { SentinelView } from "../operator/sentinel-set.ts";
import { formatFindings, findingsAsJson } from "./report.ts";
import { runningConfiguration } from "./running-configuration.ts";
import { judgeRunning, WHOLE_SET } from "./running-state.ts";

/** @returns the exit status: 0 nothing but notes, 1 warnings, 2 errors, 3 nobody answers */
export async function runCheckRunning(
  options: ReachOptions & { readonly json: boolean },
): Promise<ExitStatus> {
  return withSentinels("check", options, async ({ set, console }) => {
    const views = await set.views();
    const settings = await Promise.all(set.conversations.map(ownSettings));
    const { files, unreadable } = configurationsOf(views, settings);
    const places = set.conversations.map(({ name }) => name);
    const found = [
      ...judgeRunning(groupViews(views, set.unreached), views),
      ...unreadable,
      ...together(adviseRunning(files), places),
    ];
    const findings = inOrder(found, [WHOLE_SET, ...places]);
    const report = options.json ? findingsAsJson : formatFindings;
    const text = report(findings, { kind: "sentinels", names: places });
    for (const line of text.split("\n")) console.out(printable(line));
    return exitStatusOf(findings);
  });
}

/** What each sentinel has in force; where that cannot be read, a finding says so instead of the rules. */
export function configurationsOf(
  views: readonly SentinelView[],
  settings: readonly ReadonlyMap<string, string>[],
): { readonly files: readonly CheckedFile[]; readonly unreadable: readonly Finding[] } {
  const files: CheckedFile[] = [];
  const unreadable: Finding[] = [];
  for (const [index, view] of views.entries()) {
    const running = runningConfiguration(view, settings[index] ?? new Map());
    if (running.kind === "file") files.push(running.file);
    else unreadable.push(...running.mistakes.map((each) => notRead(view, each)));
  }
  return { files, unreadable };
}

function notRead({ address }: SentinelView, { text, message }: ConfigMistake): Finding {
  return {
    code: "settings-not-read",
    severity: "warning",
    file: formatAddress(address),
    line: 1,
    master: undefined,
    message: `what this sentinel tells of its settings is not understood, and was not checked: ${text}: ${message}`,
    help: "the file itself: vedette check sentinel.conf on its machine",
  };
}

/** A sentinel before 6.2 has no CONFIG: its defaults are taken. */
async function ownSettings(conversation: Conversation): Promise<ReadonlyMap<string, string>> {
  try {
    return fieldsOf(await conversation.ask("SENTINEL", "CONFIG", "GET", "*"));
  } catch (cause) {
    if (cause instanceof RefusedError) return new Map();
    throw cause;
  }
}

/**
 * What every sentinel of the set would say for itself is said once, of the set; who is in none of the
 * files is, in a running set, somebody who does not answer, and that is told already.
 */
export function together(findings: readonly Finding[], places: readonly string[]): Finding[] {
  const byText = new Map<string, Finding[]>();
  for (const finding of findings) {
    if (finding.code === "unknown-sentinel") continue;
    const key = `${finding.code} ${finding.message}`;
    byText.set(key, [...(byText.get(key) ?? []), finding]);
  }
  return [...byText.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    return same.length === places.length && places.length > 1
      ? [{ ...first, file: WHOLE_SET }]
      : same;
  });
}
