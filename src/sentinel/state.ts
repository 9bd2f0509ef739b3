import type { Address } from "../base/address.ts";
import type { DeadlineHeap } from "../base/deadline-heap.ts";
import type { LinkId, MasterName, QuestionId, RunId } from "../base/ids.ts";
import type { Random } from "../base/random.ts";
import type { Epoch, Millis, SaveNumber } from "../base/units.ts";
import type { HelloContent } from "../wire/hello.ts";
import type { Complaints } from "./complaints.ts";
import type { Confirmation } from "./confirmation-round.ts";
import type { ConfigDrift, DriftRound } from "./config-drift.ts";
import type { Counts } from "./forgetting/counts.ts";
import type { Forgetting, ForgottenReplica } from "./forgetting/forgotten.ts";
import type { Confirmed } from "./forgetting/spreading.ts";
import type { Failover, Reconfiguration } from "./failover-phase.ts";
import type { FenceEvidence } from "./fence-evidence.ts";
import type { Testimony } from "./witnesses.ts";
import type { Scripts } from "./script-queue.ts";
import type { Maintenance } from "./maintenance/maintenance.ts";
import type { Spreading } from "./maintenance/spreading.ts";
import type { WallClock } from "./wall-clock.ts";
import type { LettingGo } from "./switchover/switchover.ts";
import type { LogThreshold } from "../wire/sentinel-conf/durable-sentinel.ts";
import type {
  GlobalExtensions,
  MasterExtensions,
} from "../wire/sentinel-conf/extension-settings.ts";
import type { Input } from "./input.ts";
import type { History } from "./receipts/history.ts";
import type { OpenReceipt } from "./receipts/record.ts";
import type { StreamStanding } from "./receipts/stream-standing.ts";
import type { KnownData, Lineage } from "./lineage.ts";
import type { MasterPlaces } from "./master-places.ts";
import type { SecretSource } from "../wire/conf/secret-source.ts";
import type { Outage } from "./cold-start.ts";
import type { OutsideSecrets } from "./outside-secrets.ts";
import type { ReturnedMaster } from "./returned-master.ts";
import type { Tunables } from "./tunables.ts";

/** Everything a sentinel knows. Changed only by `step`; others see a Readonly view. */
export interface SentinelState {
  readonly myId: RunId;
  readonly settings: GlobalSettings;
  secrets: OutsideSecrets;
  readonly tunables: Tunables;
  /** The highest epoch seen anywhere; shared by all masters. Invariant: never shrinks. */
  currentEpoch: Epoch;
  /** The newest epoch in which votes were asked for, of whichever master, and when it was seen. */
  readonly latestElection: { epoch: Epoch; seenAt: Millis };
  readonly masters: Map<MasterName, Master>;
  /** The same by where they are; `setPlace` keeps it right. */
  readonly mastersByPlace: MasterPlaces;
  readonly links: Map<LinkId, Link>;
  /** Links to sentinels by their run id: masters that share a sentinel share its link (§2.6). */
  readonly sentinelLinks: Map<RunId, Link>;
  /** Our address as servers and peers see it; undefined before the first connection (W-34). */
  ownHost: string | undefined;
  /** Host names by their lower case: those connected to, and others that were told. */
  readonly names: Map<string, HostName>;
  /** Questions to the resolver that are under way. */
  readonly questions: Map<QuestionId, HostName>;
  lastQuestionId: number;
  readonly schedule: DeadlineHeap<Scheduled>;
  readonly random: Random;
  lastLinkId: number;
  /** No link that has never been tried is opened before: many are not opened at once (links.ts). */
  nextOpeningAt: Millis;
  tilt: Tilt;
  readonly saves: Saves;
  readonly wallClock: WallClock;
  /** When the shell was told to wake us; lateness against it is TILT's measure. */
  wakeAt: Millis;
  /** A late wake-up waits for the sockets to be read before it judges deadlines (design §5). */
  polling: boolean;
  readonly failureSimulation: Set<SimulatedFailure>;
  readonly scripts: Scripts;
  readonly memory: Memory;
  readonly complaints: Complaints;
  readonly history: History;
  readonly remembering: Remembering;
  readonly driftRound: DriftRound;
  /** The configuration lacked something that must be on disk before anything is told (our id). */
  readonly unsavedAtStart: boolean;
  /** False until the input `start`. */
  started: boolean;
}

