import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, expect, it } from "vitest";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { freePort } from "./harness/ports.ts";
import { describeWithReal, realProgram } from "./harness/programs.ts";
import {
  followersOf,
  MASTER_NAME,
  newMasterAfter,
  startGroup,
  type WatchedGroup,
} from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

/** A yes to the question whether that address is the master. */
interface Yes {
  readonly address: string;
  readonly askedAt: number;
  readonly answeredAt: number;
}

const LOOK_EVERY_MS = 40;

/** Asks every sentinel about every server, all the time, and keeps each yes. */
class Prober {
  readonly yes: Yes[] = [];
  asked = 0;
  readonly #stop = new AbortController();
  readonly #loops: readonly Promise<void>[];

  constructor(httpPorts: readonly number[], servers: readonly DataServer[]) {
    this.#loops = httpPorts.flatMap((http) =>
      servers.map(({ port }) => this.#ask(http, `127.0.0.1:${port}`)),
    );
  }

  async #ask(httpPort: number, address: string): Promise<void> {
    const url = `http://127.0.0.1:${httpPort}/master/${MASTER_NAME}/${address}`;
    while (!this.#stop.signal.aborted) {
      const askedAt = performance.now();
      const status = await statusOf(url);
      const answeredAt = performance.now();
      this.asked++;
      if (status === 200) this.yes.push({ address, askedAt, answeredAt });
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The address that the newest yes was about. */
  get latest(): string | undefined {
    return this.yes.at(-1)?.address;
  }

  /** @returns each yes that came, or was under way, after another address had got one */
  async end(): Promise<readonly string[]> {
    this.#stop.abort();
    await Promise.all(this.#loops);
    return contradictions(this.yes);
  }
}

interface Span {
  readonly address: string;
  readonly firstAnswer: number;
  lastAsked: number;
}

/** One master after the other, by the yes that each got. */
function spansOf(all: readonly Yes[]): readonly Span[] {
  const sorted = all.toSorted((a, b) => a.answeredAt - b.answeredAt);
  const spans: Span[] = [];
  for (const { address, askedAt, answeredAt } of sorted) {
    const span = spans.at(-1);
    if (span?.address === address) span.lastAsked = Math.max(span.lastAsked, askedAt);
    else spans.push({ address, firstAnswer: answeredAt, lastAsked: askedAt });
  }
  return spans;
}

/** Addresses may follow each other, never be the master at once or come back by an old answer. */
function contradictions(all: readonly Yes[]): readonly string[] {
  const spans = spansOf(all);
  return spans.flatMap((span, index) => {
    const next = spans[index + 1];
    return next !== undefined && span.lastAsked > next.firstAnswer
      ? [`${span.address} and ${next.address} at once`]
      : [];
  });
}

async function statusOf(url: string): Promise<number> {
  try {
    const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(2000) });
    return answer.status;
  } catch {
    return 0;
  }
}

function haproxyConfiguration(
  port: number,
  servers: readonly DataServer[],
  httpPorts: readonly number[],
): string {
  const lines = servers.flatMap((server) =>
    httpPorts.map(
      (http, index) =>
        `    server 127.0.0.1:${server.port}_${index} 127.0.0.1:${server.port} check addr 127.0.0.1 port ${http}`,
    ),
  );
  return `global
    maxconn 200
defaults
    mode tcp
    timeout connect 500ms
    timeout client 1m
    timeout server 1m
    timeout check 700ms
    default-server inter 200ms fall 1 rise 1 on-marked-down shutdown-sessions
    retries 3
    option redispatch
frontend master
    bind 127.0.0.1:${port}
    default_backend master
backend master
    balance first
    option httpchk
    http-check send meth HEAD uri-lf "/master/${MASTER_NAME}/%[srv_name,field(1,_)]" ver HTTP/1.1 hdr Host localhost
    http-check expect status 200
${lines.join("\n")}
`;
}

