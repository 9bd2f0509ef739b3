import type { Address } from "../../base/address.ts";
import type { ClientId, LinkId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import { NO_REPLICATION_ID, type ReplicationId } from "../../wire/psync.ts";
import type { Client } from "../client.ts";
import type { Backlog } from "./backlog.ts";
import type { LocalExpiries } from "./local-expiry.ts";
import type { LinkPhase } from "./link-phase.ts";

/**
 * How far the master is in serving one replica:
 *
 *     waiting ─► collecting ─┬─► sending ──────────┬─► online
 *        │     (snapshot is  │  (the file)         │
 *        │      produced)    └─► awaiting-ack ─────┤
 *        │                       (sent by socket)  │
 *        └── partial resynchronisation ────────────┘
 */
export type PeerPhase =
  | { readonly kind: "waiting"; readonly since: Millis }
  | { readonly kind: "collecting"; readonly target: "file" | "replicas" }
  | { readonly kind: "sending" }
  /** The payload's marker is sent: nothing may follow until the replica has loaded (§2.7). */
  | { readonly kind: "awaiting-ack" }
  | { readonly kind: "online" };

/** A replica of ours. */
export interface ReplicaPeer {
  readonly client: Client;
  phase: PeerPhase;
  /** Offset of the next stream byte to send. */
  position: number;
  ackOffset: number;
  /** What the replica has in its append-only file. */
  diskOffset: number;
  ackAt: Millis;
  /** Our offset when the last acknowledgement came. */
  ackSeenAt: number;
  /** Peers that came by SYNC tell nothing and are never timed out. */
  readonly sendsAcks: boolean;
}

export type Role = { readonly kind: "master" } | ReplicaRole;

export interface ReplicaRole {
  readonly kind: "replica";
  readonly master: Address;
  link: LinkPhase;
  /**
   * Present when we may ask for a partial resynchronisation from our own id and offset: the
   * "cached master", whose database the stream had selected.
   */
  resume: { readonly db: number } | undefined;
  /** When the link went down; undefined when it never was up. */
  downSince: Millis | undefined;
  /** Why replication is halted, until a retry works: never diverge silently (spec §5.12). */
  halted: string | undefined;
  haltedRetryMs: number;
  /** When the last attempt to connect began. */
  attemptAt: Millis | undefined;
}

/**
 * FAILOVER: this master hands its role over to a replica that has everything (server spec §4.5).
 *
 *     waiting-for-sync ─► failover-in-progress ─► (replica of the target)
 */
export type Failover =
  | {
      readonly phase: "waiting-for-sync";
      /** Any replica when absent. */
      readonly target: Address | undefined;
      readonly until: Millis;
      /** Goes on at `until` although the target lacks something. */
      readonly force: boolean;
    }
  | {
      readonly phase: "failover-in-progress";
      readonly target: Address;
      /** How often the target was asked to take over. */
      requests: number;
    };

export interface Replication {
  /** Names the history of writes that this node makes or follows. */
  replid: ReplicationId;
  /** The history before that, valid up to and excluding `secondOffset`. */
  replid2: ReplicationId;
  secondOffset: number;
  /** Of the last byte of the history; the backlog counts it while there is one. */
  offsetWithoutBacklog: number;
  backlog: Backlog | undefined;
  /** The database last selected in the stream; -1 makes the next command select one. */
  streamDb: number;
  role: Role;
  readonly peers: Map<ClientId, ReplicaPeer>;
  /** Since when no replica is attached: the backlog is dropped some time later. */
  withoutReplicasSince: Millis | undefined;
  nextLink: number;
  /** Counts passed seconds, for what is done each so many of them. */
  seconds: number;
  secondAt: Millis | undefined;
  /** Online replicas that acknowledged lately enough to count for min-replicas-to-write. */
  goodReplicas: number;
  /** Whether a GETACK went into the stream since the last turn. */
  acksRequested: boolean;
  /** Where in the stream the last GETACK is: offsets of the bytes before its first and of its last. */
  lastGetAck: { readonly begin: number; readonly end: number } | undefined;
  failover: Failover | undefined;
  /** The snapshot file was written for replicas; nobody else needs it. */
  syncFileRemains: boolean;
  readonly localExpiries: LocalExpiries;
}

export function newReplication(replid: ReplicationId): Replication {
  return {
    replid,
    replid2: NO_REPLICATION_ID,
    secondOffset: -1,
    offsetWithoutBacklog: 0,
    backlog: undefined,
    streamDb: -1,
    role: { kind: "master" },
    peers: new Map(),
    withoutReplicasSince: undefined,
    nextLink: 1,
    seconds: 0,
    secondAt: undefined,
    goodReplicas: 0,
    acksRequested: false,
    lastGetAck: undefined,
    failover: undefined,
    syncFileRemains: false,
    localExpiries: new Map(),
  };
}

/** Offset of the last byte of our history: `master_repl_offset`. */
export function replicationOffset(replication: Replication): number {
  return replication.backlog?.endOffset ?? replication.offsetWithoutBacklog;
}

/** The link's id while there is a connection. */
export function openLink(role: ReplicaRole): LinkId | undefined {
  return role.link.at === "waiting" ? undefined : role.link.link;
}