/** Whether the votes this sentinel has given are all known to it (memory.ts). */
export interface Memory {
  isWhole: boolean;
  /** Since when it listens, while it is not whole. */
  since: Millis | undefined;
  /** The sentinels heard since. */
  readonly heard: Set<RunId>;
}

/** When what is known of the servers' data is written down. */
export interface Remembering {
  /** Something has changed since it was. */
  isDue: boolean;
  writtenAt: Millis;
}

export type SimulatedFailure = "crash-after-election" | "crash-after-promotion";

/** Settings of the daemon itself, as the configuration and SENTINEL CONFIG SET give them. */
export interface GlobalSettings {
  readonly port: number;
  /** Undefined: one of our own addresses, the same to all (own-host.ts); never empty (W-10). */
  announceIp: string | undefined;
  /** 0: the listening port. */
  announcePort: number;
  sentinelUser: string | undefined;
  sentinelPass: string | undefined;
  /** What peers ask of us, and so our fallback towards them (spec §2.3). */
  readonly requirePass: string | undefined;
  readonly denyScriptsReconfig: boolean;
  /** Host names may stand where addresses stand; counts from the next look-up on. */
  resolveHostnames: boolean;
  /** Instances with a name are shown by it; changed by `setAnnounceHostnames`. */
  announceHostnames: boolean;
  logLevel: LogThreshold;
  /** The `vedette …` settings of the sentinel itself, by their names. */
  readonly extensions: GlobalExtensions;
}

export type Tilt =
  | { readonly mode: "off" }
  | { readonly mode: "on"; readonly since: Millis; readonly until: Millis };

/** Configuration saves: asked for, done, and whether the disk refuses them. */
export interface Saves {
  requested: SaveNumber;
  done: SaveNumber;
  /** The newest that failed. Nothing waits for a save up to it any more. */
  failed: SaveNumber;
  /** When a failed save is tried again; undefined while the disk works. */
  retryAt: Millis | undefined;
}

/** What has a deadline of its own in the schedule. */
export type Scheduled = Link | Instance | HostName | Chore;

/** Work of the sentinel as a whole. */
export interface Chore {
  readonly kind: "chore";
  readonly chore: "watchdog" | "save-retry" | "tilt-end" | "scripts";
}

/** A host name, and what the resolver said of it. */
export interface HostName {
  readonly kind: "host-name";
  /** As it was configured or told. */
  readonly text: string;
  /** The last good address in use; kept when the name cannot be resolved any more. */
  ip: string | undefined;
  /** All addresses of the last good answer, in its order. */
  ips: readonly string[];
  /** `silent`: no answer in time or a resolver out of order; `gone`: there is no such name. */
  standing: "unknown" | "good" | "silent" | "gone";
  question: { readonly id: QuestionId; readonly deadline: Millis } | undefined;
  /** When it was last asked for or answered; minus infinity at first. */
  askedAt: Millis;
  /** What cannot be done before the name is resolved or known to have no address. */
  readonly awaiting: Map<string, Awaiting>;
}

export type Awaiting =
  | { readonly kind: "hello"; readonly hello: HelloContent }
  /** The list of replicas in the INFO of this master is read again. */
  | { readonly kind: "info"; readonly master: Master }
  | {
      readonly kind: "request";
      readonly request: Extract<Input, { readonly kind: "client-request" }>;
    };

export type Instance = Master | Replica | Sentinel;
export type DataInstance = Master | Replica;

