import { DeadlineHeap } from "../base/deadline-heap.ts";
import { seededRandom } from "../base/random.ts";
import {
  epoch,
  type Millis,
  NEVER,
  saveNumber,
  type UnixMillis,
  unixMillis,
} from "../base/units.ts";
import type { DurableMaster, DurableSentinel } from "../wire/sentinel-conf/durable-sentinel.ts";
import type { RememberedGroup } from "../wire/instance-memory.ts";
import { newDriftRound } from "./config-drift.ts";
import { createMaster, createReplica, createSentinel as createPeer } from "./instances.ts";
import { MasterPlaces } from "./master-places.ts";
import { NO_OUTSIDE_SECRETS, type OutsideSecrets } from "./outside-secrets.ts";
import { noHistory } from "./receipts/history.ts";
import { nothingWritten, recall } from "./remembering.ts";
import type { MasterSettings, SentinelState } from "./state.ts";
import { DEFAULT_TUNABLES } from "./tunables.ts";

/** What a sentinel knows before it starts. */
export interface InitialSentinel {
  /** What the configuration file remembers. */
  readonly durable: DurableSentinel;
  /** The id was just made: it must be on disk before anybody hears of it. */
  readonly isNew: boolean;
  /** The port it listens on, announced unless announce-port says otherwise. */
  readonly port: number;
  readonly requirePass: string | undefined;
  readonly secrets?: OutsideSecrets;
  /** What an earlier process knew of the servers' data. */
  readonly remembered?: readonly RememberedGroup[];
}

/**
 * The state before the input `start`.
 * @param when.seed of the generator for jitter; never used for ids or secrets
 * @param when.unixMs wall time of `now`; 1970 where nothing depends on it
 */
export function createSentinelState(
  initial: InitialSentinel,
  when: { readonly seed: number; readonly now: Millis; readonly unixMs?: UnixMillis },
): SentinelState {
  const { durable } = initial;
  const state: SentinelState = {
    myId: durable.myId,
    settings: {
      port: initial.port,
      announceIp: durable.announceIp,
      announcePort: durable.announcePort,
      sentinelUser: durable.sentinelUser,
      sentinelPass: durable.sentinelPass,
      requirePass: initial.requirePass,
      denyScriptsReconfig: durable.denyScriptsReconfig,
      resolveHostnames: durable.resolveHostnames,
      announceHostnames: durable.announceHostnames,
      logLevel: durable.logLevel,
      extensions: { ...durable.extensions },
    },
    secrets: initial.secrets ?? NO_OUTSIDE_SECRETS,
    tunables: { ...DEFAULT_TUNABLES },
    currentEpoch: durable.currentEpoch,
    latestElection: { epoch: epoch(0), seenAt: Number.NEGATIVE_INFINITY as Millis },
    masters: new Map(),
    mastersByPlace: new MasterPlaces(),
    links: new Map(),
    sentinelLinks: new Map(),
    ownHost: undefined,
    names: new Map(),
    questions: new Map(),
    lastQuestionId: 0,
    schedule: new DeadlineHeap(),
    random: seededRandom(when.seed),
    lastLinkId: 0,
    nextOpeningAt: Number.NEGATIVE_INFINITY as Millis,
    tilt: { mode: "off" },
    saves: {
      requested: saveNumber(0),
      done: saveNumber(0),
      failed: saveNumber(0),
      retryAt: undefined,
    },
    wallClock: { at: when.now, unixMs: when.unixMs ?? unixMillis(0) },
    wakeAt: NEVER,
    polling: false,
    failureSimulation: new Set(),
    scripts: { jobs: [], quietAt: when.now, lastId: 0 },
    complaints: { told: new Map() },
    history: noHistory(),
    remembering: nothingWritten(),
    driftRound: newDriftRound(),
    memory: { isWhole: !durable.isMemoryLost, since: undefined, heard: new Set() },
    unsavedAtStart: initial.isNew,
    started: false,
  };
  for (const master of durable.masters) addMaster(state, master, when.now);
  recall(state, initial.remembered ?? []);
  return state;
}

function settingsOf(given: DurableMaster): MasterSettings {
  return {
    quorum: given.quorum,
    downAfterMs: given.downAfterMs,
    failoverTimeoutMs: given.failoverTimeoutMs,
    parallelSyncs: given.parallelSyncs,
    rebootDownAfterMs: given.rebootDownAfterMs,
    extensions: { ...given.extensions },
    authPassSource: given.authPassSource,
    authPassNextSource: given.authPassNextSource,
    authUser: given.authUser,
    authPass: given.authPass,
    notificationScript: given.notificationScript,
    clientReconfigScript: given.clientReconfigScript,
    renamedCommands: new Map(given.renamedCommands),
  };
}

/** An epoch in force, or voted in, was once current: the file may be older than the vote's. */
function addMaster(state: SentinelState, given: DurableMaster, now: Millis): void {
  state.currentEpoch = epoch(Math.max(state.currentEpoch, given.configEpoch, given.leaderEpoch));
  const master = createMaster(
    state,
    { masterName: given.name, address: given.address, settings: settingsOf(given) },
    now,
  );
  master.configEpoch = given.configEpoch;
  master.vote.leaderEpoch = given.leaderEpoch;
  for (const address of given.replicas) {
    createReplica(state, master, { address, link: undefined }, now);
  }
  for (const sentinel of given.sentinels) {
    if (sentinel.runId !== state.myId) createPeer({ state, now }, master, sentinel);
  }
}
