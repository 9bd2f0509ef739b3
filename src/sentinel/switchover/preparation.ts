import type { InfoReport } from "../../wire/info.ts";
import type { PeerView } from "../../wire/peer-view.ts";
import { replicationDetails } from "../../wire/replication-details.ts";
import { rightsFrom } from "../../wire/server-order.ts";
import { isConnected } from "../links.ts";
import type { DataInstance, Master, Sentinel } from "../state.ts";
import { sendDurably, touch, type Turn } from "../turn.ts";
import { sendInfo, sendOrder } from "./send-order.ts";
import type { Position, Preparation, Switchover } from "./switchover.ts";

/** Asks all that must be known before anything is done: the servers' positions, rights, other sentinels. */
export function beginPreparation(
  turn: Turn,
  master: Master,
  given: Pick<Switchover, "order" | "target" | "timeoutMs" | "requestedBy" | "asker">,
): Switchover {
  const preparation: Preparation = {
    rights: undefined,
    master: undefined,
    replicas: new Map(),
    peers: new Map(),
    awaited: new Set(),
  };
  sendInfo(turn, master);
  for (const replica of master.replicas.values()) sendInfo(turn, replica);
  for (const sentinel of master.sentinels.values()) {
    if (!isConnected(sentinel.link)) continue;
    preparation.awaited.add(sentinel.runId);
    sentinel.link.pending++;
    const { masterName } = master;
    sendDurably(turn, sentinel.link.id, { name: "ask-master", master: masterName });
  }
  return { ...given, startedAt: turn.now, preparation };
}

/** The switchover of this master that is under way, in whichever phase. */
export function switchoverOf({ failover }: Master): Switchover | undefined {
  return "switchover" in failover ? failover.switchover : undefined;
}

/** Everybody has answered who was asked and can be reached. */
export function isPrepared(master: Master, { preparation }: Switchover): boolean {
  const { rights, awaited, replicas } = preparation;
  if (rights === undefined || preparation.master === undefined) return false;
  for (const runId of awaited) {
    const sentinel = master.sentinels.get(runId);
    if (sentinel !== undefined && isConnected(sentinel.link)) return false;
  }
  for (const replica of master.replicas.values()) {
    if (isConnected(replica.link) && !replica.sdown.down && !replicas.has(replica)) return false;
  }
  return true;
}

/**
 * What a server says of where it is. FAILOVER ABORT, the question for that right, would end somebody
 * else's hand-over: it is asked once the master has said that there is none.
 */
export function notePosition(turn: Turn, instance: DataInstance, info: InfoReport): void {
  const master = instance.kind === "master" ? instance : instance.master;
  const switchover = switchoverOf(master);
  if (switchover === undefined) return;
  const { preparation } = switchover;
  const position = positionIn(info);
  if (instance.kind === "replica") preparation.replicas.set(instance, position);
  else {
    const isFirst = preparation.master === undefined;
    preparation.master = position;
    if (isFirst && !position.isHandingOver) sendOrder(turn, master, { kind: "probe-rights" });
  }
  touch(turn, master);
}

function positionIn(info: InfoReport): Position {
  return {
    replid: info.masterReplid,
    offset: (info.role === "replica" ? info.replicaReplOffset : info.masterReplOffset) ?? 0,
    isLinkUp: info.role === "master" || info.masterLinkStatus === "up",
    isHandingOver: replicationDetails(info.text).isHandingOver,
  };
}

export function noteRights(
  turn: Turn,
  master: Master,
  refusals: readonly (string | undefined)[],
): void {
  const switchover = switchoverOf(master);
  if (switchover === undefined) return;
  switchover.preparation.rights = rightsFrom(refusals);
  touch(turn, master);
}

/** @param view undefined where the peer does not watch the master or has not understood */
export function notePeerView(turn: Turn, sentinel: Sentinel, view: PeerView | undefined): void {
  const switchover = switchoverOf(sentinel.master);
  if (switchover === undefined) return;
  const { awaited, peers } = switchover.preparation;
  awaited.delete(sentinel.runId);
  if (view !== undefined) peers.set(sentinel.runId, view);
  touch(turn, sentinel.master);
}
