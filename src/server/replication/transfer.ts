import { unreachable } from "../../base/assert.ts";
import type { Loader } from "../loader.ts";
import { refreshGates } from "../gates.ts";
import { log } from "../log.ts";
import { newLoader } from "../new-loader.ts";
import { cancelSnapshot } from "../saving.ts";
import { emit, type ServerState } from "../state.ts";
import { adoptHistory, beginHistory, dropBacklog, openBacklog } from "./identity.ts";
import { failLink, sendAck } from "./link-control.ts";
import type { LinkPhase, PayloadHistory } from "./link-phase.ts";
import { slowDown } from "./load-pace.ts";
import { disconnectPeers } from "./peers.ts";
import { applyStream, followStream, halt } from "./master-stream.ts";
import type { PayloadEvent } from "./payload-receiver.ts";
import type { ReplicaRole } from "./state.ts";

type Transfer = LinkPhase & { readonly at: "transfer" };

/** Bytes of the master's snapshot: to a file first, or straight into memory (server spec §2.4). */
export function receivePayload(state: ServerState, role: ReplicaRole, bytes: Buffer): void {
  if (role.link.at !== "transfer") return;
  for (const event of role.link.receiver.feed(bytes)) {
    const phase = role.link;
    if (phase.at !== "transfer") return;
    onPayloadEvent(state, role, phase, event);
  }
}

function onPayloadEvent(
  state: ServerState,
  role: ReplicaRole,
  phase: Transfer,
  event: PayloadEvent,
): void {
  switch (event.kind) {
    case "begun":
      begin(state, phase, event.framing.kind);
      return;
    case "bytes":
      if (phase.target === "file") emit(state, { kind: "write-payload", bytes: event.bytes });
      else loadFromLink(state, role, event.bytes);
      return;
    case "complete":
      complete(state, role, phase, event.rest);
      return;
    case "failed":
      failLink(state, role, event.reason);
      return;
    default:
      unreachable(event);
  }
}

function begin(state: ServerState, phase: Transfer, framing: "counted" | "marked"): void {
  const { replDisklessLoad } = state.settings;
  const inMemory =
    replDisklessLoad === "swapdb" ||
    (replDisklessLoad === "on-empty-db" && state.keyspace.size === 0);
  phase.target = inMemory ? "memory" : "file";
  const size =
    framing === "counted" ? `receiving ${countOf(phase)} bytes` : "receiving streamed RDB";
  log(
    state,
    "notice",
    `MASTER <-> REPLICA sync: ${size} from master to ${inMemory ? "parser" : "disk"}`,
  );
  if (!inMemory) {
    emit(state, { kind: "open-payload" });
    return;
  }
  // Data of the same history is merely old; other data would be wrong to serve any longer.
  const isSameHistory = phase.history?.replid === state.replication.replid;
  const serveMeanwhile = replDisklessLoad === "swapdb" && isSameHistory;
  state.loading = {
    purpose: "sync",
    loader: payloadLoader(state, {
      keepsOldData: replDisklessLoad === "swapdb",
      history: phase.history,
    }),
    since: state.now,
    totalBytes: countOf(phase) ?? 0,
    loadedBytes: 0,
    serveMeanwhile,
  };
  log(state, "notice", "MASTER <-> REPLICA sync: Loading DB in memory");
  refreshGates(state);
}

function countOf(phase: Transfer): number | undefined {
  const { framing } = phase.receiver;
  return framing?.kind === "counted" ? framing.bytes : undefined;
}

/** A master that came back with another history and nothing in it must not take our data away. */
function isGuarded(state: ServerState, history: PayloadHistory | undefined): boolean {
  return (
    state.settings.emptyMasterGuard &&
    state.keyspace.size > 0 &&
    history?.replid !== state.replication.replid
  );
}

/** A loader for a master's payload, which makes room for the new data when it is sure to come. */
function payloadLoader(
  state: ServerState,
  {
    keepsOldData,
    history,
  }: { readonly keepsOldData: boolean; readonly history: PayloadHistory | undefined },
): Loader {
  return newLoader(state, {
    dropExpired: undefined,
    begin: (contents) => {
      if (contents === "nothing" && isGuarded(state, history)) {
        return "the master's data set is empty, and vedette-empty-master-guard keeps ours";
      }
      if (!keepsOldData) discardOldData(state);
      return undefined;
    },
  });
}

