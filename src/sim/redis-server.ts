import { type Address, formatAddress, sameAddress } from "../base/address.ts";
import type { Random } from "../base/random.ts";
import type { Millis } from "../base/units.ts";
import { array, bulk, error, integer, OK, type Reply, simple } from "../resp/reply.ts";
import type { ServerOrder } from "../wire/server-order.ts";
import { AttachedReplicas, type Attachment } from "./attached-replicas.ts";
import type { End, EndHandler } from "./connection.ts";
import type { Journal } from "./journal.ts";
import { hostNameOf } from "./host-name.ts";
import type { PublishedHello } from "./hello-texts.ts";
import type { Message, ServerCommand } from "./message.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { formatInfo } from "./redis-info.ts";
import { ReplicaLink, type ReplicaLinkOwner } from "./replica-link.ts";
import { type HandOverOwner, ServerHandOver } from "./server-hand-over.ts";
import type { DataEvent, Watchers } from "./watch.ts";
import { drawId, ReplicationLog, type StreamEntry } from "./replication-log.ts";
import { WritePause } from "./write-pause.ts";

export interface RedisSettings {
  /** 0: never to be promoted. */
  priority: number;
  /** Under RESP3 one connection carries commands and hellos. */
  readonly protocol: 2 | 3;
  /** From PSYNC to the snapshot's arrival, in ms. */
  readonly fullSyncMs: number;
  /** Loading the data after a start, in ms. */
  readonly loadMs: number;
  /** Silence after which master and replica give each other up, in ms (`repl-timeout`). */
  readonly replicationTimeoutMs: number;
  /** `no`: answers MASTERDOWN while its link is down. */
  readonly serveStaleData: boolean;
}

/** What a server suffers from until it is taken away. */
export type ServerTrouble =
  /** Its password was changed: whoever has the old one is refused everything, replicas too. */
  | "wrong-password"
  /** It acknowledges what it does not keep. Only planted in tests. */
  | "careless"
  /** Its INFO tells of a larger offset than it has. Only planted in tests. */
  | "boastful"
  /** Snapshots and CONFIG REWRITE fail: no writes, PING too says so, and a restart forgets its role. */
  | "read-only-disk";

const CRON_MS = 1_000;
const STREAM_PING_MS = 10_000;
const LOADING = error("LOADING Redis is loading the dataset in memory");
const READ_ONLY = error("READONLY You can't write against a read only replica.");
const MASTER_DOWN = error(
  "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
);
const NO_AUTH = error("NOAUTH Authentication required.");
const MISCONF = error(
  "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands that may modify the data set are disabled, because this instance is configured to report errors during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs for details about the RDB error.",
);
const NO_MASTER_LINK = error("NOMASTERLINK Can't SYNC while not connected with my master");

const FAILING_OVER = error("ERR REPLICAOF not allowed while failing over.");
const NO_PERMISSION = error("NOPERM this user has no permissions to run this command");
const NO_NUMBER = error("ERR timeout is not an integer or out of range");

const WAIT_ON_REPLICA = error(
  "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a replica is configured to be writable (which is not the default) writes to replicas are just local and are not propagated.",
);
/** What a boastful server adds to its offset. */
const BOAST = 1_000_000;

/** A client that waits for its replicas. */
interface Waiting {
  readonly end: End;
  readonly offset: number;
  readonly replicas: number;
}

/** What a sentinel's user may do in a planned switchover; an old server has no FAILOVER. */
export type ServerRightsGiven = "all" | "no-failover" | "no-pause" | "none";

/** What survives a crash of a data server. */
interface Persisted {
  master: Address | undefined;
  writes: readonly number[];
  /** The snapshot that the next start loads instead, with the place in its history. */
  snapshot: Snapshot | undefined;
}

interface Snapshot {
  readonly replid: string;
  readonly offset: number;
  readonly writes: readonly number[];
}

/** So many moments back a snapshot may have been taken, one a second. */
const SNAPSHOTS_KEPT = 20;

/**
 * A small model of redis-server: role, asynchronous replication with its histories, INFO as text,
 * the hello channel, and what the transaction of a failover does to it. Time passes only in its
 * connections, its loading and its full copies.
 */
