import { bytesText, durationText } from "../../base/quantity-text.ts";
import { formatAddress } from "../../base/address.ts";
import { marginText } from "../../advice/failover-margin.ts";
import type { Paint } from "../paint.ts";
import { type Cell, printable, tableLines } from "../operator/printed.ts";
import type { ToldRisk } from "../operator/told-plan.ts";
import { stateText, toneOf } from "../status/report.ts";
import { isPossible, type Plan, type PlannedCandidate } from "./prospect.ts";

const HEADINGS = ["REPLICA", "VERDICT", "WHY", "PRIORITY", "OFFSET", "BEHIND"];

/** The prospect of one master, then its candidates. */
export function planLines(plan: Plan, paint: Paint): string[] {
  const { group, candidates } = plan;
  const wouldHappen = isPossible(plan);
  return [
    `${paint.bold(printable(group.name))}  ${paint.tone(toneOf(group), stateText(group))}  ${printable(formatAddress(group.address))}`,
    paint.tone(wouldHappen ? "good" : "bad", printable(prospectText(plan))),
    ...(wouldHappen ? [printable(lossText(plan))] : []),
    ...(wouldHappen ? [`${marginText(group)}.`] : []),
    "",
    ...tableLines(HEADINGS, candidates.map(rowOf), paint),
  ];
}

function prospectText(plan: Plan): string {
  const { group, promoted, obstacles } = plan;
  if (!isPossible(plan) || promoted === undefined) {
    return obstacles.length === 0
      ? `${marginText(group)}.`
      : `no failover is possible: ${obstacles.join("; ")}.`;
  }
  const when = group.state === "down" ? "is to" : "would";
  return `${formatAddress(promoted.address)} ${when} take over, ${promoted.reason}; some ${durationText(group.downAfterMs)} after the master's last answer.`;
}

/** Offsets of different moments: a bound from below for what is written meanwhile. */
function lossText({ promoted, master, atRisk }: Plan): string {
  if (atRisk !== undefined) return riskText(atRisk);
  const behind = promoted?.behindBytes;
  if (behind === undefined) return "What would be lost cannot be told: it has told no offset.";
  const basis =
    master === undefined
      ? "the other replicas"
      : `what the master told ${durationText(master.agoMs)} ago`;
  const amount = behind === 0 ? "Nothing" : `At least ${bytesText(behind)}`;
  return `${amount} would be lost by ${basis}; what is written until then comes on top.`;
}

function riskText({ bytesAtLeast, bytesAtMost, basis }: ToldRisk): string {
  const most = bytesAtMost === undefined ? "an unknown amount" : bytesText(bytesAtMost);
  const amount =
    bytesAtMost === bytesAtLeast ? `Some ${most}` : `${bytesText(bytesAtLeast)} to ${most}`;
  return `${amount} would be lost by what the sentinel was told last (${basis}).`;
}

function rowOf({
  address,
  verdict,
  reason,
  priority,
  offset,
  behindBytes,
}: PlannedCandidate): Cell[] {
  return [
    formatAddress(address),
    { text: verdict, tone: TONES[verdict] },
    reason,
    String(priority),
    String(offset),
    behindBytes === undefined ? "?" : bytesText(behindBytes),
  ];
}

const TONES = { chosen: "good", eligible: "plain", "last-resort": "bad", excluded: "bad" } as const;