export interface MasterSettings {
  quorum: number;
  downAfterMs: number;
  failoverTimeoutMs: number;
  parallelSyncs: number;
  /** 0: off. How long a rebooted instance may load before it counts as down (spec §5.1 rule 3). */
  rebootDownAfterMs: number;
  /** The `vedette …` settings of this master, by their names. */
  readonly extensions: MasterExtensions;
  readonly authPassSource?: SecretSource | undefined;
  readonly authPassNextSource?: SecretSource | undefined;
  authUser: string | undefined;
  authPass: string | undefined;
  /** Called with each event of level warning about this master (spec §8.3). */
  notificationScript: string | undefined;
  /** Called when clients belong to another master. */
  clientReconfigScript: string | undefined;
  /** Old command word (lower case) to the word that this group's data servers know (spec §2.8). */
  readonly renamedCommands: Map<string, string>;
}

/** Down as this sentinel alone sees it. The start outlives recovery: spec §3.5 "quiet for T". */
export interface SubjectiveDown {
  down: boolean;
  since: Millis;
}

interface InstanceBase {
  /**
   * Never renamed: master name; `ip:port` of a replica; run id of a sentinel (spec §1.5). Only a
   * replica read from the file by a host name gets its `ip:port` when that is first resolved.
   */
  name: string;
  /** Where it was said to be, a name or a literal address: connected to, and written down (W-11). */
  place: Address;
  /** What is shown of the place (`shownAddress`). */
  address: Address;
  readonly sdown: SubjectiveDown;
  link: Link;
  /** When the hello was last accepted by this instance; creation time at first. */
  lastHelloSentAt: Millis;
  /** A hello is on its way and unanswered (W-20: one outstanding request of a kind). */
  helloOutstanding: boolean;
  /** Hello due at once, whatever the cadence (promotion, refused vote). */
  helloForced: boolean;
}

/** What INFO told about a master or replica. */
export interface Reported {
  /** Role of the latest INFO; the configured one before the first. */
  role: "master" | "replica";
  roleSince: Millis;
  /** Whom it said to follow, when it last said that it is a replica. */
  follows: Address | undefined;
  /** Undefined before the first INFO of this lifetime. */
  infoAt: Millis | undefined;
  /** It said so in its latest INFO: it has less than it will have, and takes no orders. */
  isLoading: boolean;
  /** The latest text, for INFO-CACHE. */
  infoText: string | undefined;
  /** Those that it listed. */
  replicas: readonly Address[];
  /** What that said of its replication stream. */
  stream: StreamStanding | undefined;
  /** An INFO is on its way since then. */
  infoAskedAt: Millis | undefined;
  /** The latest INFO was answered by an error then. */
  infoRefusedAt: Millis | undefined;
  /** INFO is due at once, whatever the cadence: a new connection, a switch. */
  infoForced: boolean;
  /** When the INFO was sent that was answered last, be it by an error. */
  infoSentAt: Millis | undefined;
}

interface DataInstanceBase extends InstanceBase {
  runId: RunId | undefined;
  readonly reported: Reported;
  /** When a new run id was seen while reboot grace is on; cleared by PONG (spec §5.1 rule 3). */
  rebootedAt: Millis | undefined;
  /** SCRIPT KILL was sent during this SDOWN (spec §2.7). */
  scriptKillSent: boolean;
  /**
   * What it last told of its data: of a master only what was accepted (returned-master.ts). Outlives
   * a restart of this sentinel, as far as it was written down by then (remembering.ts).
   */
  known: KnownData | undefined;
}

