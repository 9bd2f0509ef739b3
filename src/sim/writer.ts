import type { Address } from "../base/address.ts";
import { textOf } from "../base/bytes.ts";
import type { MasterName } from "../base/ids.ts";
import { chance, nextBelow, type Random } from "../base/random.ts";
import type { Reply } from "../resp/reply.ts";
import type { End, EndHandler } from "./connection.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { askSentinel } from "./sentinel-query.ts";

/** Clients wait this long for an answer, to a write or from a sentinel. */
const PATIENCE_MS = 500;
const BACKOFF_MS = 100;
/** How long a client waits for replicas. */
const WAIT_MS = 300;
/** Differences of virtual moments are floating point. */
const ROUNDING_MS = 1e-6;

export interface WriterSettings {
  readonly master: MasterName;
  readonly sentinels: readonly Address[];
  /** Pause between two writes, in ms. */
  readonly intervalMs: number;
  /** Share of writes behind which it WAITs for one replica, or for all of so many; none without. */
  readonly waits?: { readonly share: number; readonly replicas: number } | undefined;
  /** Numbers of its writes begin here, so that no two clients use the same. */
  readonly firstWrite: number;
}

/**
 * A Sentinel-aware client as the client guidelines describe it: asks a sentinel for the master, makes
 * sure by ROLE, writes, and begins again when anything goes wrong. It remembers what was acknowledged.
 */
export class Writer extends Node {
  readonly #network: Network;
  readonly #random: Random;
  readonly #settings: WriterSettings;
  #end: End | undefined;
  #nextWrite: number;
  /** Grows with each write sent and each connection given up: a late timer knows it is late. */
  #attempt = 0;
  /** The attempt that is waited for, and since when. */
  #waitingFor = 0;
  #waitingSince: number;
  #isGuarded = false;
  #isWaiting = false;
  /** In the order in which it was told. */
  readonly acknowledged: number[] = [];
  /** Longest time between two acknowledged writes, in ms. */
  longestOutageMs = 0;
  #lastAckAt: number | undefined;
  /** Hears of each write that was acknowledged. */
  onAcknowledged: (() => void) | undefined;

  constructor(options: {
    readonly node: ConstructorParameters<typeof Node>[0];
    readonly network: Network;
    readonly random: Random;
    readonly settings: WriterSettings;
  }) {
    super(options.node);
    this.#network = options.network;
    this.#random = options.random;
    this.#settings = options.settings;
    this.#nextWrite = options.settings.firstWrite;
    this.#waitingSince = this.agenda.now;
  }

  protected onStart(): void {
    this.#findMaster();
  }

  protected onCrash(): void {
    this.#end = undefined;
    this.#isGuarded = false;
  }

  accept(): EndHandler {
    throw new Error("nobody connects to a client");
  }

  #findMaster(): void {
    const { sentinels, master } = this.#settings;
    const sentinel = sentinels[nextBelow(this.#random, sentinels.length)];
    if (sentinel === undefined) return;
    const args = ["SENTINEL", "get-master-addr-by-name", master] as const;
    askSentinel(this, this.#network, { sentinel, args, timeoutMs: PATIENCE_MS }, (reply) => {
      const address = reply === undefined ? undefined : addressIn(reply);
      if (address === undefined) this.#beginAgain();
      else this.#connect(address);
    });
  }

  #beginAgain(): void {
    this.#attempt++;
    this.#end?.close();
    this.#end = undefined;
    this.timer(BACKOFF_MS, () => this.#findMaster());
  }

  #connect(address: Address): void {
    let isMaster = false;
    this.#end = this.#network.connect(this, address, {
      opened: () => this.#end?.send({ kind: "server-command", command: { name: "role" } }),
      received: (message) => {
        if (message.kind !== "reply") return;
        if (isMaster) this.#takeAnswer(message.reply);
        else {
          isMaster = message.reply.kind === "simple" && message.reply.text === "master";
          if (isMaster) this.#write();
          else this.#beginAgain();
        }
      },
      lost: () => this.#beginAgain(),
    });
    this.#giveUpAfterPatience();
  }

  #write(): void {
    const write = this.#nextWrite++;
    this.#isWaiting = false;
    this.#end?.send({ kind: "server-command", command: { name: "write", write } });
    this.#giveUpAfterPatience();
  }

  /** One write is under way at a time: an answer is the answer to the latest. */
  #takeAnswer(reply: Reply): void {
    if (reply.kind === "error") {
      this.#beginAgain();
      return;
    }
    this.#attempt++;
    if (this.#isWaiting) {
      this.#writeLater();
      return;
    }
    const { now } = this.agenda;
    this.longestOutageMs = Math.max(this.longestOutageMs, now - (this.#lastAckAt ?? now));
    this.#lastAckAt = now;
    this.acknowledged.push(this.#nextWrite - 1);
    this.onAcknowledged?.();
    const { waits } = this.#settings;
    if (waits !== undefined && chance(this.#random, waits.share)) {
      this.#waitForReplicas(waits.replicas);
    } else this.#writeLater();
  }

  #waitForReplicas(all: number): void {
    this.#isWaiting = true;
    const replicas = chance(this.#random, 0.5) ? 1 : all;
    const command = { name: "wait", replicas, timeoutMs: WAIT_MS } as const;
    this.#end?.send({ kind: "server-command", command });
    this.#giveUpAfterPatience();
  }

  #writeLater(): void {
    const attempt = this.#attempt;
    this.timer(this.#settings.intervalMs, () => {
      if (attempt === this.#attempt) this.#write();
    });
  }

  #giveUpAfterPatience(): void {
    this.#attempt++;
    this.#waitingSince = this.agenda.now;
    this.#waitingFor = this.#attempt;
    if (!this.#isGuarded) this.#guard(PATIENCE_MS);
  }

  /** One timer looks after all attempts: most are over long before their time. */
  #guard(delayMs: number): void {
    this.#isGuarded = true;
    this.timer(delayMs, () => {
      this.#isGuarded = false;
      if (this.#waitingFor !== this.#attempt) return;
      const leftMs = this.#waitingSince + PATIENCE_MS - this.agenda.now;
      if (leftMs > ROUNDING_MS) this.#guard(leftMs);
      else this.#beginAgain();
    });
  }
}

function addressIn(reply: Reply): Address | undefined {
  if (reply.kind !== "array") return undefined;
  const [host, port] = reply.items;
  if (host?.kind !== "bulk" || port?.kind !== "bulk") return undefined;
  return { host: textOf(host.bytes), port: Number(textOf(port.bytes)) };
}
