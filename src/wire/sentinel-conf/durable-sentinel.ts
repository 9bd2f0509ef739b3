import type { SecretSource } from "../conf/secret-source.ts";
import type { Address } from "../../base/address.ts";
import type { MasterName, RunId } from "../../base/ids.ts";
import type { GlobalExtensions, MasterExtensions } from "./extension-settings.ts";
import type { Epoch } from "../../base/units.ts";
import type { ParameterValues } from "../conf/redis-parameters.ts";

/** The directive `loglevel`: the least level that is written. */
export type LogThreshold = ParameterValues["loglevel"];

export const DEFAULT_SENTINEL_PORT = 26379;
export const DEFAULT_DOWN_AFTER_MS = 30_000;
export const DEFAULT_FAILOVER_TIMEOUT_MS = 180_000;
export const DEFAULT_PARALLEL_SYNCS = 1;

/** Another sentinel as the file remembers it. */
export interface KnownSentinel {
  readonly runId: RunId;
  readonly address: Address;
}

/** One master as the file remembers it. */
export interface DurableMaster {
  readonly name: MasterName;
  /** The address in force: the promoted replica's once the promotion is acknowledged. */
  readonly address: Address;
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  /** 0: replicas follow the new master only when the failover times out. */
  readonly parallelSyncs: number;
  /** 0: off. */
  readonly rebootDownAfterMs: number;
  /** Ours: the `vedette …` settings of this master. */
  readonly extensions: Readonly<MasterExtensions>;
  /** Where the password is kept instead of `authPass`. */
  readonly authPassSource?: SecretSource | undefined;
  readonly authPassNextSource?: SecretSource | undefined;
  readonly authUser: string | undefined;
  readonly authPass: string | undefined;
  readonly notificationScript: string | undefined;
  readonly clientReconfigScript: string | undefined;
  /** Command (lower case) to the word that this group's data servers know. */
  readonly renamedCommands: ReadonlyMap<string, string>;
  readonly configEpoch: Epoch;
  /** Epoch of the latest vote; whom it was for is not remembered. */
  readonly leaderEpoch: Epoch;
  readonly replicas: readonly Address[];
  readonly sentinels: readonly KnownSentinel[];
}

/** What a sentinel must not forget: its `sentinel …` lines (sentinel spec §9.2). */
export interface DurableSentinel {
  readonly myId: RunId;
  /** Invariant: at least the config and leader epoch of every master. */
  readonly currentEpoch: Epoch;
  readonly announceIp: string | undefined;
  /** 0: the listening port. */
  readonly announcePort: number;
  readonly denyScriptsReconfig: boolean;
  /** Host names may stand where addresses stand. */
  readonly resolveHostnames: boolean;
  /** Instances with a name are shown by it, not by their IP. */
  readonly announceHostnames: boolean;
  readonly sentinelUser: string | undefined;
  readonly sentinelPass: string | undefined;
  /** Here because SENTINEL CONFIG SET changes it. */
  readonly logLevel: LogThreshold;
  /** Ours: the file was restored from a copy that may be older than votes that were given. */
  readonly isMemoryLost: boolean;
  /** Ours: the `vedette …` settings of the sentinel itself. */
  readonly extensions: Readonly<GlobalExtensions>;
  readonly masters: readonly DurableMaster[];
}

const LONGEST_NAME = 255;
/** Would break an event's payload, a hello or a configuration line (W-08). */
const NOT_IN_A_NAME = /[^!-~]|["'\\,]/;

/** Whether a group may be called that; Redis takes anything and fails later. */
export function isMasterName(text: string): boolean {
  return text !== "" && text.length <= LONGEST_NAME && !NOT_IN_A_NAME.test(text);
}
