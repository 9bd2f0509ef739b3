import type { WebhookEndpoint } from "../../wire/webhooks/endpoint.ts";
import type { Outcome } from "./attempt.ts";
import type { EndpointFigures } from "./figures.ts";
import { type Delivery, type Finished, FINISHED_KEPT, Journal } from "./journal.ts";
import type { Notice } from "./notice.ts";
import { carries } from "./renderers.ts";
import { delayMs, retryAfterMs } from "./schedule.ts";

export interface QueueOptions {
  readonly endpoint: WebhookEndpoint;
  readonly path: string;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  readonly chance: () => number;
  /** Tries once; never rejects. */
  readonly send: (notice: Notice) => Promise<Outcome>;
  /** One was delivered here: the others need not. */
  readonly onDelivered: (notice: Notice) => void;
  readonly log: (level: "notice" | "warning", line: string) => void;
}

const QUEUE_MAX = 1000;
/** As old as this it is no news to anybody. */
const LIFETIME_MS = 36 * 60 * 60 * 1000;
/** A new notice tries a receiver that was down, but not more often than this. */
const PROBE_EVERY_MS = 60_000;
/** Node's timers know no longer wait. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/**
 * What waits for one receiver, in order, one at a time. A receiver that fails is left alone for longer
 * and longer, whatever waits for it (the circuit is open); success closes the circuit.
 */
export class EndpointQueue {
  readonly endpoint: WebhookEndpoint;
  readonly #options: QueueOptions;
  readonly #journal: Journal;
  #waiting: Delivery[] = [];
  #finished: Finished[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** What the last process left is there: nothing is sent before, so that it goes first. */
  #isLoaded = false;
  #loading: Promise<void> | undefined;
  #isSending = false;
  #isClosed = false;
  #isDisabled = false;
  /** Failures since the last success. */
  #failures = 0;
  #notBeforeMs = 0;
  /** The receiver wants to be left alone until then. */
  #askedUntilMs = 0;
  #triedAtMs = 0;
  #delivered = 0;
  #failedAttempts = 0;
  #dead = 0;
  #deliveredByOthers = 0;
  readonly #deliverySeconds = { count: 0, sum: 0 };

  constructor(options: QueueOptions) {
    this.#options = options;
    this.endpoint = options.endpoint;
    this.#journal = new Journal({
      path: options.path,
      warn: (line) => options.log("warning", line),
      content: () => ({ waiting: this.#waiting, finished: this.#finished }),
    });
  }

  /** Goes on with what was left when the process ended last. @param after what still writes there */
  load(after?: Promise<void>): Promise<void> {
    this.#loading ??= this.#load(after);
    return this.#loading;
  }