/** A client that knows nothing of sentinels: one address, and another try after each failure. */
class PlainWriter {
  readonly #redis: Redis;
  acknowledged = 0;

  constructor(port: number) {
    this.#redis = new Redis({
      port,
      host: "127.0.0.1",
      retryStrategy: () => 50,
      maxRetriesPerRequest: 0,
      connectTimeout: 1000,
      commandTimeout: 1000,
      reconnectOnError: (error) => error.message.startsWith("READONLY"),
    });
    this.#redis.on("error", () => undefined);
  }

  /** Writes until one is acknowledged. */
  async write(): Promise<void> {
    await lab.until({
      name: "a write through HAProxy",
      look: async () => this.#redis.set("written", String(++this.acknowledged)),
      holds: (reply) => reply === "OK",
      withinMs: 20_000,
    });
  }

  close(): void {
    this.#redis.disconnect();
  }
}

async function behindHaproxy() {
  const httpPorts = [await freePort(), await freePort(), await freePort()];
  const group = await startGroup(lab, {
    data: "vedette",
    sentinels: ["vedette", "vedette", "vedette"],
    lines: (index) => [`vedette http-port ${httpPorts[index] ?? 0}`],
  });
  const port = await freePort();
  const file = join(lab.folder("haproxy-files"), "haproxy.cfg");
  writeFileSync(file, haproxyConfiguration(port, group.servers, httpPorts));
  await lab.run("haproxy", realProgram("haproxy"), ["-db", "-f", file]);
  const prober = new Prober(httpPorts, group.servers);
  await isConfirmed(prober, group.servers[0]);
  return { group, prober, writer: new PlainWriter(port) };
}

async function isConfirmed(prober: Prober, server: DataServer): Promise<void> {
  await lab.until({
    name: `port ${server.port} is confirmed as the master`,
    look: () => prober.latest,
    holds: (address) => address === `127.0.0.1:${server.port}`,
  });
}

function others(group: WatchedGroup, server: DataServer): readonly DataServer[] {
  return group.servers.filter((each) => each !== server);
}

describeWithReal(["haproxy"], "HAProxy in front of three servers", () => {
  it("follows the master through switchover, crash, return and partition; no two are ever confirmed", async () => {
    const { group, prober, writer } = await behindHaproxy();
    try {
      const [first] = group.servers;
      await writer.write();

      // By hand: the master lives and is told to go.
      expect(await group.sentinels[0]?.command("SENTINEL", "FAILOVER", MASTER_NAME)).toBe("OK");
      const second = await newMasterAfter(lab, group, first);
      await isConfirmed(prober, second);
      await writer.write();
      await followersOf(lab, group, second);

      // A crash, and the return of the old master as one.
      await second.crash();
      const third = await newMasterAfter(lab, group, second);
      await isConfirmed(prober, third);
      await writer.write();
      await second.start();
      await followersOf(lab, group, third);

      // Master and a sentinel are cut off, hang, and come back believing what they believed.
      const [minority] = group.sentinels;
      third.process.signal("SIGSTOP");
      minority?.process.signal("SIGSTOP");
      const majority = { ...group, sentinels: group.sentinels.slice(1) };
      const fourth = await newMasterAfter(lab, majority, third);
      await isConfirmed(prober, fourth);
      await writer.write();
      third.process.signal("SIGCONT");
      minority?.process.signal("SIGCONT");
      await followersOf(lab, group, fourth);
      await isConfirmed(prober, fourth);
      await writer.write();

      expect(others(group, fourth)).toHaveLength(2);
      expect(await prober.end()).toEqual([]);
      // Any of the others may follow a master, also one that was it before.
      const masters = [first, second, third, fourth].map(({ port }) => `127.0.0.1:${port}`);
      expect(spansOf(prober.yes).map(({ address }) => address)).toEqual(masters);
    } finally {
      await prober.end();
      writer.close();
    }
  });
});
