import type { Address } from "../base/address.ts";
import { DeadlineHeap } from "../base/deadline-heap.ts";
import type { MasterName, RunId } from "../base/ids.ts";
import { seededRandom } from "../base/random.ts";
import { epoch, type Epoch, type Millis, NEVER, saveNumber } from "../base/units.ts";
import { createMaster, createReplica, createSentinel as createPeer } from "./instances.ts";
import type { GlobalSettings, MasterSettings, SentinelState } from "./state.ts";
import { DEFAULT_TUNABLES } from "./tunables.ts";

/** What a sentinel knows before it starts: its configuration file, typed. */
export interface InitialSentinel {
  readonly myId: RunId;
  /** The id was just made: it must be on disk before anybody hears of it. */
  readonly isNew: boolean;
  readonly settings: GlobalSettings;
  readonly currentEpoch: Epoch;
  readonly masters: readonly InitialMaster[];
}

export interface InitialMaster {
  readonly name: MasterName;
  readonly address: Address;
  readonly settings: MasterSettings;
  readonly configEpoch: Epoch;
  readonly leaderEpoch: Epoch;
  readonly replicas: readonly Address[];
  readonly sentinels: readonly { readonly runId: RunId; readonly address: Address }[];
}

/**
 * The state before the input `start`.
 * @param seed of the generator for jitter; never used for ids or secrets
 */
export function createSentinelState(
  initial: InitialSentinel,
  { seed, now }: { readonly seed: number; readonly now: Millis },
): SentinelState {
  const state: SentinelState = {
    myId: initial.myId,
    settings: initial.settings,
    tunables: { ...DEFAULT_TUNABLES },
    currentEpoch: initial.currentEpoch,
    masters: new Map(),
    links: new Map(),
    sentinelLinks: new Map(),
    schedule: new DeadlineHeap(),
    random: seededRandom(seed),
    lastLinkId: 0,
    tilt: { mode: "off" },
    saves: { requested: saveNumber(0), done: saveNumber(0), retryAt: undefined },
    wakeAt: NEVER,
    polling: false,
    failingOver: new Set(),
    failureSimulation: new Set(),
    unsavedAtStart: initial.isNew,
    started: false,
  };
  for (const given of initial.masters) addMaster(state, given, now);
  return state;
}

/** An epoch in force, or voted in, was once current: the file may be older than the vote's. */
function addMaster(state: SentinelState, given: InitialMaster, now: Millis): void {
  state.currentEpoch = epoch(Math.max(state.currentEpoch, given.configEpoch, given.leaderEpoch));
  const master = createMaster(
    state,
    { masterName: given.name, address: given.address, settings: given.settings },
    now,
  );
  master.configEpoch = given.configEpoch;
  master.vote.leaderEpoch = given.leaderEpoch;
  for (const address of given.replicas) {
    createReplica(state, master, { address, link: undefined }, now);
  }
  for (const sentinel of given.sentinels) createPeer({ state, now }, master, sentinel);
}
