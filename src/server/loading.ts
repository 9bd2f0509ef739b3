import { refreshGates } from "./gates.ts";
import type { Loader } from "./loader.ts";
import { log } from "./log.ts";
import { newLoader } from "./new-loader.ts";
import { propagate } from "./propagation.ts";
import { connectIfDue } from "./replication/link-control.ts";
import { onPayloadLoaded, refusePayload } from "./replication/transfer.ts";
import { openBacklog } from "./replication/identity.ts";
import { emit, type ServerState } from "./state.ts";
import type { ReplicationId } from "../wire/psync.ts";

/** Reads the file of the last run, then serves. */
export function beginStartupLoad(state: ServerState): void {
  const isMaster = state.replication.role.kind === "master";
  state.loading = {
    purpose: "startup",
    loader: newLoader(state, {
      begin: () => undefined,
      dropExpired: isMaster ? state.unixNow : undefined,
    }),
    since: state.now,
    totalBytes: 0,
    loadedBytes: 0,
    serveMeanwhile: false,
  };
  refreshGates(state);
  emit(state, { kind: "read-snapshot-file" });
}

export function onLoadSize(state: ServerState, bytes: number): void {
  if (state.loading !== undefined) state.loading.totalBytes = bytes;
}

export function onLoadBytes(state: ServerState, bytes: Buffer): void {
  const { loading } = state;
  if (loading === undefined) return;
  loading.loadedBytes += bytes.length;
  const outcome = loading.loader.feed(bytes);
  if (outcome.kind === "failed") failLoad(state, outcome);
}

/** The file has no more bytes. */
export function onLoadEnded(state: ServerState): void {
  const { loading, replication } = state;
  if (loading === undefined) return;
  if (loading.loader.feed(Buffer.alloc(0)).kind !== "complete") {
    failLoad(state, { reason: "the RDB is cut off", unsupported: false });
  } else if (loading.purpose === "startup") {
    finishStartup(state, loading.loader);
  } else if (replication.role.kind === "replica") {
    onPayloadLoaded(state, replication.role, loading.loader);
  }
}

/** The file cannot be read; at the start of the process, none is needed. */
export function onLoadFailed(
  state: ServerState,
  failure: { readonly reason: string; readonly missing: boolean },
): void {
  const { loading } = state;
  if (loading === undefined) return;
  if (failure.missing && loading.purpose === "startup") serve(state);
  else failLoad(state, { reason: failure.reason, unsupported: false });
}

function failLoad(
  state: ServerState,
  failure: { readonly reason: string; readonly unsupported: boolean },
): void {
  emit(state, { kind: "stop-reading" });
  const { role } = state.replication;
  if (state.loading?.purpose === "sync" && role.kind === "replica") {
    refusePayload(state, role, failure);
    return;
  }
  log(
    state,
    "warning",
    `Fatal error loading the DB, check server logs. ${failure.reason}. Exiting.`,
  );
  state.loading = undefined;
  emit(state, { kind: "exit", status: 1 });
}

function finishStartup(state: ServerState, loader: Loader): void {
  const { persistence, loading } = state;
  state.keyspace.adopt(loader.keyspace);
  persistence.keysLoaded = loader.keys;
  persistence.keysExpiredWhileLoading = loader.expired.length;
  const seconds = ((state.now - (loading?.since ?? state.now)) / 1000).toFixed(3);
  log(state, "notice", loadedLine(loader));
  log(state, "notice", `DB loaded from disk: ${seconds} seconds`);
  resumeHistory(state, loader);
  serve(state);
}

function loadedLine({ keys, expired, emptyKeys }: Loader): string {
  const empty = emptyKeys > 0 ? `, empty keys skipped: ${emptyKeys}` : "";
  return `Done loading RDB, keys loaded: ${keys}, keys expired: ${expired.length}${empty}.`;
}

/**
 * Goes on in the history that the file tells (server spec §2.13): a replica asks its master for
 * what follows; a master is a new node whose predecessor was itself.
 */
function resumeHistory(state: ServerState, loader: Loader): void {
  const { replication } = state;
  const { position } = loader;
  if (position === undefined) return;
  const replid = position.replicationId as ReplicationId;
  replication.offsetWithoutBacklog = position.offset;
  if (replication.role.kind === "replica") {
    replication.replid = replid;
    replication.role.resume = { db: position.streamDb };
    replication.streamDb = position.streamDb;
    openBacklog(state);
    return;
  }
  replication.replid2 = replid;
  replication.secondOffset = position.offset + 1;
  openBacklog(state);
  replication.withoutReplicasSince = state.now;
  for (const { db, key } of loader.expired) propagate(state, db, ["DEL", key]);
}

function serve(state: ServerState): void {
  state.loading = undefined;
  refreshGates(state);
  log(state, "notice", "Ready to accept connections");
  emit(state, { kind: "ready" });
  const { role } = state.replication;
  if (role.kind === "replica") connectIfDue(state, role);
}
