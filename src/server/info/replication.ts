import { unreachable } from "../../base/assert.ts";
import { peerHost } from "../replication/peers.ts";
import type { LinkPhase } from "../replication/link-phase.ts";
import {
  type PeerPhase,
  type ReplicaPeer,
  type ReplicaRole,
  replicationOffset,
} from "../replication/state.ts";
import type { ServerState } from "../state.ts";
import type { Field } from "./info.ts";

/** Sentinel reads this section: names and order are fixed (server spec §4.1). */
export function replicationFields(state: ServerState): readonly Field[] {
  const { replication } = state;
  const { backlog, role } = replication;
  return [
    ["role", role.kind === "master" ? "master" : "slave"],
    ...(role.kind === "replica" ? replicaFields(state, role) : []),
    ["connected_slaves", replication.peers.size],
    ...goodReplicasField(state),
    ...[...replication.peers.values()].map((peer, index) => peerField(state, peer, index)),
    ["master_failover_state", replication.failover?.phase ?? "no-failover"],
    ["master_replid", replication.replid],
    ["master_replid2", replication.replid2],
    ["master_repl_offset", replicationOffset(replication)],
    ["second_repl_offset", replication.secondOffset],
    ["repl_backlog_active", backlog === undefined ? 0 : 1],
    ["repl_backlog_size", state.settings.replBacklogSizeBytes],
    ["repl_backlog_first_byte_offset", backlog?.firstOffset ?? 0],
    ["repl_backlog_histlen", backlog?.length ?? 0],
  ];
}

function replicaFields(state: ServerState, role: ReplicaRole): readonly Field[] {
  const { link } = role;
  const { settings } = state;
  const isUp = link.at === "connected";
  return [
    ["master_host", role.master.host],
    ["master_port", role.master.port],
    ["master_link_status", isUp ? "up" : "down"],
    ["master_last_io_seconds_ago", isUp ? secondsSince(state, link.lastByteAt) : -1],
    ["master_sync_in_progress", link.at === "transfer" || link.at === "loading" ? 1 : 0],
    ["slave_read_repl_offset", appliedOffset(state, role) + (isUp ? link.applier.pendingBytes : 0)],
    ["slave_repl_offset", appliedOffset(state, role)],
    ...(link.at === "transfer" ? transferFields(state, link) : []),
    ...(isUp ? [] : downFields(state, role)),
    ...(role.halted === undefined ? [] : ([["vedette_replication_halted", role.halted]] as const)),
    ["slave_priority", settings.replicaPriority],
    ["slave_read_only", settings.replicaReadOnly ? 1 : 0],
    ["replica_announced", settings.replicaAnnounced ? 1 : 0],
  ];
}

/** Without a history in common with our master there is no offset to show. */
function appliedOffset(state: ServerState, role: ReplicaRole): number {
  if (role.link.at === "connected" || role.resume !== undefined) {
    return replicationOffset(state.replication);
  }
  return role.downSince === undefined ? 0 : 1;
}

function transferFields(
  state: ServerState,
  link: LinkPhase & { readonly at: "transfer" },
): readonly Field[] {
  const { framing, received } = link.receiver;
  const total = framing?.kind === "counted" ? framing.bytes : 0;
  const share = total === 0 ? 0 : received / total;
  return [
    ["master_sync_total_bytes", total],
    ["master_sync_read_bytes", received],
    ["master_sync_left_bytes", total - received],
    ["master_sync_perc", (share * 100).toFixed(2)],
    ["master_sync_last_io_seconds_ago", secondsSince(state, link.lastByteAt)],
  ];
}

function downFields(state: ServerState, role: ReplicaRole): readonly Field[] {
  const seconds = role.downSince === undefined ? -1 : secondsSince(state, role.downSince);
  return [["master_link_down_since_seconds", seconds]];
}

function goodReplicasField(state: ServerState): readonly Field[] {
  const { minReplicasToWrite, minReplicasMaxLagSeconds } = state.settings;
  if (minReplicasToWrite === 0 || minReplicasMaxLagSeconds === 0) return [];
  return [["min_slaves_good_slaves", state.replication.goodReplicas]];
}

function peerField(state: ServerState, peer: ReplicaPeer, index: number): Field {
  const host = peerHost(peer.client);
  const port = peer.client.replicaOptions.listeningPort;
  const lag = peer.phase.kind === "online" ? secondsSince(state, peer.ackAt) : 0;
  const status = stateWord(peer.phase);
  return [
    `slave${index}`,
    `ip=${host},port=${port},state=${status},offset=${peer.ackOffset},lag=${lag}`,
  ];
}

function stateWord(phase: PeerPhase): string {
  switch (phase.kind) {
    case "waiting":
    case "collecting":
      return "wait_bgsave";
    case "sending":
      return "send_bulk";
    case "awaiting-ack":
    case "online":
      return "online";
    default:
      return unreachable(phase);
  }
}

function secondsSince(state: ServerState, moment: number): number {
  return Math.floor((state.now - moment) / 1000);
}
