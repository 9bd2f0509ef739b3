import { formatAddress } from "../../base/address.ts";
import { canFailOver, marginText } from "../../advice/failover-margin.ts";
import type { Paint } from "../paint.ts";
import { bytesText, type Cell, durationText, printable, tableLines } from "../operator/printed.ts";
import { stateText, toneOf } from "../status/report.ts";
import type { Plan, PlannedCandidate } from "./prospect.ts";

const HEADINGS = ["REPLICA", "VERDICT", "WHY", "PRIORITY", "OFFSET", "BEHIND"];

/** The prospect of one master, then its candidates. */
export function planLines(plan: Plan, paint: Paint): string[] {
  const { group, candidates } = plan;
  const isPossible = canFailOver(group);
  return [
    `${paint.bold(printable(group.name))}  ${paint.tone(toneOf(group), stateText(group))}  ${printable(formatAddress(group.address))}`,
    paint.tone(isPossible ? "good" : "bad", printable(prospectText(plan))),
    ...(isPossible ? [printable(lossText(plan))] : []),
    ...(isPossible ? [`${marginText(group)}.`] : []),
    "",
    ...tableLines(HEADINGS, candidates.map(rowOf), paint),
  ];
}

function prospectText({ group, promoted }: Plan): string {
  if (!canFailOver(group) || promoted === undefined) return `${marginText(group)}.`;
  const when = group.state === "down" ? "is to" : "would";
  return `${formatAddress(promoted.address)} ${when} take over, ${promoted.reason}; some ${durationText(group.downAfterMs)} after the master's last answer.`;
}

/** Offsets of different moments: a bound from below for what is written meanwhile. */
function lossText({ promoted, master }: Plan): string {
  const behind = promoted?.behindBytes;
  if (behind === undefined) return "What would be lost cannot be told: it has told no offset.";
  const basis =
    master === undefined
      ? "the other replicas"
      : `what the master told ${durationText(master.agoMs)} ago`;
  const amount = behind === 0 ? "Nothing" : `At least ${bytesText(behind)}`;
  return `${amount} would be lost by ${basis}; what is written until then comes on top.`;
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

const TONES = { chosen: "good", eligible: "plain", excluded: "bad" } as const;
