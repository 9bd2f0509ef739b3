import type { Address } from "../base/address.ts";
import type { Millis } from "../base/units.ts";
import type { Entry } from "./agenda.ts";
import type { End, EndHandler } from "./connection.ts";
import type { Message } from "./message.ts";
import type { Network } from "./network.ts";
import type { Node } from "./node.ts";
import type { ReplicationLog, StreamEntry } from "./replication-log.ts";

/** Redis tries again with its replication cron. */
const RETRY_MS = 1_000;

export interface ReplicaLinkOwner {
  readonly node: Node;
  readonly log: ReplicationLog;
  /** What it tells its master of itself. */
  readonly announcedAddress: Address;
  /** Silence after which either side gives the other up, in ms. */
  readonly timeoutMs: number;
  /** An entry came and is part of the log now. */
  applied(entry: StreamEntry): void;
  /** The master has taken it on, for the first time on this connection. */
  joined(): void;
  /** It was refused, or its connection was lost. */
  parted(): void;
  /** It has all that its master has, and had most of it before. */
  continued(from: Node | undefined): void;
  /** All data was replaced by another's: whoever copies from here must copy again. */
  replaced(from: Node | undefined, before: readonly number[]): void;
}

type State = "waiting" | "connecting" | "syncing" | "connected";

/** A replica's connection to its master, from the first attempt until the server has another role. */
export class ReplicaLink implements EndHandler {
  readonly address: Address;
  readonly #owner: ReplicaLinkOwner;
  readonly #network: Network;
  #promotes: boolean;
  #state: State = "waiting";
  #end: End | undefined;
  #retry: Entry | undefined;
  #downSince: Millis | undefined;
  #isStopped = false;
  #lastHeardAt: Millis;

  constructor(
    owner: ReplicaLinkOwner,
    network: Network,
    master: {
      readonly address: Address;
      readonly downSince: Millis | undefined;
      /** The end of a hand-over: the master becomes one by the first request. */
      readonly promotes?: boolean;
    },
  ) {
    this.#promotes = master.promotes ?? false;
    this.#owner = owner;
    this.#network = network;
    this.address = master.address;
    this.#downSince = master.downSince;
    this.#lastHeardAt = owner.node.agenda.now;
    this.#connect();
  }

  get isUp(): boolean {
    return this.#state === "connected";
  }

  get isSyncing(): boolean {
    return this.#state === "syncing";
  }

  get downSeconds(): number {
    if (this.#downSince === undefined) return -1;
    return Math.floor((this.#owner.node.agenda.now - this.#downSince) / 1000);
  }

  get lastIoSeconds(): number {
    return Math.floor((this.#owner.node.agenda.now - this.#lastHeardAt) / 1000);
  }

  /** Ends it: the server is a master now, or follows another. */
  stop(): void {
    if (this.#retry !== undefined) this.#retry.done = true;
    this.#end?.close();
    this.#end = undefined;
    this.#state = "waiting";
    this.#isStopped = true;
  }

  /** Once a second: acknowledges, and gives up a silent master. */
  tend(): void {
    const { node, timeoutMs } = this.#owner;
    if (this.#state === "waiting") return;
    if (node.agenda.now - this.#lastHeardAt > timeoutMs) {
      this.#end?.close();
      this.lost("silent for too long");
      return;
    }
    if (this.#state === "connected") this.#acknowledge();
  }

  #connect(): void {
    this.#state = "connecting";
    this.#lastHeardAt = this.#owner.node.agenda.now;
    this.#end = this.#network.connect(this.#owner.node, this.address, this);
  }

  opened(): void {
    const { log } = this.#owner;
    const { replid, offset } = log;
    const { announcedAddress: address } = this.#owner;
    const promotes = this.#promotes;
    const command = { name: "psync", replid, offset, address, promotes } as const;
    this.#end?.send({ kind: "server-command", command });
  }

  received(message: Message): void {
    const { node, log } = this.#owner;
    this.#lastHeardAt = node.agenda.now;
    switch (message.kind) {
      case "stream":
        this.#apply(message.entry);
        return;
      case "continue":
        this.#join();
        log.continueAs(message.replid);
        for (const entry of message.entries) this.#apply(entry);
        this.#owner.continued(this.#end?.peer?.node);
        this.#beUp();
        return;
      case "full-resync":
        this.#state = "syncing";
        this.#join();
        return;
      case "snapshot": {
        const before = log.writes;
        log.copyFrom(message);
        this.#owner.replaced(this.#end?.peer?.node, before);
        this.#beUp();
        return;
      }
      case "reply":
        // LOADING or NOMASTERLINK: not now.
        this.#end?.close();
        this.lost("refused");
        return;
      case "hello":
      case "server-command":
      case "sentinel-command":
    }
  }

  #join(): void {
    this.#promotes = false;
    this.#owner.joined();
  }

  #apply(entry: StreamEntry): void {
    this.#owner.log.append(entry);
    this.#owner.applied(entry);
    if (entry.kind === "getack") this.#acknowledge();
  }

  #acknowledge(): void {
    const command = { name: "replconf-ack", offset: this.#owner.log.offset } as const;
    this.#end?.send({ kind: "server-command", command });
  }

  #beUp(): void {
    this.#state = "connected";
    this.#downSince = undefined;
  }

  lost(_reason: string): void {
    const { node } = this.#owner;
    const wasUp = this.isUp;
    this.#end = undefined;
    this.#state = "waiting";
    this.#owner.parted();
    // The owner may have become a master by it.
    if (this.#isStopped) return;
    if (wasUp) this.#downSince = node.agenda.now;
    this.#retry = node.timer(wasUp ? 0 : RETRY_MS, () => this.#connect());
  }
}
