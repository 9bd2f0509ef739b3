import { unixMillis } from "../base/units.ts";
import type { ReplicationPosition } from "../wire/rdb/aux-fields.ts";
import type { SnapshotTarget } from "./effect.ts";
import { refreshGates } from "./gates.ts";
import { log } from "./log.ts";
import type { RunningSnapshot, SnapshotId } from "./persistence.ts";
import { replicationOffset } from "./replication/state.ts";
import { Snapshot } from "./snapshot.ts";
import { emit, type ServerState } from "./state.ts";
import { REDIS_VERSION } from "./version.ts";

/** A failed snapshot is not tried again before this has passed (server spec §7.4). */
const RETRY_MS = 5000;

/** The data set of this very moment, to be written by the caller. */
export function newSnapshot(
  state: ServerState,
  contents: "everything" | "functions" = "everything",
): Snapshot {
  return new Snapshot(
    state.keyspace,
    {
      redisVersion: REDIS_VERSION,
      createdAt: unixMillis(state.unixNow),
      usedMemoryBytes: state.environment.facts().usedMemoryBytes,
      replication: positionOf(state),
    },
    {
      contents,
      compression: state.settings.rdbCompression ? "lzf" : "none",
      ending: state.settings.rdbChecksum ? "checksum" : "zeros",
    },
  );
}

/** Lets a restarted node, or a replica's replica, go on in this history (server spec §2.13). */
function positionOf(state: ServerState): ReplicationPosition | undefined {
  const { replication } = state;
  const { role } = replication;
  const hasHistory =
    role.kind === "master"
      ? replication.backlog !== undefined
      : role.link.at === "connected" || role.resume !== undefined;
  if (!hasHistory) return undefined;
  return {
    streamDb: Math.max(0, replication.streamDb),
    replicationId: replication.replid,
    offset: replicationOffset(replication),
  };
}

/**
 * Begins a snapshot; the shell writes it slice by slice. None may be running.
 * @param prepare called before the first byte can be sent: replicas are told what is coming
 */
export function beginSnapshot(
  state: ServerState,
  target: SnapshotTarget,
  purpose: { readonly forReplicas: boolean; readonly contents?: "everything" | "functions" },
  prepare: (running: RunningSnapshot) => void = () => undefined,
): void {
  const { persistence } = state;
  const running: RunningSnapshot = {
    id: persistence.nextId++ as SnapshotId,
    snapshot: newSnapshot(state, purpose.contents),
    target,
    startedAt: state.now,
    changesAtStart: persistence.changes,
    offset: replicationOffset(state.replication),
    forReplicas: purpose.forReplicas,
  };
  persistence.running = running;
  state.stats.snapshots++;
  if (target.kind === "file") persistence.lastTryAt = state.now;
  prepare(running);
  emit(state, { kind: "run-snapshot", snapshot: running.id, target });
}

export interface SnapshotSlice {
  readonly blocks: readonly Buffer[];
  readonly complete: boolean;
  /** Keys written since the snapshot began. */
  readonly keys: number;
}

/** The next bytes of the running snapshot, for the shell. */
export function produceSnapshot(
  state: ServerState,
  id: SnapshotId,
  bytes: number,
): SnapshotSlice | undefined {
  const { running } = state.persistence;
  if (running === undefined || running.id !== id) return undefined;
  const { snapshot } = running;
  const blocks = snapshot.produce(bytes);
  return { blocks, complete: snapshot.complete, keys: snapshot.keys };
}

/** BGSAVE and save points. */
export function beginBackgroundSave(state: ServerState): void {
  log(state, "notice", "Background saving started");
  beginSnapshot(state, { kind: "file" }, { forReplicas: false });
}

/** Ends the running snapshot. @returns it, unless the answer is about one that was cancelled */
export function takeFinished(state: ServerState, id: SnapshotId): RunningSnapshot | undefined {
  const { running } = state.persistence;
  if (running === undefined || running.id !== id) return undefined;
  running.snapshot.release();
  state.persistence.running = undefined;
  return running;
}

export function cancelSnapshot(state: ServerState): void {
  const { running } = state.persistence;
  if (running === undefined) return;
  running.snapshot.release();
  state.persistence.running = undefined;
  emit(state, { kind: "cancel-snapshot", snapshot: running.id });
}

/** A snapshot is in the file: what it covers need not be saved again. */
export function noteSaved(
  state: ServerState,
  saved: { readonly changes: number; readonly durationMs: number },
): void {
  const { persistence } = state;
  persistence.changes -= saved.changes;
  persistence.lastSaveAt = Math.floor(state.unixNow / 1000);
  persistence.lastStatus = "ok";
  persistence.lastDurationSeconds = Math.floor(saved.durationMs / 1000);
  persistence.saves++;
  refreshGates(state);
}

export function noteSaveFailed(state: ServerState): void {
  state.persistence.lastStatus = "err";
  state.persistence.lastTryAt = state.now;
  refreshGates(state);
}

/** Whether a save point is reached; `undefined` when nothing is due. */
export function dueSavePoint(state: ServerState): { seconds: number; changes: number } | undefined {
  const { persistence, settings } = state;
  if (persistence.changes === 0 || persistence.running !== undefined) return undefined;
  if (state.loading !== undefined) return undefined;
  const sinceTry = state.now - (persistence.lastTryAt ?? Number.NEGATIVE_INFINITY);
  if (persistence.lastStatus === "err" && sinceTry <= RETRY_MS) return undefined;
  const sinceSave = Math.floor(state.unixNow / 1000) - persistence.lastSaveAt;
  return settings.savePoints.find(
    (point) => persistence.changes >= point.changes && sinceSave > point.seconds,
  );
}
