import { bytesText } from "../../base/quantity-text.ts";
import { formatAddress, sameAddress } from "../../base/address.ts";
import { marginText } from "../../advice/failover-margin.ts";
import type { Paint, Tone } from "../paint.ts";
import { isReached } from "../operator/answers.ts";
import type { GroupView } from "../operator/group-view.ts";
import { linkDownText, printable } from "../operator/printed.ts";
import { stateText, toneOf } from "../status/report.ts";
import { type DataNode, dataTree, isWell, sightText } from "./tree.ts";

interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

/** One group as a tree: servers by whom they follow, then sentinels with what they see. */
export function topologyLines(group: GroupView, paint: Paint): string[] {
  const { root, strays } = dataTree(group);
  const branches: Branch[] = [
    masterBranch(root, group, paint),
    ...strays.map((stray) => strayBranch(stray, paint)),
    {
      text: `sentinels: quorum ${group.quorum} of ${group.voters}; ${marginText(group)}`,
      below: group.sentinels.map((watcher) => ({
        text: watcherText(watcher, group, paint),
        below: [],
      })),
    },
  ];
  const head = `${paint.bold(printable(group.name))}  ${paint.tone(toneOf(group), stateText(group))}  config epoch ${group.configEpoch}`;
  return [head, ...branchLines(branches, "")];
}

function masterBranch(root: DataNode, group: GroupView, paint: Paint): Branch {
  const tone: Tone = group.state === "ok" ? "good" : "bad";
  const word = group.state === "ok" ? "up" : group.state;
  return {
    text: `${printable(formatAddress(root.address))}  master  ${paint.tone(tone, word)}`,
    below: root.followers.map((each) => replicaBranch(each, paint)),
  };
}

function replicaBranch(node: DataNode, paint: Paint): Branch {
  return {
    text: `${printable(formatAddress(node.address))}  replica  ${replicaText(node, paint)}`,
    below: node.followers.map((each) => replicaBranch(each, paint)),
  };
}

function strayBranch(node: DataNode, paint: Paint): Branch {
  const follows = node.replica?.row.follows;
  const whom = follows === undefined ? "nobody known" : formatAddress(follows);
  const { text, below } = replicaBranch(node, paint);
  return { text: `${text}  ${paint.tone("bad", printable(`follows ${whom}`))}`, below };
}

function replicaText(node: DataNode, paint: Paint): string {
  const { replica } = node;
  if (replica === undefined) return "";
  const { row, downFor, lagBytes } = replica;
  if (isWell(node)) {
    const lag = lagBytes === undefined ? "" : `  lag ${bytesText(lagBytes)}`;
    const never = row.priority === 0 ? "  priority 0" : "";
    return `${paint.tone("good", "up")}${lag}${never}`;
  }
  const reason =
    isReached(row) && downFor.length === 0
      ? linkDownText(row.linkDownMs)
      : downFor.length === 0
        ? "not reached"
        : `not reached by ${downFor.join(", ")}`;
  return paint.tone("bad", printable(reason));
}

function watcherText(
  watcher: GroupView["sentinels"][number],
  group: GroupView,
  paint: Paint,
): string {
  const isWellInformed =
    watcher.names !== undefined &&
    sameAddress(watcher.names, group.address) &&
    watcher.doesNotSee.length === 0;
  const kind =
    watcher.unreached !== undefined
      ? ""
      : watcher.vedetteVersion === undefined
        ? "  sentinel"
        : `  vedette ${watcher.vedetteVersion}`;
  const sight = printable(sightText(watcher, group));
  const where = printable(formatAddress(watcher.address));
  return `${where}${printable(kind)}  ${watcher.runId.slice(0, 8)}  ${paint.tone(isWellInformed ? "good" : "bad", sight)}`;
}

function branchLines(branches: readonly Branch[], indent: string): string[] {
  return branches.flatMap(({ text, below }, index) => {
    const isLast = index === branches.length - 1;
    return [
      `${indent}${isLast ? "└─ " : "├─ "}${text}`,
      ...branchLines(below, `${indent}${isLast ? "   " : "│  "}`),
    ];
  });
}
