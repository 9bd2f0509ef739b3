import type { Branded } from "../base/brand.ts";
import type { ClientId } from "../base/ids.ts";
import type { Millis } from "../base/units.ts";
import type { SnapshotTarget } from "./effect.ts";
import type { Snapshot } from "./snapshot.ts";

/** Numbers the snapshots of a process, so that an answer about a cancelled one is known. */
export type SnapshotId = Branded<number, "SnapshotId">;

export interface RunningSnapshot {
  readonly id: SnapshotId;
  readonly snapshot: Snapshot;
  readonly target: SnapshotTarget;
  readonly startedAt: Millis;
  /** `changes` at the start: what the snapshot covers. */
  readonly changesAtStart: number;
  /** Replication offset that the snapshot stands for. */
  readonly offset: number;
  /** Whether replicas wait for the file, so that others may join them. */
  readonly forReplicas: boolean;
}

/** How the last thing went that was written to disk. */
export type SaveStatus = "ok" | "err";

export interface Persistence {
  /** Changes since the last save. */
  changes: number;
  running: RunningSnapshot | undefined;
  nextId: number;
  /** Unix seconds; the start of the process counts as a save. */
  lastSaveAt: number;
  lastStatus: SaveStatus;
  /** When a snapshot to disk was begun last; a failed one is not repeated at once. */
  lastTryAt: Millis | undefined;
  /** Seconds; -1 before the first. */
  lastDurationSeconds: number;
  saves: number;
  /** BGSAVE SCHEDULE: begin when the running snapshot is done. */
  scheduled: boolean;
  keysLoaded: number;
  keysExpiredWhileLoading: number;
  /** The client whose SAVE or SHUTDOWN is going on, for messages. */
  askedBy: ClientId | undefined;
}

export function newPersistence(unixSeconds: number): Persistence {
  return {
    changes: 0,
    running: undefined,
    nextId: 1,
    lastSaveAt: unixSeconds,
    lastStatus: "ok",
    lastTryAt: undefined,
    lastDurationSeconds: -1,
    saves: 0,
    scheduled: false,
    keysLoaded: 0,
    keysExpiredWhileLoading: 0,
    askedBy: undefined,
  };
}