export class RedisServer extends Node implements ReplicaLinkOwner, Attachment, HandOverOwner {
  readonly settings: RedisSettings;
  readonly troubles = new Set<ServerTrouble>();
  /** The group it belongs to, whatever anybody believes. */
  readonly group: string;
  readonly #network: Network;
  readonly #announceHost: boolean;
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #persisted: Persisted;
  log: ReplicationLog;
  #runId = "";
  #isLoading = false;
  /** Where it was, every second: the data are those of the log then, up to that length. */
  readonly #snapshots: {
    readonly replid: string;
    readonly offset: number;
    readonly data: readonly number[];
    readonly length: number;
  }[] = [];
  #keysLoaded = 0;
  /** Undefined for a master. */
  #master: Address | undefined;
  /** Whose order made it a master; undefined when nobody's did. */
  #promotedBy: Node | undefined;
  /** Who ordered the last FAILOVER. */
  #handOverBy: Node | undefined;
  /** Undefined for a master, and for a replica that still loads its data. */
  #link: ReplicaLink | undefined;
  readonly #subscribers = new Set<End>();
  readonly #waiting = new Set<Waiting>();
  readonly #watchers: Watchers | undefined;
  readonly #replicas = new AttachedReplicas(this);
  readonly rights: ServerRightsGiven;
  readonly #pause = new WritePause(this, {
    // A replica refuses writes, pause or not; what reaches others through the stream waits there too.
    waits: ({ name }) => name === "publish" || (name === "write" && this.isMaster),
    execute: (end, command) => this.#answer(end, command),
  });
  readonly #handOver = new ServerHandOver(this);
  #lastStreamPingAt = 0;

  constructor(options: {
    readonly node: ConstructorParameters<typeof Node>[0];
    readonly settings: RedisSettings;
    readonly network: Network;
    /** `replica-announce-ip`: its host name. */
    readonly announceHost: boolean;
    readonly group: string;
    readonly journal: Journal;
    readonly random: Random;
    readonly master: Address | undefined;
    readonly watchers?: Watchers;
    readonly rights?: ServerRightsGiven;
  }) {
    super(options.node);
    this.rights = options.rights ?? "all";
    this.settings = { ...options.settings };
    this.#network = options.network;
    this.#announceHost = options.announceHost;
    this.group = options.group;
    this.#journal = options.journal;
    this.#random = options.random;
    this.#watchers = options.watchers;
    this.#persisted = { master: options.master, writes: [], snapshot: undefined };
    this.log = new ReplicationLog(options.random);
  }

  get runId(): string {
    return this.#runId;
  }

  get node(): Node {
    return this;
  }

  get fullSyncMs(): number {
    return this.settings.fullSyncMs;
  }

  get announcedAddress(): Address {
    const { name, address } = this;
    return this.#announceHost ? { host: hostNameOf(name), port: address.port } : address;
  }

  get timeoutMs(): number {
    return this.settings.replicationTimeoutMs;
  }

  get masterAddress(): Address | undefined {
    return this.#master;
  }

  get isMaster(): boolean {
    return this.#master === undefined;
  }

  get promotedBy(): Node | undefined {
    return this.#promotedBy;
  }

  /** CLIENT PAUSE or FAILOVER keeps writers waiting. */
  get holdsUpWrites(): boolean {
    return this.#pause.isOn;
  }

  get isLinkUp(): boolean {
    return this.#link?.isUp ?? false;
  }

  /** The next start finds what the server had so many seconds before, as far as that is known. */
  keepOnlySnapshot(secondsAgo: number): void {
    const snapshot = this.#snapshots.at(-1 - secondsAgo) ?? this.#snapshots[0];
    if (snapshot === undefined) return;
    const { replid, offset, data, length } = snapshot;
    this.#persisted.snapshot = { replid, offset, writes: data.slice(0, length) };
    this.#tell({ kind: "emptied", server: this });
  }

  /** The next start finds no data, as without persistence. */
  loseData(): void {
    this.#persisted.writes = [];
    this.#persisted.snapshot = undefined;
    this.#tell({ kind: "emptied", server: this });
  }

  #tell(event: DataEvent): void {
    for (const data of this.#watchers?.data ?? []) data(event);
  }

  protected onStart(): void {
    this.#runId = drawId(this.#random);
    this.log = new ReplicationLog(this.#random);
    this.#master = this.#persisted.master;
    const { writes, snapshot } = this.#persisted;
    this.log.writes = [...writes];
    if (snapshot !== undefined) {
      this.log.restore(snapshot, { isMaster: this.isMaster, random: this.#random });
      this.#persisted.snapshot = undefined;
    }
    this.#snapshots.length = 0;
    this.#keysLoaded = this.log.writes.length;
    this.#isLoading = true;
    this.#promotedBy = undefined;
    this.timer(this.settings.loadMs, () => this.#beLoaded());
    this.timer(CRON_MS, () => this.#cron());
    this.#tell({ kind: "started", server: this });
    this.#journal.write(this.name, `starts as ${roleText(this.#master)}`);
  }

  #beLoaded(): void {
    this.#isLoading = false;
    if (this.#master !== undefined) this.#connectTo(this.#master, undefined);
  }

  protected onCrash(): void {
    this.#persisted.writes = [...this.log.writes];
    this.#link = undefined;
    this.#isLoading = false;
    this.#subscribers.clear();
    this.#waiting.clear();
    this.#replicas.clear();
    this.#pause.clear();
    this.#handOver.clear();
  }

  accept(end: End): EndHandler {
    return {
      opened: () => {},
      received: (message) => this.#take(end, message),
      lost: () => this.#forget(end),
    };
  }

  #forget(end: End): void {
    this.#subscribers.delete(end);
    this.#replicas.forget(end);
    this.#pause.forget(end);
  }

  #take(end: End, message: Message): void {
    if (message.kind !== "server-command") return;
    const { command } = message;
    if (!this.#pause.hold(end, command)) this.#answer(end, command);
  }

  #answer(end: End, command: ServerCommand): void {
    const reply = this.#execute(end, command);
    if (reply !== undefined) end.send({ kind: "reply", reply });
  }

  #execute(end: End, command: ServerCommand): Reply | undefined {
    if (this.troubles.has("wrong-password") && command.name !== "replconf-ack") return NO_AUTH;
    switch (command.name) {
      case "hello-3-subscribe":
        if (this.settings.protocol === 2) return error("ERR unknown command 'HELLO'");
        this.#subscribers.add(end);
        return OK;
      case "subscribe":
        this.#subscribers.add(end);
        return OK;
      case "ping":
        return this.#answerPing();
      case "info":
        return bulk(this.#info());
      case "role":
        return simple(this.isMaster ? "master" : "slave");
      case "publish":
        return this.#publish(command.hello);
      case "reconfigure":
        return this.#reconfigure(end, command.master);
      case "order":
        return this.#order(end, command.order);
      case "script-kill":
        return error("NOTBUSY No scripts in execution right now.");
      case "write":
        return this.#write(command.write);
      case "psync":
        return this.#attach(end, command);
      case "replconf-ack":
        this.#acknowledged(end, command.offset);
        return undefined;
      case "wait":
        return this.#wait(end, command);
    }
  }

  #answerPing(): Reply {
    if (this.#isLoading) return LOADING;
    if (this.isMaster && this.troubles.has("read-only-disk")) return MISCONF;
    const isStale = !this.isMaster && !this.isLinkUp;
    return isStale && !this.settings.serveStaleData ? MASTER_DOWN : simple("PONG");
  }

  #info(): string {
    const link = this.#link;
    const master = this.#master;
    return formatInfo({
      runId: this.#runId,
      isLoading: this.#isLoading,
      master: master && {
        address: master,
        isUp: this.isLinkUp,
        isSyncing: link?.isSyncing ?? false,
        lastIoSeconds: link?.lastIoSeconds ?? 0,
        downSeconds: link?.downSeconds ?? -1,
      },
      replid: this.log.replid,
      offset: this.log.offset + (this.troubles.has("boastful") ? BOAST : 0),
      before: this.log.before,
      keys: this.log.writes.length,
      keysLoaded: this.#isLoading ? 0 : this.#keysLoaded,
      priority: this.settings.priority,
      handOverState: this.#handOver.state,
      replicas: this.#replicas.list(),
    });
  }

  /** Reaches the subscribers here, and through the stream those of the replicas. */
  #publish(hello: PublishedHello): Reply {
    this.#tellSubscribers(hello);
    if (this.isMaster) this.#append({ kind: "publish", hello });
    return integer(this.#subscribers.size);
  }

  #tellSubscribers(hello: PublishedHello): void {
    for (const end of this.#subscribers) end.send({ kind: "hello", hello });
  }

  #write(write: number): Reply {
    if (this.#isLoading) return LOADING;
    if (!this.isMaster) return READ_ONLY;
    if (this.troubles.has("read-only-disk")) return MISCONF;
    this.#append({ kind: "write", write });
    this.#tell({ kind: "confirmed", server: this, write });
    return OK;
  }

  #wait(
    end: End,
    { replicas, timeoutMs }: Extract<ServerCommand, { readonly name: "wait" }>,
  ): Reply | undefined {
    if (!this.isMaster) return WAIT_ON_REPLICA;
    const waiting = { end, offset: this.log.offset, replicas };
    this.#waiting.add(waiting);
    this.#append({ kind: "getack" });
    this.#endWaitIfEnough(waiting);
    this.timer(timeoutMs, () => this.#endWait(waiting));
    return undefined;
  }

  #acknowledged(end: End, offset: number): void {
    this.#replicas.acknowledge(end, offset);
    const replica = end.peer?.node;
    if (replica instanceof RedisServer && this.#replicas.has(end)) {
      this.#tell({ kind: "acknowledged", master: this, replica, offset });
    }
    for (const waiting of this.#waiting) this.#endWaitIfEnough(waiting);
    this.#handOver.acknowledged();
  }

  #endWaitIfEnough(waiting: Waiting): void {
    if (this.#replicas.countBehind(waiting.offset) >= waiting.replicas) this.#endWait(waiting);
  }

  #endWait(waiting: Waiting): void {
    if (!this.#waiting.delete(waiting)) return;
    const { end, offset } = waiting;
    const replicas = this.#replicas.countBehind(offset);
    this.#tell({ kind: "waited", server: this, offset, replicas });
    end.send({ kind: "reply", reply: integer(replicas) });
  }

  #append(entry: StreamEntry): void {
    this.log.append(entry);
    this.#replicas.stream(entry);
  }

  applied(entry: StreamEntry): void {
    if (entry.kind === "publish") this.#tellSubscribers(entry.hello);
    if (entry.kind === "write" && this.troubles.has("careless")) this.log.writes.pop();
    this.#replicas.stream(entry);
  }

  continued(from: Node | undefined): void {
    const source = from instanceof RedisServer ? from : undefined;
    this.#tell({ kind: "continued", server: this, from: source });
  }

  replaced(from: Node | undefined, before: readonly number[]): void {
    const source = from instanceof RedisServer ? from : undefined;
    this.#tell({ kind: "copied", server: this, from: source, before });
    this.#replicas.drop();
  }

  /** A step of a planned switchover: an item for each of its commands. */
  #order(issuer: End, order: ServerOrder): Reply {
    if (this.#isLoading) return LOADING;
    switch (order.kind) {
      case "probe-rights":
        return this.#probeRights();
      case "pause-writes":
        if (!this.#mayPause) return array([NO_PERMISSION]);
        this.#pause.pauseFor(order.forMs);
        this.#journal.write(this.name, `takes no writes for ${order.forMs} ms`);
        return array([OK]);
      case "resume-writes":
        if (!this.#mayPause) return array([NO_PERMISSION]);
        this.#pause.unpause();
        return array([OK]);
      case "hand-over":
        if (!this.#mayHandOver) return array([NO_PERMISSION]);
        this.#handOverBy = issuer.peer?.node;
        return array([this.#handOver.begin(order.target, order.timeoutMs)]);
      case "abort-hand-over":
        return array([this.#mayHandOver ? this.#handOver.abort() : NO_PERMISSION]);
      case "follow":
      case "be-master":
        if (this.#handOver.state !== "no-failover") return array([FAILING_OVER]);
        if (order.kind === "follow") this.#follow(order.master);
        else this.#promoteBy(issuer.peer?.node);
        return array([OK]);
      case "write-down":
        if (this.troubles.has("read-only-disk")) return array([error("ERR Rewriting config file")]);
        this.#persisted.master = this.#master;
        return array([OK]);
      case "cut-clients":
        this.#killClients(issuer);
        return array([integer(0), integer(0)]);
    }
  }

  get #mayPause(): boolean {
    return this.rights === "all" || this.rights === "no-failover";
  }

  get #mayHandOver(): boolean {
    return this.rights === "all" || this.rights === "no-pause";
  }

  #probeRights(): Reply {
    const failover = this.#mayHandOver ? this.#handOver.abort() : NO_PERMISSION;
    const pause = this.#mayPause ? NO_NUMBER : NO_PERMISSION;
    return array([failover, pause, error("ERR Unknown client type 'probe'")]);
  }

  replicaAt(target: Address): { readonly isOnline: boolean; readonly hasAll: boolean } | undefined {
    const found = this.#replicas.list().find((replica) => sameAddress(replica, target));
    if (found === undefined) return undefined;
    return { isOnline: found.isOnline, hasAll: found.ackedOffset >= this.log.offset };
  }

  holdWrites(isOn: boolean): void {
    this.#pause.isHandingOver = isOn;
  }

  askForAcknowledgements(): void {
    this.#append({ kind: "getack" });
  }

  joinTarget(target: Address): void {
    this.#follow(target, true);
  }

  takeBack(): void {
    this.#promote();
  }

  joined(): void {
    this.#handOver.succeeded();
  }

  parted(): void {
    this.#handOver.failed();
  }

  #reconfigure(issuer: End, master: Address | undefined): Reply {
    if (this.#isLoading) return LOADING;
    const by = issuer.peer?.node;
    if (master !== undefined) this.#tell({ kind: "re-pointed", server: this, by });
    this.#promotedBy = master === undefined ? by : undefined;
    if (this.#handOver.state !== "no-failover") return FAILING_OVER;
    this.#tell({ kind: "ordered", server: this, master });
    if (master === undefined) this.#promote();
    else this.#follow(master);
    if (!this.troubles.has("read-only-disk")) this.#persisted.master = master;
    this.#killClients(issuer);
    return OK;
  }

  #promoteBy(by: Node | undefined): void {
    this.#promotedBy = by;
    this.#promote();
  }

  #promote(): void {
    if (this.#master === undefined) return;
    this.#master = undefined;
    this.#link?.stop();
    this.#link = undefined;
    this.log.beginHistory(this.#random);
    this.#replicas.drop();
    this.#tell({ kind: "promoted", server: this });
    this.#journal.write(this.name, "is a master now");
  }

  /** @param promotes by a PSYNC that makes the other a master first */
  #follow(master: Address, promotes = false): void {
    if (this.#master !== undefined && sameAddress(this.#master, master)) return;
    this.#master = master;
    this.#waiting.clear();
    this.#link?.stop();
    this.#replicas.drop();
    this.#connectTo(master, this.agenda.now, promotes);
    this.#journal.write(this.name, `is ${roleText(master)} now`);
  }

  #connectTo(address: Address, downSince: Millis | undefined, promotes = false): void {
    this.#link = new ReplicaLink(this, this.#network, { address, downSince, promotes });
  }

  /** CLIENT KILL TYPE normal and pubsub; links of replicas are of another type. */
  #killClients(issuer: End): void {
    for (const end of this.ends) {
      const isIncoming = end.handler !== this.#link && !this.#replicas.has(end);
      if (!isIncoming || end === issuer) continue;
      this.#forget(end);
      end.close();
    }
  }

  #attach(
    end: End,
    request: Extract<ServerCommand, { readonly name: "psync" }>,
  ): Reply | undefined {
    if (this.#isLoading) return LOADING;
    if (request.promotes === true) {
      if (this.isMaster) return error("ERR PSYNC FAILOVER can't be sent to a master.");
      if (request.replid !== this.log.replid) {
        return error("ERR PSYNC FAILOVER replid must match my replid.");
      }
      const old = end.peer?.node;
      this.#promoteBy(old instanceof RedisServer ? old.#handOverBy : undefined);
    }
    if (this.#handOver.state !== "no-failover") return FAILING_OVER;
    if (!this.isMaster && !this.isLinkUp) return NO_MASTER_LINK;
    this.#replicas.attach(end, request);
    return undefined;
  }

  #takeSnapshot(): void {
    if (this.#isLoading) return;
    const { replid, offset, writes } = this.log;
    this.#snapshots.push({ replid, offset, data: writes, length: writes.length });
    if (this.#snapshots.length > SNAPSHOTS_KEPT) this.#snapshots.shift();
  }

  #cron(): void {
    this.timer(CRON_MS, () => this.#cron());
    this.#takeSnapshot();
    this.#link?.tend();
    this.#replicas.tend();
    const { now } = this.agenda;
    if (!this.isMaster || now - this.#lastStreamPingAt < STREAM_PING_MS) return;
    this.#lastStreamPingAt = now;
    if (this.#replicas.size > 0) this.#append({ kind: "ping" });
  }
}

function roleText(master: Address | undefined): string {
  return master === undefined ? "a master" : `a replica of ${formatAddress(master)}`;
}
