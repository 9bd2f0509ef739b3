import type { ClientId } from "../base/ids.ts";
import { type Random, seededRandom } from "../base/random.ts";
import type { Millis } from "../base/units.ts";
import type { ReplicationId } from "../wire/psync.ts";
import { type Blocking, newBlocking } from "./blocking-state.ts";
import type { Client } from "./client.ts";
import type { Effect } from "./effect.ts";
import type { Environment } from "./environment.ts";
import { Keyspace } from "./keyspace.ts";
import { notifyKeyspaceEvent } from "./keyspace-events.ts";
import type { Loader } from "./loader.ts";
import { lruClock } from "./memory/access.ts";
import { newObservation, type Observation } from "./observation/observation.ts";
import { newPersistence, type Persistence } from "./persistence.ts";
import { newPropagation, type Propagation } from "./propagation.ts";
import { newReplication, type Replication } from "./replication/state.ts";
import type { Settings } from "./settings.ts";
import { newStats, type Stats } from "./stats.ts";

/** Where the background expiry goes on in each database. */
export interface ExpiryCycle {
  readonly cursors: number[];
}

/** Who may not go on until when. */
export interface Pause {
  readonly until: Millis;
  readonly scope: "all" | "write";
}

/** CLIENT PAUSE, SHUTDOWN and FAILOVER that wait for replicas: each ends its own pause only. */
export type PausePurpose = "command" | "shutdown" | "failover";

/** A file or a payload on its way into memory. */
export interface Loading {
  readonly purpose: "startup" | "sync";
  readonly loader: Loader;
  readonly since: Millis;
  /** 0 when it is not known. */
  totalBytes: number;
  loadedBytes: number;
  /** The old data is served until the new takes its place (`async_loading`). */
  readonly serveMeanwhile: boolean;
}

/** SHUTDOWN has begun and waits until replicas have everything. */
export interface Shutdown {
  readonly until: Millis;
  readonly save: "never" | "always" | "if-configured";
  /** Exits even if saving fails. */
  readonly force: boolean;
  /** Who is told if it fails; none when a signal asked. */
  readonly askers: Client[];
}

/** All that the bundled server knows. Only `step` and `execute` change it. */
export interface ServerState {
  readonly environment: Environment;
  readonly runId: string;
  settings: Settings;

  /** Monotonic time of the input being worked on. */
  now: Millis;
  /** Unix ms of the same moment, whole. */
  unixNow: number;
  /** What is added to monotonic time to get Unix time; follows the wall clock. */
  wallOffsetMs: number;
  readonly startedAt: Millis;

  readonly random: Random;
  readonly keyspace: Keyspace;
  readonly clients: Map<ClientId, Client>;
  /** Clients blocked by WAIT, oldest first. */
  readonly waiters: Set<Client>;
  /** Clients that wait for keys. */
  readonly blocking: Blocking;
  readonly replication: Replication;
  readonly propagation: Propagation;
  readonly persistence: Persistence;
  readonly stats: Stats;
  readonly observation: Observation;
  /** Buffers of clients, as of the last tick. */
  clientBytes: number;
  loading: Loading | undefined;
  shutdown: Shutdown | undefined;
  readonly pauses: Map<PausePurpose, Pause>;
  /** The strictest of `pauses`. */
  pause: Pause | undefined;
  readonly expiryCycle: ExpiryCycle;
  /** DEBUG PAUSE-CRON: what is done ten times a second is not done, signals wait. */
  cronPaused: boolean;
  /** The words of a signal that waits for the cron. */
  waitingSignal: readonly string[] | undefined;
  /** DEBUG SET-ACTIVE-EXPIRE. */
  activeExpiry: boolean;
  /** DEBUG SET-SKIP-CHECKSUM-VALIDATION: whether those of files and dumps are looked at. */
  checksums: boolean;
  /** Whether anything makes commands need more than the common checks; see gates.ts. */
  gated: boolean;

  /** What is to be done, in order; `step` hands it out. */
  effects: Effect[];
}

export function newServerState(options: {
  readonly environment: Environment;
  readonly settings: Settings;
  readonly runId: string;
  readonly seed: number;
  readonly now: Millis;
  readonly wallOffsetMs: number;
}): ServerState {
  const { environment, settings, now, wallOffsetMs } = options;
  const unixNow = Math.floor(now + wallOffsetMs);
  const state: ServerState = {
    environment,
    runId: options.runId,
    settings,
    now,
    unixNow,
    wallOffsetMs,
    startedAt: now,
    random: seededRandom(options.seed),
    keyspace: new Keyspace(settings.databases),
    clients: new Map(),
    waiters: new Set(),
    blocking: newBlocking(),
    replication: newReplication(environment.newId() as ReplicationId),
    propagation: newPropagation(),
    persistence: newPersistence(Math.floor(unixNow / 1000)),
    stats: newStats(),
    observation: newObservation(now),
    clientBytes: 0,
    loading: undefined,
    shutdown: undefined,
    pauses: new Map(),
    pause: undefined,
    expiryCycle: { cursors: [] },
    cronPaused: false,
    waitingSignal: undefined,
    activeExpiry: true,
    checksums: true,
    gated: false,
    effects: [],
  };
  state.keyspace.newAccess = lruClock(unixNow);
  state.keyspace.onAdded = (database, key) => notifyKeyspaceEvent(state, database, key, "new");
  return state;
}

export function setClock(state: ServerState, now: Millis): void {
  state.now = now;
  state.observation.measuredAt = now;
  state.unixNow = Math.floor(now + state.wallOffsetMs);
}

export function emit(state: ServerState, effect: Effect): void {
  state.effects.push(effect);
}
