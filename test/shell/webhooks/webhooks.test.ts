import { once } from "node:events";
import { appendFileSync, readFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Webhooks } from "../../../src/shell/webhooks/webhooks.ts";
import { Speakers } from "./three-sentinels.ts";

const SECRET = `whsec_${Buffer.alloc(32, 1).toString("base64")}`;

interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

let got: Got[];
let answer: (response: ServerResponse, got: Got) => void;
let url: string;
let speakers: Speakers | undefined;
let end: () => void;

beforeEach(async () => {
  vi.stubEnv("HOOK_SECRET", SECRET);
  got = [];
  answer = (response) => response.writeHead(204).end();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Got["body"];
      const arrival = { headers: request.headers, body };
      got.push(arrival);
      answer(response, arrival);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  end = () => {
    server.closeAllConnections();
    server.close();
  };
});

afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
  await speakers?.stop();
  speakers = undefined;
  end();
});

/** Only what the queues do with time is ours to move; sockets and files are real. */
function withOurClock(): void {
  vi.useFakeTimers({ toFake: ["Date"] });
}

function pass(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

function speak(ids: readonly string[], options = ""): Speakers {
  const line = `hook ${url} secret-env HOOK_SECRET allow-private yes${options}`;
  return (speakers = new Speakers(ids, line));
}

const types = (): string[] => got.map(({ body }) => body.type);
const arrived = (count: number) => vi.waitFor(() => expect(got.length).toBe(count), 10_000);

describe("webhooks of three sentinels", () => {
  it("deliver one copy: the first speaks, the others hear of it", async () => {
    const set = speak(["a", "b", "c"]);
    set.happens("+sdown");
    set.happens("+odown");
    await arrived(2);
    await vi.waitFor(() => {
      const figures = ["a", "b", "c"].map((id) => set.of(id).read()[0]);
      expect(figures.map((each) => each?.queueLength)).toEqual([0, 0, 0]);
      expect(figures.map((each) => each?.deliveredByOthers)).toEqual([0, 2, 2]);
    });
    expect(types()).toEqual(["master.sdown", "master.odown"]);
    expect(got[0]?.body.data).toMatchObject({
      master: "cache",
      config_epoch: 7,
      address: "10.0.0.1:6379",
      event: "+sdown",
      sentinel: "a",
    });
    expect(got[0]?.body.data["incident"]).toBe(got[1]?.body.data["incident"]);
  });

  it("deliver what the first did not live to tell", async () => {
    const set = speak(["a", "b", "c"], " hold 1");
    // The receiver gets it and the sender dies before it hears so.
    answer = (response) => {
      answer = (next) => next.writeHead(204).end();
      set.dies("a");
      response.writeHead(204).end();
    };
    set.happens("+odown");
    await vi.waitFor(() => expect(got.length).toBeGreaterThan(1), 10_000);
    const ids = got.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(1);
    expect(types()[0]).toBe("master.odown");
  });

  it("count an event that comes again as another", async () => {
    const set = speak(["a", "b"]);
    set.happens("+sdown");
    set.happens("-sdown");
    set.happens("+sdown");
    await arrived(3);
    const ids = got.map(({ headers }) => headers["webhook-id"]);
    expect(new Set(ids).size).toBe(3);
    expect(types()).toEqual(["master.sdown", "master.recovered", "master.sdown"]);
  });

  it("say nothing of an instance in downtime, nor of what the filter leaves out", async () => {
    const set = speak(["a"], " events master.*");
    set.happens("+sdown", { isInDowntime: true });
    set.happens("+tilt", {});
    set.happens("+odown");
    await arrived(1);
    expect(types()).toEqual(["master.odown"]);
  });
});

describe("a receiver in trouble", () => {
  it("gets everything in order once it is well, and is left alone meanwhile", async () => {
    const set = speak(["a"]);
    answer = (response) => response.writeHead(500).end();
    set.happens("+sdown");
    set.happens("+odown");
    set.happens("+switch-master");
    await arrived(1);
    await vi.waitFor(() => expect(set.of("a").read()[0]?.failedAttempts).toBe(1));
    expect(set.of("a").read()[0]?.queueLength).toBe(3);
    answer = (response) => response.writeHead(200).end();
    // The second attempt comes after two seconds, give or take a fifth.
    await arrived(4);
    expect(types()).toEqual(["master.sdown", "master.sdown", "master.odown", "master.changed"]);
    expect(set.logs.filter((line) => line.includes("webhook hook"))).toEqual([
      "warning a webhook hook: status 500; tried again later",
      "notice a webhook hook: the receiver answers again",
    ]);
  });

  it("says 410, and gets nothing more until somebody asks for it", async () => {
    const set = speak(["a"]);
    answer = (response) => response.writeHead(410).end();
    set.happens("+sdown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.isDisabled).toBe(true));
    set.happens("+odown");
    expect(set.of("a").read()[0]).toMatchObject({ dead: 2, queueLength: 0 });
    answer = (response) => response.writeHead(200).end();
    expect(set.of("a").replay("hook", undefined)).toBe(2);
    await arrived(3);
    expect(types()).toEqual(["master.sdown", "master.sdown", "master.odown"]);
  });

  it("is tried again by something new, never sooner than a minute after the last time", async () => {
    withOurClock();
    const set = speak(["a"]);
    answer = (response) => response.writeHead(503).end();
    set.happens("+sdown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.failedAttempts).toBe(1));
    // Back in time: what was planned is far off.
    vi.setSystemTime(Date.now() - 3_600_000);
    set.happens("+odown");
    expect(got.length).toBe(1);
    pass(3_600_000 + 61_000);
    answer = (response) => response.writeHead(200).end();
    set.happens("+switch-master");
    await arrived(4);
  });

  it("may ask for patience, and gets it whatever happens meanwhile", async () => {
    withOurClock();
    const set = speak(["a"]);
    answer = (response) => response.writeHead(503, { "retry-after": "3600" }).end();
    set.happens("+sdown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.failedAttempts).toBe(1));
    answer = (response) => response.writeHead(200).end();
    for (const ms of [59_000, 2_000, 3_500_000]) {
      pass(ms);
      set.happens("+odown");
      expect(set.of("a").read()[0]).toMatchObject({ failedAttempts: 1, delivered: 0 });
      await setImmediate();
      expect(got.length).toBe(1);
    }
    pass(40_000);
    set.happens("+switch-master");
    await arrived(6);
  });

  it("gets what somebody asks for again, however old it is", async () => {
    withOurClock();
    const set = speak(["a"]);
    answer = (response) => response.writeHead(410).end();
    set.happens("+sdown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.dead).toBe(1));
    pass(37 * 3_600_000);
    answer = (response) => response.writeHead(200).end();
    expect(set.of("a").replay("hook", undefined)).toBe(1);
    expect(set.of("a").read()[0]?.oldestPendingSeconds).toBe(0);
    await vi.waitFor(() =>
      expect(set.of("a").read()[0]).toMatchObject({
        delivered: 1,
        dead: 1,
        queueLength: 0,
        deliverySeconds: { count: 0, sum: 0 },
      }),
    );
  });

  it("loses the oldest of more than a thousand, and the log has them whole", () => {
    const set = speak(["a"]);
    answer = () => undefined;
    for (let count = 0; count < 1002; count++) set.happens("+sdown");
    expect(set.of("a").read()[0]).toMatchObject({ queueLength: 1000, dead: 2 });
    const letters = set.logs.filter((line) => line.includes("given up"));
    expect(letters).toHaveLength(2);
    expect(letters[0]).toMatch(
      /more than 1000 wait\): \{"atMs":\d+,"event":"\+sdown",.*"id":"msg_/,
    );
  });
});

describe("the queue on disk", () => {
  it("is gone on with by the next process, in order", async () => {
    const set = speak(["a"]);
    answer = (response) => response.writeHead(500).end();
    set.happens("+sdown");
    set.happens("+odown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.failedAttempts).toBe(1));
    await set.of("a").stop();
    const path = join(set.folder, "a", "hook.jsonl");
    const kept = readFileSync(path, "utf8");
    expect(
      kept
        .split("\n")
        .map((line) => (line === "" ? "" : (JSON.parse(line) as { kind: string }).kind)),
    ).toEqual(["waits", "waits", "tried", ""]);
    expect(kept).not.toContain(SECRET);
    answer = (response) => response.writeHead(200).end();
    const next = nextLife(set);
    next.start();
    await arrived(3);
    await next.stop();
    expect(types()).toEqual(["master.sdown", "master.sdown", "master.odown"]);
  });

  it("goes first, and nothing is lost or told twice, when something happens at the start", async () => {
    const set = speak(["a"]);
    answer = (response) => response.writeHead(500).end();
    set.happens("+sdown");
    set.happens("+odown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.failedAttempts).toBe(1));
    await set.of("a").stop();
    const before = got.length;
    answer = (response) => response.writeHead(200).end();
    const next = nextLife(set);
    next.start();
    next.onEvent(set.fed("+switch-master"));
    await arrived(before + 3);
    await vi.waitFor(() => expect(next.read()[0]).toMatchObject({ delivered: 3, queueLength: 0 }));
    await next.stop();
    expect(types().slice(before)).toEqual(["master.sdown", "master.odown", "master.changed"]);
    const last = nextLife(set);
    last.start();
    await last.stop();
    expect(last.queues()[0]?.waiting).toEqual([]);
    expect(last.queues()[0]?.finished).toHaveLength(3);
  });

  it("bears a line that a crash has torn", async () => {
    const set = speak(["a"]);
    answer = (response) => response.writeHead(500).end();
    set.happens("+sdown");
    await vi.waitFor(() => expect(set.of("a").read()[0]?.failedAttempts).toBe(1));
    await set.of("a").stop();
    appendFileSync(join(set.folder, "a", "hook.jsonl"), '{"kind":"waits","deli');
    const next = nextLife(set);
    next.start();
    next.onEvent(set.fed("+odown"));
    await next.stop();
    const last = nextLife(set);
    last.start();
    await last.stop();
    const waiting = last.queues()[0]?.waiting.map(({ notice }) => notice.key.type);
    expect(waiting).toEqual(["master.sdown", "master.odown"]);
  });

  it("does not grow from life to life", async () => {
    const set = speak(["a"]);
    await set.of("a").stop();
    for (let life = 0; life < 5; life++) {
      const next = nextLife(set);
      next.start();
      for (let count = 0; count < 500; count++) next.onEvent(set.fed("+odown"));
      await next.stop();
    }
    const lines = readFileSync(join(set.folder, "a", "hook.jsonl"), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.length).toBeLessThan(2000);
  });

  it("is kept by an endpoint whose line changes, and goes with one that is removed", async () => {
    const set = speak(["a"]);
    await set.of("a").stop();
    answer = (response) => response.writeHead(500).end();
    const words = [url, "secret-env", "HOOK_SECRET", "allow-private", "yes"];
    let lines = new Map([["hook", words]]);
    const life = nextLife(set, () => lines);
    life.start();
    life.onEvent(set.fed("+sdown"));
    lines = new Map([["hook", [...words, "hold", "3"]]]);
    life.onEvent(set.fed("+odown"));
    const queued = () => life.queues()[0]?.waiting.map(({ notice }) => notice.key.type);
    await vi.waitFor(() => expect(queued()).toEqual(["master.sdown", "master.odown"]));
    lines = new Map();
    expect(life.queues()).toEqual([]);
    lines = new Map([["hook", words]]);
    life.queues();
    await life.stop();
    expect(queued()).toEqual([]);
  });
});

describe("without a webhook", () => {
  it("an event costs nothing", async () => {
    let asked = 0;
    const set = speak([]);
    const idle = new Webhooks({
      lines: () => new Map(),
      folder: set.folder,
      sentinel: "a",
      configEpoch: () => ++asked,
      speaksFor: () => ++asked > 0,
      tellOthers: () => undefined,
      log: () => undefined,
    });
    idle.start();
    idle.onEvent(set.fed("+odown"));
    await idle.stop();
    expect(asked).toBe(0);
  });
});

/** The next process of the sentinel `a`. */
function nextLife(
  { folder }: Speakers,
  lines?: () => ReadonlyMap<string, readonly string[]>,
): Webhooks {
  const same = new Map([["hook", [url, "secret-env", "HOOK_SECRET", "allow-private", "yes"]]]);
  return new Webhooks({
    lines: lines ?? (() => same),
    folder: join(folder, "a"),
    sentinel: "a",
    configEpoch: () => 7,
    speaksFor: () => true,
    tellOthers: () => undefined,
    log: () => undefined,
  });
}
