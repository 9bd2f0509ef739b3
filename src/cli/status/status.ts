import { EXIT, type ExitStatus, OperatorError, worstOf } from "../operator/exit-status.ts";
import { conditionOf, type GroupView, groupViews } from "../operator/group-view.ts";
import { jsonText } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import type { SentinelSet } from "../operator/sentinel-set.ts";
import type { StatusOptions } from "./command.ts";
import { groupAsJson } from "./json-report.ts";
import { groupLines, summaryLines } from "./report.ts";

/** @returns the exit status: 0 all well, 1 degraded, 2 a master is down, 3 nobody answers */
export async function runStatus(options: StatusOptions): Promise<ExitStatus> {
  return withSentinels("status", options, async ({ set, console }) => {
    const groups = await groupsOf(set, options.master);
    if (options.json) {
      console.out(jsonText({ masters: groups.map(groupAsJson) }));
    } else {
      const lines =
        options.master === undefined
          ? summaryLines(groups, console.paint)
          : groups.flatMap((group) => groupLines(group, console.paint));
      for (const line of lines) console.out(line);
    }
    return statusOf(groups);
  });
}

/** @throws OperatorError when a master of that name is watched by nobody */
export async function groupsOf(set: SentinelSet, master: string | undefined): Promise<GroupView[]> {
  if (master !== undefined) return [await groupOf(set, master)];
  return groupViews(await set.views(), set.unreached);
}

/** @throws OperatorError when nobody watches it */
export async function groupOf(set: SentinelSet, master: string): Promise<GroupView> {
  const [group] = groupViews(await set.views(master), set.unreached);
  if (group !== undefined) return group;
  const known = groupViews(await set.views(), set.unreached).map(({ name }) => name);
  throw new OperatorError(
    `no sentinel watches ${master}; expected one of: ${known.join(", ") || "nothing is watched"}`,
    EXIT.failed,
  );
}

const STATUS = { well: EXIT.well, degraded: EXIT.degraded, failed: EXIT.failed } as const;

export function statusOf(groups: readonly GroupView[]): ExitStatus {
  return worstOf(groups.map((group) => STATUS[conditionOf(group)]));
}