  async #load(after: Promise<void> | undefined): Promise<void> {
    try {
      await after;
      const { waiting, finished } = await this.#journal.read();
      this.#waiting = [...waiting, ...this.#waiting];
      this.#finished = [...finished, ...this.#finished];
    } catch (cause) {
      this.#options.log("warning", `webhooks: ${this.#options.path}: ${String(cause)}`);
    }
    this.#isLoaded = true;
    this.#proceed();
  }

  /** @param holdMs how long another may deliver it first */
  add(notice: Notice, holdMs: number): void {
    if (!carries(this.endpoint.format, notice)) return;
    if (this.#isDisabled) {
      this.#bury({ notice, heldUntilMs: 0, attempts: 0 }, "the receiver wants nothing more (410)");
      return;
    }
    const nowMs = this.#options.now();
    const delivery: Delivery = {
      notice,
      heldUntilMs: holdMs === 0 ? 0 : nowMs + holdMs,
      attempts: 0,
    };
    this.#waiting.push(delivery);
    this.#journal.add({ kind: "waits", delivery });
    if (this.#waiting.length > QUEUE_MAX) {
      // The first one may be under way: the next oldest goes.
      const [oldest] = this.#waiting.splice(this.#isSending ? 1 : 0, 1);
      if (oldest !== undefined) this.#bury(oldest, `more than ${QUEUE_MAX} wait`);
    }
    if (holdMs === 0 && nowMs - this.#triedAtMs >= PROBE_EVERY_MS) {
      this.#notBeforeMs = this.#askedUntilMs;
    }
    this.#proceed();
  }

  /** Another sentinel has delivered it. */
  deliveredByAnother(id: string): void {
    const at = this.#waiting.findIndex(({ notice }) => notice.id === id);
    const delivery = this.#waiting[at];
    if (delivery === undefined || (at === 0 && this.#isSending)) return;
    this.#waiting.splice(at, 1);
    this.#deliveredByOthers++;
    this.#finish(delivery, { how: "delivered by another", detail: "" });
    this.#proceed();
  }

  /**
   * Sends again what was given up or delivered: one, or all that were given up.
   * @returns how many
   */
  replay(id: string | undefined): number {
    const again = this.#finished.filter((it) =>
      id === undefined ? it.how === "dead" : it.notice.id === id,
    );
    this.#isDisabled = false;
    this.#trustAgain();
    const ids = new Set(again.map(({ notice }) => notice.id));
    this.#finished = this.#finished.filter(({ notice }) => !ids.has(notice.id));
    for (const { notice } of again) {
      const replayedAtMs = this.#options.now();
      const delivery: Delivery = { notice, heldUntilMs: 0, attempts: 0, replayedAtMs };
      this.#waiting.push(delivery);
      this.#journal.add({ kind: "waits", delivery });
    }
    this.#proceed();
    return again.length;
  }

  get waiting(): readonly Delivery[] {
    return this.#waiting;
  }

  /** What became of the latest ones, oldest first. */
  get finished(): readonly Finished[] {
    return this.#finished;
  }

  figures(): EndpointFigures {
    const [oldest] = this.#waiting;
    const ageMs = oldest === undefined ? 0 : this.#options.now() - bornAtMs(oldest);
    return {
      endpoint: this.endpoint.name,
      queueLength: this.#waiting.length,
      oldestPendingSeconds: Math.max(0, ageMs) / 1000,
      isDisabled: this.#isDisabled,
      delivered: this.#delivered,
      failedAttempts: this.#failedAttempts,
      dead: this.#dead,
      deliveredByOthers: this.#deliveredByOthers,
      deliverySeconds: { ...this.#deliverySeconds },
    };
  }

  /** What waits stays on disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#loading;
    await this.#journal.settled();
  }

  #proceed(): void {
    clearTimeout(this.#timer);
    if (!this.#isLoaded || this.#isSending || this.#isClosed || this.#isDisabled) return;
    const nowMs = this.#options.now();
    this.#dropStale(nowMs);
    const next = this.#waiting.find(({ heldUntilMs }) => heldUntilMs <= nowMs);
    const heldMs = Math.min(...this.#waiting.map(({ heldUntilMs }) => heldUntilMs));
    if (next === undefined && this.#waiting.length === 0) return;
    const dueMs = next === undefined ? Math.max(heldMs, this.#notBeforeMs) : this.#notBeforeMs;
    if (next !== undefined && dueMs <= nowMs) {
      void this.#try(next);
      return;
    }
    const waitMs = Math.min(Math.max(1, dueMs - nowMs), LONGEST_WAIT_MS);
    this.#timer = setTimeout(() => this.#proceed(), waitMs).unref();
  }

  async #try(delivery: Delivery): Promise<void> {
    this.#isSending = true;
    // What is tried stands first: nothing that came later overtakes it.
    this.#waiting = [delivery, ...this.#waiting.filter((it) => it !== delivery)];
    const outcome = await this.#options.send(delivery.notice);
    this.#isSending = false;
    this.#triedAtMs = this.#options.now();
    if (this.#isClosed) return;
    this.#waiting.shift();
    switch (outcome.kind) {
      case "delivered":
        this.#succeed(delivery, outcome.status);
        break;
      case "gone":
        this.#isDisabled = true;
        this.#options.log(
          "warning",
          `webhook ${this.endpoint.name}: the receiver answered 410 and gets nothing more until a replay or a restart`,
        );
        for (const each of [delivery, ...this.#waiting.splice(0)]) {
          this.#bury(each, "the receiver wants nothing more (410)");
        }
        break;
      case "failed":
        this.#fail(delivery, outcome);
        break;
    }
    this.#proceed();
  }

  #succeed(delivery: Delivery, status: number): void {
    const seconds = (this.#triedAtMs - delivery.notice.atMs) / 1000;
    const isFirst = delivery.attempts === 0 && delivery.replayedAtMs === undefined;
    if (isFirst && delivery.heldUntilMs === 0) {
      this.#deliverySeconds.count++;
      this.#deliverySeconds.sum += Math.max(0, seconds);
    }
    if (this.#failures > 0) {
      this.#options.log("notice", `webhook ${this.endpoint.name}: the receiver answers again`);
    }
    this.#trustAgain();
    this.#delivered++;
    this.#finish(delivery, { how: "delivered", detail: `status ${status}` });
    this.#options.onDelivered(delivery.notice);
  }

  #fail(delivery: Delivery, outcome: Extract<Outcome, { readonly kind: "failed" }>): void {
    const { name } = this.endpoint;
    const { now, chance, log } = this.#options;
    this.#failures++;
    this.#failedAttempts++;
    if (this.#failures === 1)
      log("warning", `webhook ${name}: ${outcome.reason}; tried again later`);
    const attempts = delivery.attempts + 1;
    const plannedMs = delayMs(Math.max(attempts, this.#failures), chance());
    if (delayMs(attempts, 0) === undefined) {
      this.#bury({ ...delivery, attempts }, outcome.reason);
    } else {
      this.#waiting.unshift({ ...delivery, attempts });
      this.#journal.add({ kind: "tried", id: delivery.notice.id, attempts });
    }
    const lastMs = delayMs(8, chance()) ?? 0;
    const askedMs = retryAfterMs(outcome.retryAfter, now()) ?? 0;
    this.#askedUntilMs = now() + askedMs;
    this.#notBeforeMs = now() + Math.max(plannedMs ?? lastMs, askedMs);
  }

  /** Whatever was held against the receiver is forgotten. */
  #trustAgain(): void {
    this.#failures = 0;
    this.#notBeforeMs = 0;
    this.#askedUntilMs = 0;
  }

  #dropStale(nowMs: number): void {
    for (const delivery of this.#waiting.filter(
      (waiting) => nowMs - bornAtMs(waiting) > LIFETIME_MS,
    )) {
      this.#waiting.splice(this.#waiting.indexOf(delivery), 1);
      this.#bury(delivery, "it is too old to be news");
    }
  }

  /** The last that is heard of it is in the log, whole. */
  #bury(delivery: Delivery, reason: string): void {
    const { notice } = delivery;
    this.#dead++;
    this.#options.log(
      "warning",
      `webhook ${this.endpoint.name}: given up after ${delivery.attempts} tries (${reason}): ${JSON.stringify(notice)}`,
    );
    this.#finish(delivery, { how: "dead", detail: reason });
  }

  #finish({ notice, attempts }: Delivery, end: Pick<Finished, "how" | "detail">): void {
    const finished: Finished = { notice, attempts, atMs: this.#options.now(), ...end };
    this.#finished = [...this.#finished, finished].slice(-FINISHED_KEPT);
    const { notice: _, ...rest } = finished;
    this.#journal.add({ kind: "finished", id: notice.id, ...rest });
  }
}

function bornAtMs({ notice, replayedAtMs }: Delivery): number {
  return replayedAtMs ?? notice.atMs;
}
