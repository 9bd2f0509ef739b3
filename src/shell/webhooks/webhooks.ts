import { join } from "node:path";
import type { ExtensionLines } from "../../wire/sentinel-conf/extension-kinds.ts";
import { readEndpoint, type WebhookEndpoint, wants } from "../../wire/webhooks/endpoint.ts";
import type { FedEvent } from "../sentinel/event-feed.ts";
import { Receiver } from "./attempt.ts";
import { deliver } from "./delivery.ts";
import { EndpointQueue } from "./endpoint-queue.ts";
import type { WebhookFigures } from "./figures.ts";
import { removeJournal } from "./journal.ts";
import { type Notice, Notices } from "./notice.ts";

export interface WebhooksOptions {
  /** The lines `vedette webhook …` as they are now; another object after each change. */
  readonly lines: () => ExtensionLines;
  /** Where the queues are kept. */
  readonly folder: string;
  readonly sentinel: string;
  readonly configEpoch: (master: string) => number;
  /** Is it this sentinel that tells of what all of the master's see? */
  readonly speaksFor: (master: string) => boolean;
  /** Something was delivered: the words for the other sentinels. */
  readonly tellOthers: (master: string, words: readonly string[]) => void;
  readonly log: (level: "notice" | "warning", line: string) => void;
  readonly now?: () => number;
  readonly chance?: () => number;
}

/** So long it is remembered that another has delivered what was not even seen here. */
const REMEMBERED_MS = 60_000;
const REMEMBERED_MAX = 5000;

interface Configured {
  readonly queue: EndpointQueue;
  readonly receiver: Receiver;
  readonly words: string;
}

/** Tells receivers on the web what happens. Whatever they do, the sentinel does not wait for it. */
export class Webhooks implements WebhookFigures {
  readonly #options: WebhooksOptions;
  readonly #notices: Notices;
  readonly #endpoints = new Map<string, Configured>();
  /** Delivered by others: endpoint and id, with the key and when it was heard. */
  readonly #heard = new Map<string, { readonly atMs: number; readonly key: Notice["key"] }>();
  /** The end of the latest endpoint of each name. */
  readonly #closing = new Map<string, Promise<void>>();
  #lines: ExtensionLines | undefined;

  constructor(options: WebhooksOptions) {
    this.#options = options;
    this.#notices = new Notices(options);
  }

  /** Goes on with what was left when the process ended last. */
  start(): void {
    this.#configure();
  }

