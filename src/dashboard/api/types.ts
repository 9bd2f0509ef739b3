/**
 * The shapes of the HTTP interface that the page reads (docs/http-api.md). Addresses are
 * `host:port`; durations end in `Ms`, moments are ISO 8601.
 */

export type MasterState = "ok" | "sdown" | "odown" | "failover" | "unknown";
export type Link = "up" | "connecting" | "down";
export type Down = "no" | "sdown" | "odown";

export interface SentinelInfo {
  readonly runId: string;
  readonly version: string;
  readonly address: string | null;
  readonly startedAt: string;
  readonly now: string;
  readonly currentEpoch: number;
  readonly tilt: boolean;
  readonly masters: number;
  readonly lastEvent: string;
  /** Whether a token makes changes possible. */
  readonly changes: "token" | "off";
}

interface Share {
  readonly ok: number;
  readonly total: number;
}

export interface MasterSummary {
  readonly name: string;
  readonly state: MasterState;
  readonly address: string;
  readonly replicas: Share;
  readonly sentinels: Share;
  readonly quorum: { readonly needed: number; readonly majority: number; readonly ok: boolean };
  readonly failoverReady: boolean;
  readonly paused: boolean;
  readonly failover: string;
  readonly configEpoch: number;
  readonly version: number;
}

export interface MasterList {
  readonly version: number;
  readonly total: number;
  readonly masters: readonly MasterSummary[];
}

interface Instance {
  readonly address: string;
  readonly runId: string | null;
  readonly link: Link;
  readonly down: Down;
  readonly downForMs: number | null;
  readonly lastOkPingMs: number | null;
}

export interface ServerView extends Instance {
  readonly reportedRole: "master" | "replica";
  readonly infoAgeMs: number | null;
  readonly offset: number | null;
  readonly serverVersion: string | null;
  readonly clients: number | null;
  readonly usedMemoryBytes: number | null;
}

export interface ReplicaView extends ServerView {
  readonly lagBytes: number | null;
  readonly masterLink: "up" | "down";
  readonly masterLinkDownMs: number;
  readonly follows: string | null;
  readonly priority: number;
  readonly announced: boolean;
  readonly step: string;
  readonly promotable: boolean;
  readonly whyNot: string | null;
}

export interface SentinelView extends Instance {
  readonly self: boolean;
  readonly lastHelloMs: number | null;
  readonly saysMasterDown: boolean;
  readonly votedFor: string | null;
  readonly votedEpoch: number;
  readonly version: string | null;
}

export interface MasterDetails {
  readonly name: string;
  readonly state: MasterState;
  readonly address: string;
  readonly version: number;
  readonly configEpoch: number;
  readonly currentEpoch: number;
  readonly settings: {
    readonly downAfterMs: number;
    readonly failoverTimeoutMs: number;
    readonly parallelSyncs: number;
  };
  readonly paused: {
    readonly until: string;
    /** The run id of the sentinel that was told. */
    readonly by: string | null;
    readonly reason: string | null;
  } | null;
  readonly master: ServerView;
  readonly replicas: readonly ReplicaView[];
  readonly sentinels: readonly SentinelView[];
  readonly quorum: {
    readonly needed: number;
    readonly majority: number;
    readonly voters: number;
    readonly up: number;
    readonly ok: boolean;
    readonly spare: number;
  };
  readonly ifMasterDied: {
    readonly promoted: string | null;
    readonly reason: string | null;
    readonly blockedBy: readonly string[];
  };
  readonly failover: {
    readonly phase: string;
    readonly epoch: number | null;
    readonly forMs: number | null;
    readonly promoted: string | null;
    readonly forced: boolean;
  };
  /** As SENTINEL HISTORY tells them: read by `receipt.ts`. */
  readonly receipts: readonly unknown[];
}

export interface EventItem {
  readonly id: string;
  readonly at: string;
  readonly name: string;
  readonly level: string;
  readonly message: string;
  readonly master: string | null;
  readonly role: string | null;
  readonly address: string | null;
  readonly epoch: number | null;
  readonly votes: number | null;
  readonly quorum: number | null;
  readonly reason: string | null;
}

export interface EventPage {
  readonly events: readonly EventItem[];
  readonly last: string;
  readonly missed: boolean;
}

export interface Hello {
  readonly runId: string;
  readonly last: string;
  readonly missed: boolean;
}
