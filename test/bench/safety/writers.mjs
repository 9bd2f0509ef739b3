// Sentinel-aware ioredis clients that write at a steady rate and remember what was acknowledged.
import { Redis } from "ioredis";

/** @typedef {import("../processes.mjs").Daemon} Daemon */
/** @typedef {import("../processes.mjs").Round} Round */

/** Each client writes so many in one go, so often. */
const BATCH = 5;
const BATCH_EVERY_MS = 4;
/** No more wait for an answer at a time, as a service with a bounded queue would have it. */
const IN_FLIGHT_MAX = 500;
const RETRY_EVERY_MS = 10;

export const WRITES_A_SECOND = 10_000;
const CLIENTS = Math.round((WRITES_A_SECOND * BATCH_EVERY_MS) / (BATCH * 1000));

/** One client's writes of one round. */
class Tally {
  /** @type {number[]} */
  acknowledged = [];
  longestGapMs = 0;
  /** When a write was answered by READONLY. */
  /** @type {number[]} */
  readOnlyAt = [];
}

class Writer {
  #redis;
  #name;
  #timer;
  #next = 0;
  #inFlight = 0;
  #round = 0;
  #lastAt = 0;
  tally = new Tally();

  /**
   * @param {string} name
   * @param {readonly Daemon[]} sentinels
   */
  constructor(name, sentinels) {
    this.#name = name;
    this.#redis = new Redis({
      sentinels: sentinels.map(({ host, port }) => ({ host, port })),
      name: "mymaster",
      protocol: 2,
      sentinelRetryStrategy: () => RETRY_EVERY_MS,
      retryStrategy: () => RETRY_EVERY_MS,
      enableReadyCheck: false,
      enableOfflineQueue: false,
      disableClientInfo: true,
      maxRetriesPerRequest: 0,
      failoverDetector: true,
      disconnectTimeout: 100,
    });
    this.#redis.on("error", () => undefined);
    this.#redis.on("end", () => void this.#redis.connect().catch(() => undefined));
    this.#timer = setInterval(() => this.#writeSome(), BATCH_EVERY_MS);
  }

  /** The list that its writes go to in that round. @param {number} round */
  key(round) {
    return `log:${this.#name}:${round}`;
  }

  /** Its writes go to another list from now on. @param {number} round */
  begin(round) {
    this.#round = round;
    this.#lastAt = 0;
    const ended = this.tally;
    this.tally = new Tally();
    return ended;
  }

  #writeSome() {
    if (this.#redis.status !== "ready" || this.#inFlight > IN_FLIGHT_MAX) return;
    for (let n = 0; n < BATCH; n++) void this.#write();
  }

  async #write() {
    const write = ++this.#next;
    const { tally } = this;
    this.#inFlight++;
    try {
      await this.#redis.rpush(this.key(this.#round), write);
      const now = performance.now();
      tally.acknowledged.push(write);
      if (tally === this.tally) {
        if (this.#lastAt > 0) tally.longestGapMs = Math.max(tally.longestGapMs, now - this.#lastAt);
        this.#lastAt = now;
      }
    } catch (error) {
      if (String(error).includes("READONLY")) tally.readOnlyAt.push(performance.now());
    } finally {
      this.#inFlight--;
    }
  }

  disconnect() {
    clearInterval(this.#timer);
    this.#redis.removeAllListeners("end");
    this.#redis.disconnect();
  }
}

/**
 * As many as it takes for the rate.
 * @param {Round} round
 * @param {readonly Daemon[]} sentinels
 */
export function startWriters(round, sentinels) {
  return Array.from({ length: CLIENTS }, (_, n) => round.keep(new Writer(`w${n}`, sentinels)));
}

/**
 * How many acknowledged writes of a round the master does not have.
 * @param {ReturnType<typeof startWriters>} writers
 * @param {readonly Tally[]} tallies in the order of the writers
 * @param {{ client: import("ioredis").Redis, round: number }} master
 */
export async function countLost(writers, tallies, { client, round }) {
  let lost = 0;
  for (const [index, writer] of writers.entries()) {
    const kept = new Set((await client.lrange(writer.key(round), 0, -1)).map(Number));
    for (const write of tallies[index]?.acknowledged ?? []) if (!kept.has(write)) lost++;
    await client.del(writer.key(round));
  }
  return lost;
}
