import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import { isReached } from "../operator/answers.ts";
import type { GroupView, ReplicaView, WatcherView } from "../operator/group-view.ts";

/** A data server with those that follow it. */
export interface DataNode {
  readonly address: Address;
  /** Undefined: the master, or one that is only known as somebody's master. */
  readonly replica: ReplicaView | undefined;
  readonly followers: readonly DataNode[];
}

/**
 * The master with its replicas below it, and theirs below them. What follows a server that nobody
 * knows stands beside the master: `strays`.
 */
export function dataTree(group: GroupView): {
  readonly root: DataNode;
  readonly strays: readonly DataNode[];
} {
  const placed = new Set<ReplicaView>();
  const nodeOf = (address: Address, replica: ReplicaView | undefined): DataNode => {
    const followers = group.replicas.filter(
      (each) => !placed.has(each) && follows(each, address, group.address),
    );
    for (const each of followers) placed.add(each);
    return {
      address,
      replica,
      followers: followers.map((each) => nodeOf(each.row.address, each)),
    };
  };
  const root = nodeOf(group.address, undefined);
  // Two that follow each other are below nobody: each is placed where it is found first.
  const strays: DataNode[] = [];
  for (const replica of group.replicas) {
    if (placed.has(replica)) continue;
    placed.add(replica);
    strays.push(nodeOf(replica.row.address, replica));
  }
  return { root, strays };
}

/** One that has not said whom it follows is taken for the master's, as the sentinels take it. */
function follows({ row }: ReplicaView, address: Address, master: Address): boolean {
  return sameAddress(row.follows ?? master, address);
}

export function isWell({ replica }: DataNode): boolean {
  if (replica === undefined) return true;
  return isReached(replica.row) && replica.downFor.length === 0 && replica.row.isLinkUp;
}

/** Everybody that this sentinel sees, or whom it does not. */
export function sightText(watcher: WatcherView, group: GroupView): string {
  if (watcher.unreached !== undefined) return `no answer: ${watcher.unreached}`;
  if (watcher.names === undefined) return "does not watch it";
  const others = group.sentinels.length - 1;
  const all = `master, ${group.replicas.length} replicas, ${others} sentinels`;
  const sight =
    watcher.doesNotSee.length === 0
      ? `sees ${all}`
      : `does not see ${watcher.doesNotSee.join(", ")}`;
  return sameAddress(watcher.names, group.address)
    ? sight
    : `names ${formatAddress(watcher.names)} (config epoch ${watcher.configEpoch}); ${sight}`;
}