  /** Takes an event of the feed: quick, and never throws. */
  onEvent({ event, atMs }: FedEvent): void {
    this.#configure();
    if (this.#endpoints.size === 0) return;
    const notice = this.#notices.of({ event, atMs });
    if (notice === undefined) return;
    const { master, type } = notice.key;
    const isOwn = master === undefined || notice.key.subject === this.#options.sentinel;
    const speaks = isOwn || this.#options.speaksFor(master);
    this.#forgetOld();
    for (const { queue } of this.#endpoints.values()) {
      if (!wants(queue.endpoint, { type, master })) continue;
      if (this.#heard.delete(`${queue.endpoint.name} ${notice.id}`)) continue;
      queue.add(notice, speaks ? 0 : queue.endpoint.holdMs);
    }
  }

  /** Takes the words of a peer's topic `delivered`; what makes no sense is passed over. */
  onHeard(words: readonly string[]): void {
    const [
      endpoint = "",
      id = "",
      master = "",
      epoch = "",
      type = "",
      subject = "",
      sequence = "",
    ] = words;
    const key = { master, epoch: Number(epoch), type, subject, sequence: Number(sequence) };
    if (!Number.isSafeInteger(key.epoch) || !Number.isSafeInteger(key.sequence)) return;
    const queue = this.#endpoints.get(endpoint)?.queue;
    if (queue === undefined) return;
    if (queue.waiting.some(({ notice }) => notice.id === id)) {
      queue.deliveredByAnother(id);
    } else if (!queue.finished.some(({ notice }) => notice.id === id)) {
      this.#forgetOld();
      if (this.#heard.size >= REMEMBERED_MAX) return;
      this.#heard.set(`${endpoint} ${id}`, { atMs: this.#now(), key });
    }
  }

  /**
   * Sends a test to one endpoint, or to all.
   * @returns their names
   */
  test(name: string | undefined): readonly string[] {
    const notice = this.#notices.test(this.#now());
    const meant = this.#meant(name);
    for (const { queue } of meant) queue.add(notice, 0);
    return meant.map(({ queue }) => queue.endpoint.name);
  }

  /** Sends again: one by its id, or what was given up. @returns how many */
  replay(name: string | undefined, id: string | undefined): number {
    return this.#meant(name).reduce((total, { queue }) => total + queue.replay(id), 0);
  }

  /** What is there now, by endpoint. */
  queues(): readonly EndpointQueue[] {
    this.#configure();
    return [...this.#endpoints.values()].map(({ queue }) => queue);
  }

  read(): ReturnType<WebhookFigures["read"]> {
    return this.queues().map((queue) => queue.figures());
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#endpoints.values()].map((each) => close(each)));
  }

  #meant(name: string | undefined): Configured[] {
    this.#configure();
    return [...this.#endpoints]
      .filter(([each]) => name === undefined || each === name)
      .map(([, it]) => it);
  }

  /** Follows the configuration; an endpoint whose line is the same keeps its queue. */
  #configure(): void {
    const lines = this.#options.lines();
    if (lines === this.#lines) return;
    const isFirst = this.#lines === undefined;
    this.#lines = lines;
    for (const [name, configured] of this.#endpoints) {
      const words = lines.get(name);
      if (words !== undefined && words.join(" ") === configured.words) continue;
      this.#endpoints.delete(name);
      const isRemoved = words === undefined;
      this.#closing.set(name, this.#end(configured, isRemoved));
    }
    for (const [name, words] of lines) {
      if (this.#endpoints.has(name)) continue;
      const read = readEndpoint([name, ...words]);
      // The settings' table has checked it.
      if (!read.ok) continue;
      const configured = this.#open(read.endpoint, words.join(" "));
      this.#endpoints.set(name, configured);
      // One of that name before it may still write its queue, which is this one's now.
      void configured.queue.load(this.#closing.get(name));
      if (!isFirst) this.#options.log("notice", `webhook ${name} is configured`);
    }
  }

  /** Never rejects. */
  async #end(configured: Configured, isRemoved: boolean): Promise<void> {
    const path = this.#path(configured.queue.endpoint.name);
    try {
      await close(configured);
      if (isRemoved) await removeJournal(path);
    } catch (cause) {
      this.#options.log("warning", `webhooks: ${path} cannot be removed: ${String(cause)}`);
    }
  }

  #open(endpoint: WebhookEndpoint, words: string): Configured {
    const { log, tellOthers, chance = Math.random } = this.#options;
    const receiver = new Receiver(endpoint);
    const queue = new EndpointQueue({
      endpoint,
      path: this.#path(endpoint.name),
      now: () => this.#now(),
      chance,
      log,
      send: (notice) => deliver({ endpoint, receiver, nowMs: this.#now() }, notice),
      onDelivered: ({ id, key }) => {
        const { master, epoch, type, subject, sequence } = key;
        if (master === undefined || subject === this.#options.sentinel) return;
        const count = [String(epoch), type, subject, String(sequence)];
        tellOthers(master, [endpoint.name, id, master, ...count]);
      },
    });
    return { queue, receiver, words };
  }

  /** What was heard of and never happened here has happened elsewhere: it is counted here too. */
  #forgetOld(): void {
    const beforeMs = this.#now() - REMEMBERED_MS;
    for (const [name, { atMs, key }] of this.#heard) {
      if (atMs > beforeMs) return;
      this.#heard.delete(name);
      this.#notices.raiseTo(key);
    }
  }

  #path(name: string): string {
    return join(this.#options.folder, `${name}.jsonl`);
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }
}

async function close({ queue, receiver }: Configured): Promise<void> {
  await queue.close();
  receiver.close();
}