export interface Master extends DataInstanceBase {
  readonly kind: "master";
  readonly masterName: MasterName;
  readonly settings: MasterSettings;
  readonly replicas: Map<string, Replica>;
  readonly sentinels: Map<RunId, Sentinel>;
  /** Epoch of the configuration in force. Invariant: `configEpoch <= currentEpoch`. */
  configEpoch: Epoch;
  readonly vote: Vote;
  readonly odown: SubjectiveDown;
  failover: Failover;
  /** Re-pointing of the other replicas after a promotion that this sentinel led. */
  reconfiguration: Reconfiguration;
  /** The account of the failover that runs, until its replicas have followed (receipts/record.ts). */
  receipt: OpenReceipt | undefined;
  /** The end of a planned switchover that this sentinel led: clients of the old master. */
  lettingGo: LettingGo;
  readonly attempts: Attempts;
  /** When this sentinel switched to the present address; minus infinity when it started with it. */
  switchedAt: Millis;
  readonly confirmation: Confirmation;
  readonly forgetting: Forgetting;
  /** What operators have ordered for a while. */
  readonly maintenance: Maintenance;
  lineage: Lineage;
  returned: ReturnedMaster;
  outage: Outage;
}

/** This sentinel's vote for one master. `leaderEpoch` is durable, the name is not (spec §5.5). */
export interface Vote {
  leader: RunId | undefined;
  leaderEpoch: Epoch;
  votedAt: Millis;
  /** The save that makes the vote durable: not told to anybody before (style §2). */
  save: SaveNumber;
}

/** Bookkeeping that spaces elections of one master (design §4). */
export interface Attempts {
  /** Elections that ended without a new configuration, ours and those we voted in. */
  fruitless: number;
  /** No election of ours before this moment. */
  notBefore: Millis;
  /** No election without another sentinel before this moment. */
  aloneFrom: Millis;
  /** The last failover found no replica to promote: the wait ends when one qualifies (W-05). */
  lackedReplica: boolean;
  /** Until then it stands aside, whatever becomes of a vote given meanwhile. */
  asideUntil: Millis;
  /** The next-failover-delay line was logged for this `notBefore` (spec §5.7). */
  delayTold: boolean;
}

export interface Replica extends DataInstanceBase {
  readonly kind: "replica";
  readonly master: Master;
  priority: number;
  announced: boolean;
  replicationOffset: number;
  masterHost: string | undefined;
  masterPort: number | undefined;
  masterLinkUp: boolean;
  /** It is copying all data from its master (`master_sync_in_progress`). */
  isSyncing: boolean;
  /** Milliseconds, from INFO; -1000 when it never was connected. */
  masterLinkDownMs: number;
  /** When the reported master address (or the role slave) last changed. */
  slaveConfChangedAt: Millis;
  reconf: ReconfProgress;
  /**
   * It was the master in this configuration, and has not been seen as a replica since. Invariant:
   * `formerEpoch < configEpoch` of its master.
   */
  formerEpoch: Epoch | undefined;
  /** What it says of a master that does not answer (witnesses.ts). */
  testimony: Testimony | undefined;
  /** What is known about it as a former master that says it still is one (zombie-fence.ts). */
  fence: FenceEvidence | undefined;
  /** What it last had of the group's histories. */
  joined: KnownData | undefined;
  /** Why it is held for a server of another group; undefined when it is not (identity.ts). */
  foreign: { readonly runId: RunId; readonly reason: string } | undefined;
}

/** How far a replica is on its way to the new master (flags `reconf_*`). */
export type ReconfProgress =
  | { readonly step: "none" }
  | { readonly step: "sent"; readonly at: Millis }
  | { readonly step: "in-progress" }
  | { readonly step: "done" };

/** Another sentinel, as known for one master. */
export interface Sentinel extends InstanceBase {
  readonly kind: "sentinel";
  readonly master: Master;
  readonly runId: RunId;
  lastHelloReceivedAt: Millis;
  /** What it last answered about this master. */
  readonly opinion: PeerOpinion;
  /** Which of our orders it has. */
  spreading: Spreading;
  /** Whom it counts, where that was asked. */
  counts: Counts | undefined;
  countsAskedAt: Millis | undefined;
  /** Which removals it has made too. */
  confirmed: Confirmed | undefined;
  readonly drift: ConfigDrift;
}

