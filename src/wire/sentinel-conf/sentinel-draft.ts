import type { Address } from "../../base/address.ts";
import type { MasterName, RunId } from "../../base/ids.ts";
import { type Epoch, epoch } from "../../base/units.ts";
import {
  DEFAULT_DOWN_AFTER_MS,
  DEFAULT_FAILOVER_TIMEOUT_MS,
  DEFAULT_PARALLEL_SYNCS,
  type DurableMaster,
  type DurableSentinel,
} from "./durable-sentinel.ts";
import {
  type GlobalExtensions,
  initialGlobalExtensions,
  initialMasterExtensions,
  type MasterExtensions,
} from "./extension-settings.ts";

type Mutable<Type> = { -readonly [Field in keyof Type]: Type[Field] };

/** A master while its lines are read. */
export interface MasterDraft extends Mutable<
  Omit<DurableMaster, "renamedCommands" | "replicas" | "sentinels" | "extensions">
> {
  /** The monitor line's words: the same line again is no mistake (W-30). */
  readonly monitor: readonly string[];
  readonly extensions: MasterExtensions;
  readonly renamedCommands: Map<string, string>;
  /** By `host port`, so that a replica that is listed twice is one. */
  readonly replicas: Map<string, Address>;
  readonly sentinels: Map<RunId, Address>;
}

/** A sentinel while its lines are read. */
export interface SentinelDraft extends Mutable<
  Omit<DurableSentinel, "myId" | "logLevel" | "masters" | "extensions">
> {
  /** undefined before the first start. */
  myId: RunId | undefined;
  readonly extensions: GlobalExtensions;
  readonly masters: Map<MasterName, MasterDraft>;
  /** Masters whose monitor line is wrong: lines about them are no mistakes of their own. */
  readonly refusedMasters: Set<string>;
}

export function emptyDraft(): SentinelDraft {
  return {
    myId: undefined,
    currentEpoch: epoch(0),
    announceIp: undefined,
    announcePort: 0,
    denyScriptsReconfig: true,
    resolveHostnames: false,
    announceHostnames: false,
    sentinelUser: undefined,
    sentinelPass: undefined,
    isMemoryLost: false,
    extensions: initialGlobalExtensions(),
    masters: new Map(),
    refusedMasters: new Set(),
  };
}

export function newMasterDraft(monitored: {
  readonly name: MasterName;
  readonly address: Address;
  readonly quorum: number;
  readonly monitor: readonly string[];
}): MasterDraft {
  return {
    ...monitored,
    downAfterMs: DEFAULT_DOWN_AFTER_MS,
    failoverTimeoutMs: DEFAULT_FAILOVER_TIMEOUT_MS,
    parallelSyncs: DEFAULT_PARALLEL_SYNCS,
    rebootDownAfterMs: 0,
    extensions: initialMasterExtensions(),
    authUser: undefined,
    authPass: undefined,
    notificationScript: undefined,
    clientReconfigScript: undefined,
    renamedCommands: new Map(),
    configEpoch: epoch(0),
    leaderEpoch: epoch(0),
    replicas: new Map(),
    sentinels: new Map(),
  };
}

/** `currentEpoch` never lies below an epoch that was seen. */
export function raiseCurrentEpoch(draft: SentinelDraft, seen: Epoch): void {
  if (seen > draft.currentEpoch) draft.currentEpoch = seen;
}

/** What was read, with a file's sentinels but for ourselves (W-18). */
export function finishMaster(draft: MasterDraft, myId: RunId | undefined): DurableMaster {
  const { monitor: _, replicas, sentinels, renamedCommands, ...fields } = draft;
  return {
    ...fields,
    renamedCommands: new Map(renamedCommands),
    replicas: [...replicas.values()],
    sentinels: [...sentinels]
      .filter(([runId]) => runId !== myId)
      .map(([runId, address]) => ({ runId, address })),
  };
}
