import { formatAddress } from "../../base/address.ts";
import { marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import { EXIT, type ExitStatus, worstOf } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { jsonText } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import type { SentinelSet } from "../operator/sentinel-set.ts";
import { groupsOf } from "../status/status.ts";
import type { PlanOptions } from "./command.ts";
import { lastTold } from "./last-told.ts";
import { isPossible, type Plan, planOf, toldProspect } from "./prospect.ts";
import { planLines } from "./report.ts";

/** @returns the exit status: 0 somebody would take over, 1 nothing to spare, 2 nobody */
export async function runPlan(options: PlanOptions): Promise<ExitStatus> {
  return withSentinels("plan", options, async ({ set, console }) => {
    const groups = await groupsOf(set, options.master);
    const plans = await Promise.all(groups.map((group) => planFor(set, group)));
    if (options.json) {
      console.out(jsonText({ masters: plans.map(planAsJson) }));
    } else {
      const blocks = plans.map((plan) => planLines(plan, console.paint).join("\n"));
      console.out(blocks.length === 0 ? "nothing is watched" : blocks.join("\n\n"));
    }
    return worstOf(plans.map(statusOf));
  });
}

async function planFor(set: SentinelSet, group: GroupView): Promise<Plan> {
  const { plan } = group;
  return plan === undefined ? planOf(group, await lastTold(set, group)) : toldProspect(group, plan);
}

export function statusOf(plan: Plan): ExitStatus {
  const { group } = plan;
  if (!isPossible(plan)) return EXIT.failed;
  return sentinelsToSpare(group) === 0 || group.eligible === 1 ? EXIT.degraded : EXIT.well;
}

function planAsJson(plan: Plan) {
  const { group, promoted, candidates, master, atRisk, obstacles } = plan;
  return {
    name: group.name,
    state: group.state,
    master: formatAddress(group.address),
    possible: isPossible(plan),
    margin: marginText(group),
    promoted: promoted === undefined ? null : formatAddress(promoted.address),
    masterOffset: master?.offset ?? null,
    masterToldAgoMs: master?.agoMs ?? null,
    candidates: candidates.map(({ address, verdict, reason, offset, behindBytes }) => ({
      address: formatAddress(address),
      verdict,
      reason,
      offset,
      behindBytes: behindBytes ?? null,
    })),
    atRisk: atRisk === undefined ? null : { ...atRisk, bytesAtMost: atRisk.bytesAtMost ?? null },
    obstacles,
  };
}
