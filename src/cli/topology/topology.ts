import { formatAddress } from "../../base/address.ts";
import type { ExitStatus } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { jsonText } from "../operator/printed.ts";
import { withSentinels } from "../operator/run-command.ts";
import { groupAsJson } from "../status/json-report.ts";
import { groupsOf, statusOf } from "../status/status.ts";
import type { TopologyOptions } from "./command.ts";
import { topologyLines } from "./report.ts";
import { type DataNode, dataTree } from "./tree.ts";

/** @returns the exit status, as that of `status` */
export async function runTopology(options: TopologyOptions): Promise<ExitStatus> {
  return withSentinels("topology", options, async ({ set, console }) => {
    const groups = await groupsOf(set, options.master);
    if (options.json) {
      console.out(jsonText({ masters: groups.map(treeAsJson) }));
    } else {
      const blocks = groups.map((group) => topologyLines(group, console.paint).join("\n"));
      console.out(blocks.length === 0 ? "nothing is watched" : blocks.join("\n\n"));
    }
    return statusOf(groups);
  });
}

interface JsonNode {
  readonly address: string;
  readonly role: "master" | "replica";
  readonly followers: readonly JsonNode[];
}

function treeAsJson(group: GroupView) {
  const { root, strays } = dataTree(group);
  return { ...groupAsJson(group), tree: nodeAsJson(root), strays: strays.map(nodeAsJson) };
}

function nodeAsJson({ address, replica, followers }: DataNode): JsonNode {
  return {
    address: formatAddress(address),
    role: replica === undefined ? "master" : "replica",
    followers: followers.map(nodeAsJson),
  };
}
