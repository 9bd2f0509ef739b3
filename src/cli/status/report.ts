import { bytesText } from "../../base/quantity-text.ts";
import { formatAddress, sameAddress } from "../../base/address.ts";
import { canFailOver, marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import { majorityOf } from "../../advice/voters.ts";
import type { Paint, Tone } from "../paint.ts";
import { isReached } from "../operator/answers.ts";
import {
  complaintsOf,
  conditionOf,
  type GroupView,
  type ReplicaView,
  type WatcherView,
} from "../operator/group-view.ts";
import { type Cell, linkDownText, printable, tableLines } from "../operator/printed.ts";

const SUMMARY = ["MASTER", "STATE", "ADDRESS", "REPLICAS", "SENTINELS", "QUORUM", "EPOCH", "NEXT"];

/** One line a master; what is wrong with it below the table. */
export function summaryLines(groups: readonly GroupView[], paint: Paint): string[] {
  if (groups.length === 0) return ["nothing is watched"];
  const complaints = groups.flatMap((group) =>
    complaintsOf(group).map((text) => printable(`${group.name}: ${text}`)),
  );
  return [
    ...tableLines(SUMMARY, groups.map(summaryRow), paint),
    ...(complaints.length === 0 ? [] : ["", ...complaints.map((text) => paint.tone("bad", text))]),
  ];
}

function summaryRow(group: GroupView): Cell[] {
  const reached = group.replicas.filter(({ downFor, row }) => downFor.length === 0 && row.isLinkUp);
  return [
    group.name,
    { text: group.state, tone: toneOf(group) },
    formatAddress(group.address),
    share(reached.length, group.replicas.length),
    share(group.usable, group.voters),
    String(group.quorum),
    String(group.configEpoch),
    { text: marginText(group), tone: marginTone(group) },
  ];
}

/** One master with everybody around it. */
export function groupLines(group: GroupView, paint: Paint): string[] {
  const state = stateText(group);
  return [
    `${paint.bold(printable(group.name))}  ${paint.tone(toneOf(group), state)}  ${printable(formatAddress(group.address))}, config epoch ${group.configEpoch}`,
    `  ${paint.tone(marginTone(group), marginText(group))} (${group.usable} of ${group.voters} sentinels, quorum ${group.quorum}, majority ${majorityOf(group.voters)})`,
    ...complaintsOf(group).map((text) => `  ${paint.tone("bad", printable(text))}`),
    "",
    ...tableLines(REPLICAS, group.replicas.map(replicaRow), paint),
    "",
    ...tableLines(
      SENTINELS,
      group.sentinels.map((each) => sentinelCells(each, group)),
      paint,
    ),
  ];
}

const REPLICAS = ["REPLICA", "STATE", "LAG", "PRIORITY", "OFFSET", "FOLLOWS", "IF THE MASTER DIED"];

function replicaRow({ row, downFor, lagBytes, exclusion }: ReplicaView): Cell[] {
  const isUp = isReached(row) && downFor.length === 0;
  const state = isUp
    ? row.isLinkUp
      ? "ok"
      : linkDownText(row.linkDownMs)
    : downFor.length === 0
      ? "not reached"
      : `not reached by ${downFor.length}`;
  return [
    formatAddress(row.address),
    { text: state, tone: state === "ok" ? "good" : "bad" },
    lagBytes === undefined ? "?" : bytesText(lagBytes),
    String(row.priority),
    String(row.offset),
    row.follows === undefined ? "?" : formatAddress(row.follows),
    exclusion ?? "may be promoted",
  ];
}

const SENTINELS = ["SENTINEL", "ID", "IS", "STATE", "EPOCH", "DOES NOT SEE"];

function sentinelCells(each: WatcherView, group: GroupView): Cell[] {
  const [state, tone] = watcherState(each, group);
  const kind = each.vedetteVersion === undefined ? "sentinel" : `vedette ${each.vedetteVersion}`;
  return [
    formatAddress(each.address),
    each.runId.slice(0, 8),
    each.unreached === undefined ? kind : "?",
    { text: state, tone },
    each.unreached === undefined ? String(each.configEpoch) : "?",
    each.doesNotSee.join(", "),
  ];
}

function watcherState({ unreached, names }: WatcherView, group: GroupView): [string, Tone] {
  if (unreached !== undefined) return [`no answer: ${unreached}`, "bad"];
  if (names === undefined) return ["does not watch it", "bad"];
  if (!sameAddress(names, group.address)) return [`names ${formatAddress(names)}`, "bad"];
  return ["ok", "good"];
}

export function stateText(group: GroupView): string {
  if (group.state === "failing over" && group.failoverState !== undefined) {
    return printable(`failing over (${group.failoverState})`);
  }
  return group.state;
}

export function toneOf(group: GroupView): Tone {
  if (group.state === "ok") return "good";
  return group.state === "failing over" ? "plain" : "bad";
}

function marginTone(group: GroupView): Tone {
  if (!canFailOver(group)) return "bad";
  return sentinelsToSpare(group) > 0 && conditionOf(group) === "well" ? "good" : "plain";
}

function share(count: number, all: number): Cell {
  return { text: `${count}/${all}`, tone: count === all ? "plain" : "bad" };
}
