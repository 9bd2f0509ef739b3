import type { Address } from "../../base/address.ts";
import type { Reply } from "../../resp/reply.ts";
import type { End } from "../connection.ts";
import type { PublishedHello } from "../hello-texts.ts";
import type { Message } from "../message.ts";
import type { Network } from "../network.ts";
import type { Node } from "../node.ts";
import {
  MIN_LINK_RECONNECT_MS,
  PENDING_MAX,
  PING_PERIOD_MS,
  PUBLISH_PERIOD_MS,
} from "./reference-timers.ts";

type OnReply = (reply: Reply) => void;

/**
 * The reference's connections to one instance: commands, and a second one for hellos of a data
 * server. Tried again once a second; nothing else gives a connection up but the 15 s rules
 * (sentinel spec §2.2, §1.3). Commands wait in the kernel until the connection stands.
 */
export class ReferenceLink {
  readonly #node: Node;
  readonly #network: Network;
  readonly #hasSubscription: boolean;
  readonly #onHello: (hello: PublishedHello) => void;
  address: Address;
  isDisconnected = true;
  #commands: End | undefined;
  #subscription: End | undefined;
  #isOpen = false;
  #unsent: Message[] = [];
  #waiting: OnReply[] = [];
  #lastReconnectAt = Number.NEGATIVE_INFINITY;
  #commandsSince = 0;
  #subscriptionSince = 0;
  #lastHeardAt = 0;
  /** When the oldest unanswered ping was sent; 0: none. Creation time at first. */
  actPingAt: number;
  lastOkAt: number;
  lastPongAt: number;
  lastPingAt = 0;

  constructor(options: {
    readonly node: Node;
    readonly network: Network;
    readonly address: Address;
    readonly hasSubscription: boolean;
    readonly onHello: (hello: PublishedHello) => void;
  }) {
    this.#node = options.node;
    this.#network = options.network;
    this.address = options.address;
    this.#hasSubscription = options.hasSubscription;
    this.#onHello = options.onHello;
    this.actPingAt = this.#now;
    this.lastOkAt = this.#now;
    this.lastPongAt = this.#now;
  }

  /** One more than the process' clock, so that 0 can mean never. */
  get #now(): number {
    return this.#node.clock + 1;
  }

  get isFull(): boolean {
    return this.#waiting.length >= PENDING_MAX;
  }

  /** The step of each pass; `ping` is what a new connection sends first. */
  reconnect(ping: () => void): void {
    if (!this.isDisconnected || this.address.port === 0) return;
    if (this.#now - this.#lastReconnectAt < PING_PERIOD_MS) return;
    this.#lastReconnectAt = this.#now;
    if (this.#commands === undefined) {
      this.#openCommands();
      ping();
    }
    if (this.#hasSubscription && this.#subscription === undefined) this.#openSubscription();
    this.isDisconnected = false;
  }

  #openCommands(): void {
    this.#isOpen = false;
    this.#unsent = [];
    this.#waiting = [];
    this.#commandsSince = this.#now;
    const end = this.#network.connect(this.#node, this.address, {
      opened: () => {
        this.#isOpen = true;
        for (const message of this.#unsent.splice(0)) end.send(message);
      },
      received: (message) => {
        if (message.kind === "reply") this.#waiting.shift()?.(message.reply);
      },
      lost: () => {
        if (this.#commands !== end) return;
        this.#commands = undefined;
        this.isDisconnected = true;
      },
    });
    this.#commands = end;
  }

  #openSubscription(): void {
    this.#subscriptionSince = this.#now;
    this.#lastHeardAt = this.#now;
    const end = this.#network.connect(this.#node, this.address, {
      opened: () => end.send({ kind: "server-command", command: { name: "subscribe" } }),
      received: (message) => {
        this.#lastHeardAt = this.#now;
        if (message.kind === "hello") this.#onHello(message.hello);
      },
      lost: () => {
        if (this.#subscription !== end) return;
        this.#subscription = undefined;
        this.isDisconnected = true;
      },
    });
    this.#subscription = end;
  }

  send(message: Message, onReply: OnReply): void {
    if (this.#commands === undefined) return;
    this.#waiting.push(onReply);
    if (this.#isOpen) this.#commands.send(message);
    else this.#unsent.push(message);
  }

  /** Connections that are of no use any more are given up (sentinel spec §1.3). */
  recycle(downAfterMs: number): void {
    const now = this.#now;
    const isSilent =
      this.actPingAt !== 0 &&
      now - this.actPingAt > downAfterMs / 2 &&
      now - this.lastPongAt > downAfterMs / 2;
    if (
      this.#commands !== undefined &&
      now - this.#commandsSince > MIN_LINK_RECONNECT_MS &&
      isSilent
    ) {
      this.#closeCommands();
    }
    if (
      this.#subscription !== undefined &&
      now - this.#subscriptionSince > MIN_LINK_RECONNECT_MS &&
      now - this.#lastHeardAt > 3 * PUBLISH_PERIOD_MS
    ) {
      this.#closeSubscription();
    }
  }

  #closeCommands(): void {
    this.#commands?.close();
    this.#commands = undefined;
    this.#waiting = [];
    this.isDisconnected = true;
  }

  #closeSubscription(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.isDisconnected = true;
  }

  close(): void {
    this.#closeCommands();
    this.#closeSubscription();
  }
}