export interface PeerOpinion {
  masterDown: boolean;
  /** Creation time at first. */
  answeredAt: Millis;
  votedLeader: RunId | undefined;
  votedLeaderEpoch: Epoch;
  /** An ask is on its way. */
  askedAt: Millis | undefined;
  /** Somebody wondered about the master since that ask left: its answer may be out of date. */
  askAgain: boolean;
  /** Not asked again before; grows while it does not see the master down. */
  nextAskAt: Millis;
  backoffMs: number;
}

/** A connection to an instance; a sentinel's is shared by all masters that know it. */
export interface Link {
  readonly kind: "link";
  /** New with each connection, so that late answers of the old one are known. */
  id: LinkId;
  /** Place of the owners: a name or a literal address. */
  address: Address;
  /** Where the present connection, or attempt, goes. */
  ip: string | undefined;
  readonly purpose: "data" | "sentinel";
  readonly owners: Set<Instance>;
  /** False until the first attempt to connect: nobody is silent before he was spoken to. */
  isTried: boolean;
  phase: LinkPhase;
  /** When the oldest unanswered ping was sent; creation time at first, undefined when none is. */
  actPingAt: Millis | undefined;
  lastPingSentAt: Millis;
  /** The next ping of the cadence, unless one is overdue (links.ts). */
  nextPingAt: Millis;
  /** Latest accepted ping reply; creation time at first. */
  lastOkAt: Millis;
  /** Latest ping reply of any kind; creation time at first. */
  lastPongAt: Millis;
  /** Commands sent and not yet answered; shown as `link-pending-commands`. */
  pending: number;
  /** Connections in a row that ended before a ping was answered. */
  failures: number;
  /** The host lives and refuses to connect: since when, and the latest time it did. */
  refused: { readonly since: Millis; readonly latest: Millis } | undefined;
  /** The same for whatever a host says in place of taking a connection: refused, reset, closed. */
  turnedAway: { readonly since: Millis; readonly latest: Millis } | undefined;
  /** With which a ping was last accepted. */
  acceptedPassword: string | undefined;
  /** With which the present connection was opened. */
  triedPassword: string | undefined;
  /** Refusals since a ping was last accepted: which of two passwords is the next to try. */
  refusedPasswords: number;
  /** Every password is refused, or the right to ping: the server's word (credentials.ts). */
  credentialFault: string | undefined;
  /** Of a sentinel's link: which program is at the other end of the present connection. */
  peer: PeerProgram;
  /** Of a connection that looks for a forgotten replica, and has no owner. */
  probes: { readonly master: Master; readonly record: ForgottenReplica } | undefined;
  /** Least `down-after-milliseconds` of the owners: the ping cadence, and when to judge them. */
  shortestDownAfterMs: number;
  /** Whether an owner is a master. */
  isMasters: boolean;
  /** A connection has ended since the owners' orders were looked at (lost-orders.ts). */
  hasLostOrders: boolean;
}

export type PeerProgram =
  /** Not told yet, or a data server. */
  | { readonly kind: "unknown" }
  /** Redis' or Valkey's: nothing of ours is sent to it (design §4). */
  | { readonly kind: "other" }
  | {
      readonly kind: "vedette";
      readonly version: string;
      /** What `SENTINEL VEDETTE` can be about there. */
      readonly topics: ReadonlySet<string>;
    };

export type LinkPhase =
  /** `retryAt` NEVER: port 0, or no owner. A host name that has no IP yet also waits here. */
  | { readonly phase: "closed"; readonly retryAt: Millis }
  | { readonly phase: "connecting"; readonly since: Millis }
  | {
      readonly phase: "open";
      readonly since: Millis;
      readonly localHost: string;
      /** Data links only; a lost subscription leaves commands alone (W-19). */
      readonly subscription: Subscription;
    };

export type Subscription =
  | { readonly phase: "none" }
  | { readonly phase: "closed"; readonly retryAt: Millis }
  | { readonly phase: "connecting"; readonly since: Millis }
  | { readonly phase: "open"; lastHeardAt: Millis };
