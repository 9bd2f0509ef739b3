import type { Redis } from "ioredis";
import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  sentinelAwareClient,
  startGroup,
  type WatchedGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(async () => lab.cleanUp());

/** There and back: which sentinel is exchanged next, and for what. */
const EXCHANGES: readonly (readonly [index: number, kind: Kind])[] = [
  [0, "vedette"],
  [1, "vedette"],
  [2, "vedette"],
  [2, "redis"],
  [1, "redis"],
  [0, "redis"],
];

/** A write that takes longer was held up by something. */
const HELD_UP_MS = 500;

/** Writes one after another, and notes each that failed or was held up outside a failover. */
class Load {
  acknowledged = 0;
  readonly complaints: string[] = [];
  /** What is going on: a failover may hold writes up. */
  during = "";
  readonly #client: Redis;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;

  constructor(client: Redis) {
    this.#client = client;
    this.#done = this.#write();
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    this.#client.disconnect();
  }

  async #write(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const startedAt = performance.now();
      const during = this.during;
      let complaint: string | undefined;
      try {
        await this.#client.set("count", this.acknowledged + 1);
        this.acknowledged++;
      } catch (error) {
        complaint = String(error);
      }
      const tookMs = performance.now() - startedAt;
      if (tookMs > HELD_UP_MS) complaint ??= `held up for ${Math.round(tookMs)} ms`;
      const isFailover = during === "failover" || this.during === "failover";
      if (complaint !== undefined && !isFailover && !this.#stop.signal.aborted) {
        this.complaints.push(`${during}: ${complaint}`);
      }
    }
  }
}

describeWithReal(
  ["redis-server", "redis-sentinel"],
  "three real redis-sentinels under load, exchanged for vedettes and back",
  () => {
    it("goes on in each state, and fails over in each state", { timeout: 300_000 }, async () => {
      const group = await startGroup(lab, {
        data: "redis",
        sentinels: ["redis", "redis", "redis"],
        // The reference counts the second in which it reconnects after a switch as silence.
        downAfterMs: 2500,
        failoverTimeoutMs: 3000,
      });
      const sentinels = [...group.sentinels];
      const now = (): WatchedGroup => ({ servers: group.servers, sentinels });
      const load = new Load(sentinelAwareClient(group));
      let master: DataServer = group.servers[0];
      try {
        for (const [index, kind] of EXCHANGES) {
          load.during = `exchange ${index} for ${kind}`;
          const old = sentinels[index];
          if (old === undefined) throw new Error("no sentinel");
          const id = await old.command("SENTINEL", "MYID");
          sentinels[index] = await lab.replaceSentinel(old, kind);
          expect(await sentinels[index].command("SENTINEL", "MYID")).toBe(id);
          await allUsable(now(), master);

          load.during = "failover";
          await master.crash();
          const promoted = await newMasterAfter(lab, now(), master);
          await master.start();
          await followersOf(lab, now(), promoted);
          master = promoted;
          await allUsable(now(), master);
          await anotherWrite(load);
        }
        load.during = "the end";
      } finally {
        await load.end();
      }
      expect(load.complaints).toEqual([]);
      expect(await master.text("GET", "count")).toBe(String(load.acknowledged));
    });
  },
);

/** Every sentinel sees every other, the master and both replicas, all healthy. */
async function allUsable(group: WatchedGroup, master: DataServer): Promise<void> {
  await lab.until({
    name: `every sentinel is content with the master on port ${master.port}`,
    look: async () =>
      Promise.all(
        group.sentinels.map(async (sentinel) => {
          const [watched] = await sentinel.instances("MASTER", MASTER_NAME);
          const replicas = await sentinel.instances("REPLICAS", MASTER_NAME);
          const others = await sentinel.instances("SENTINELS", MASTER_NAME);
          const flags = [...replicas, ...others].map((each) => each["flags"]);
          return `${watched?.["port"]} ${watched?.["flags"]} ${flags.join(" ")}`;
        }),
      ),
    holds: (all) =>
      all.every((each) => each === `${master.port} master slave slave sentinel sentinel`),
    withinMs: 40_000,
  });
}

async function anotherWrite(load: Load): Promise<void> {
  const before = load.acknowledged;
  await lab.until({
    name: "the client writes again",
    look: async () => load.acknowledged,
    holds: (acknowledged) => acknowledged > before,
    withinMs: 20_000,
  });
}