/** Replicas of ours would follow a history that ends here; they come back for the new one. */
function discardOldData(state: ServerState): void {
  log(state, "notice", "MASTER <-> REPLICA sync: Flushing old data");
  leaveHistory(state);
  for (const database of state.keyspace.databases) state.keyspace.flush(database);
}

function leaveHistory(state: ServerState): void {
  const { role } = state.replication;
  if (role.kind === "replica" && role.resume !== undefined) {
    log(state, "notice", "Discarding previously cached master state.");
    role.resume = undefined;
  }
  cancelSnapshot(state);
  disconnectPeers(state, "a full resynchronization replaces the data set");
  dropBacklog(state);
}

function loadFromLink(state: ServerState, role: ReplicaRole, bytes: Buffer): void {
  const { loading } = state;
  if (loading === undefined) return;
  loading.loadedBytes += bytes.length;
  const outcome = loading.loader.feed(bytes);
  if (outcome.kind === "failed") refusePayload(state, role, outcome);
  else if (role.link.at === "transfer") slowDown(state, role.link, loading.loader.keys);
}

/** The payload is whole: behind it, the stream waits until the data is in place. */
function complete(state: ServerState, role: ReplicaRole, phase: Transfer, rest: Buffer): void {
  role.link = {
    at: "loading",
    link: phase.link,
    history: phase.history,
    awaitsAck: phase.receiver.framing?.kind === "marked",
    rest: rest.length === 0 ? [] : [rest],
  };
  if (phase.target === "file") {
    emit(state, { kind: "pause-link", link: phase.link });
    emit(state, { kind: "store-payload" });
    return;
  }
  const { loading } = state;
  if (loading?.loader.feed(Buffer.alloc(0)).kind === "complete") adopt(state, role, loading.loader);
  else refusePayload(state, role, { reason: "the RDB is cut off", unsupported: false });
}

/** The payload lies in the configured file, durable: now it becomes the data set. */
export function onPayloadStored(state: ServerState, role: ReplicaRole): void {
  if (role.link.at !== "loading" || state.loading !== undefined) return;
  log(state, "notice", "MASTER <-> REPLICA sync: Loading DB in memory");
  state.loading = {
    purpose: "sync",
    loader: payloadLoader(state, { keepsOldData: false, history: role.link.history }),
    since: state.now,
    totalBytes: 0,
    loadedBytes: 0,
    serveMeanwhile: false,
  };
  refreshGates(state);
  emit(state, { kind: "read-payload" });
}

export function onPayloadFailed(state: ServerState, role: ReplicaRole, reason: string): void {
  if (role.link.at === "transfer" || role.link.at === "loading") failLink(state, role, reason);
}

/** The file of a payload was read to its end. */
export function onPayloadLoaded(state: ServerState, role: ReplicaRole, loader: Loader): void {
  if (state.settings.rdbDelSyncFiles && state.settings.savePoints.length === 0) {
    emit(state, { kind: "delete-snapshot-file" });
  }
  adopt(state, role, loader);
}

export function refusePayload(
  state: ServerState,
  role: ReplicaRole,
  failure: { readonly reason: string; readonly unsupported: boolean },
): void {
  state.loading = undefined;
  refreshGates(state);
  const text = `Failed trying to load the MASTER synchronization DB: ${failure.reason}`;
  if (failure.unsupported) halt(state, role, text, { resume: true });
  else failLink(state, role, text);
}

/** Swaps the data sets and follows the stream from where the payload stands. */
function adopt(state: ServerState, role: ReplicaRole, loader: Loader): void {
  const phase = role.link;
  if (phase.at !== "loading") return;
  leaveHistory(state);
  state.loading = undefined;
  state.keyspace.adopt(loader.keyspace);
  state.replication.localExpiries.clear();
  state.persistence.keysLoaded = loader.keys;
  state.persistence.changes++;
  if (phase.history === undefined) {
    // A master that knows SYNC only: what we have belongs to no history that can be resumed.
    beginHistory(state);
    openBacklog(state);
  } else {
    adoptHistory(state, phase.history);
  }
  const sendsAcks = phase.history !== undefined;
  followStream(state, role, phase.link, { db: loader.streamDb, sendsAcks });
  log(state, "notice", "MASTER <-> REPLICA sync: Finished with success");
  if (phase.awaitsAck) sendAck(state, role);
  emit(state, { kind: "resume-link", link: phase.link });
  for (const bytes of phase.rest) applyStream(state, role, bytes);
}
