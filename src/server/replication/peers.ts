import type { Address } from "../../base/address.ts";
import type { ClientId } from "../../base/ids.ts";
import type { Client } from "../client.ts";
import { refreshGates } from "../gates.ts";
import { log } from "../log.ts";
import { emit, type ServerState } from "../state.ts";
import { SilentWriter } from "./silent-writer.ts";
import { type ReplicaPeer, replicationOffset } from "./state.ts";

/** From here on the connection gets payload and stream, and no replies. */
export function addPeer(
  state: ServerState,
  client: Client,
  beginning: Pick<ReplicaPeer, "phase" | "position" | "sendsAcks">,
): ReplicaPeer {
  const peer: ReplicaPeer = {
    client,
    ...beginning,
    ackOffset: 0,
    diskOffset: 0,
    ackAt: state.now,
    ackSeenAt: 0,
  };
  client.kind = "replica";
  client.reply = new SilentWriter();
  state.replication.peers.set(client.id, peer);
  state.replication.withoutReplicasSince = undefined;
  emit(state, { kind: "attach-replica", client: client.id });
  return peer;
}

/** Closes the connection; the shell reports when it is gone. */
export function closePeer(state: ServerState, peer: ReplicaPeer, reason: string): void {
  emit(state, { kind: "close-client", client: peer.client.id, reason, when: "at-once" });
  removePeer(state, peer.client.id);
}

/** As `closePeer`, once the peer has got everything that was written to it. */
export function dismissPeer(state: ServerState, peer: ReplicaPeer, reason: string): void {
  emit(state, { kind: "close-client", client: peer.client.id, reason, when: "all-is-sent" });
  removePeer(state, peer.client.id);
}

export function removePeer(state: ServerState, id: ClientId): void {
  const { replication } = state;
  const peer = replication.peers.get(id);
  if (peer === undefined) return;
  replication.peers.delete(id);
  if (replication.peers.size === 0) replication.withoutReplicasSince = state.now;
  log(state, "notice", `Connection with replica ${nameOf(peer.client)} lost.`);
  countGoodReplicas(state);
}

/** They come back and learn the new id by a partial resynchronisation (server spec §2.11). */
export function disconnectPeers(state: ServerState, reason: string): void {
  for (const peer of state.replication.peers.values()) closePeer(state, peer, reason);
}

/** What a replica is sent is the stream: a reply in between would be taken for a part of it. */
export function closeIfReplied(state: ServerState, client: Client, name: string): void {
  const peer = state.replication.peers.get(client.id);
  if (peer === undefined || !(client.reply instanceof SilentWriter) || !client.reply.wrote) return;
  const error = client.reply.firstError ?? "";
  if (error !== "") {
    const role = state.replication.role.kind;
    log(
      state,
      "warning",
      `== CRITICAL == This ${role} is sending an error to its replica: '${error}' after processing the command '${name}'`,
    );
  }
  log(
    state,
    "warning",
    `Replica generated a reply to command '${name}', disconnecting it: ${error}`,
  );
  closePeer(state, peer, "a reply was due to it");
}

/**
 * Whether the replica has all there is. What it answers to a GETACK does not count the GETACK itself:
 * when that is the end of the stream and an answer has come since, nothing is lacking.
 */
export function hasEverything(state: ServerState, peer: ReplicaPeer): boolean {
  if (peer.phase.kind !== "online") return false;
  const end = replicationOffset(state.replication);
  const { lastGetAck } = state.replication;
  const isAnswer = lastGetAck?.end === end && peer.ackSeenAt === end;
  return peer.ackOffset >= (isAnswer ? lastGetAck.begin : end);
}

/** min-replicas-to-write looks at this number (server spec §6.3). */
export function countGoodReplicas(state: ServerState): void {
  const { replication, settings } = state;
  let good = 0;
  for (const peer of replication.peers.values()) {
    const lagMs = state.now - peer.ackAt;
    if (peer.phase.kind === "online" && lagMs <= settings.minReplicasMaxLagSeconds * 1000) good++;
  }
  replication.goodReplicas = good;
  refreshGates(state);
}

/** Where the replica says that it listens. */
export function peerAddress(client: Client): Address {
  return { host: peerHost(client), port: client.replicaOptions.listeningPort };
}

/** `ip:port` as the replica announces itself. */
export function nameOf(client: Client): string {
  return `${peerHost(client)}:${client.replicaOptions.listeningPort || portOf(client)}`;
}

/** The announced address, else where the connection comes from. */
export function peerHost(client: Client): string {
  const { announcedIp } = client.replicaOptions;
  if (announcedIp !== "") return announcedIp;
  const { remoteAddress } = client.connection;
  const host = remoteAddress.slice(0, remoteAddress.lastIndexOf(":"));
  return host.startsWith("[") ? host.slice(1, -1) : host;
}

function portOf(client: Client): string {
  const { remoteAddress } = client.connection;
  return remoteAddress.slice(remoteAddress.lastIndexOf(":") + 1);
}
