import { describe, expect, it } from "vitest";
import { epoch } from "../../src/base/units.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import { REPLICAS_MAX, SENTINELS_MAX } from "../../src/sentinel/tunables.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import { LARGEST_EPOCH } from "../../src/wire/epochs.ts";
import { eventNames, MASTER, runIdOf, WatchedMaster } from "./watched-master.ts";

function logLines(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === "log" ? [effect.message] : []));
}

function publish(world: WatchedMaster, payload: string): readonly Effect[] {
  const before = world.effects.length;
  world.request("PUBLISH", "__sentinel__:hello", payload);
  return world.effects.slice(before);
}

function forgedPeer(number: number): string {
  const id = number.toString(16).padStart(40, "0");
  return `10.9.${number >> 8}.${number & 255},26379,${id},4,mymaster,10.0.0.2,6379,4`;
}

describe("a stranger who forges hellos", () => {
  it("introduces no more sentinels than could be real, and the log says so once a minute", () => {
    const world = new WatchedMaster();
    const said: string[] = [];
    for (let number = 0; number < 3000; number++) {
      said.push(...logLines(publish(world, forgedPeer(number))));
    }
    expect(world.master.sentinels.size).toBe(SENTINELS_MAX);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(`${SENTINELS_MAX} others are known for mymaster`);
    world.pass(60_000, () => world.answerAll());
    expect(logLines(publish(world, forgedPeer(5000)))[0]).toContain("2801 more like it");
    // Those that are known are heard as ever.
    expect(eventNames(world.hello("b", { currentEpoch: 12 }))).toEqual(["+new-epoch"]);
  });

  it("is told of in the log with the reason, once a minute", () => {
    const world = new WatchedMaster();
    expect(logLines(publish(world, "\xff\xfe,,,"))).toEqual([
      "Ignored a hello from a client: not 8 tokens",
    ]);
    expect(logLines(publish(world, "x".repeat(1_000_000)))).toEqual([]);
    world.pass(60_000, () => world.answerAll());
    const { link } = world.master;
    const later = world.give({ kind: "hello-ignored", link: link.id, reason: "bad current epoch" });
    expect(logLines(later)).toEqual([
      "Ignored a hello from 10.0.0.2:6379: bad current epoch (and 1 more like it since the last such line)",
    ]);
  });
});

describe("absurd epochs", () => {
  it.each([
    ["the largest", LARGEST_EPOCH],
    ["one above the half of what there is", epoch(2 ** 52 + 1)],
  ])("in a hello or a vote change nothing: %s", (_, absurd) => {
    const world = new WatchedMaster();
    expect(eventNames(world.hello("b", { currentEpoch: absurd }))).toEqual([]);
    expect(eventNames(world.hello("b", { configEpoch: absurd }))).toEqual([]);
    const { host, port } = MASTER;
    const words = ["is-master-down-by-addr", host, String(port), String(absurd), runIdOf("b")];
    expect(world.request("SENTINEL", ...words)).toMatchObject({
      items: [{ value: 0 }, { bytes: "*" }, { value: 0 }],
    });
    expect(world.state.currentEpoch).toBe(4);
    expect(world.effects.flatMap((effect) => logLines([effect]))).toHaveLength(1);
  });

  it("cannot be reached so soon: who is at the top of what is believed elects, and votes, as ever", () => {
    const world = new WatchedMaster();
    world.hello("b", { currentEpoch: 2 ** 52 });
    world.startElection();
    expect(world.state.currentEpoch).toBe(2 ** 52 + 1);
    const next = String(2 ** 52 + 2);
    const { host, port } = MASTER;
    expect(
      world.request("SENTINEL", "is-master-down-by-addr", host, String(port), next, runIdOf("c")),
    ).toMatchObject({ items: [{ value: 1 }, { bytes: runIdOf("c") }, { value: 2 ** 52 + 2 }] });
  });
});

describe("a master that lies", () => {
  it("has no more replicas than could be real", () => {
    const world = new WatchedMaster();
    const lines = Array.from(
      { length: 20_000 },
      (_, index) => `slave${index}:ip=10.8.${index >> 8}.${index & 255},port=6379,state=online`,
    );
    const said = logLines(world.info(world.master, ["role:master", ...lines]));
    expect(world.master.replicas.size).toBe(REPLICAS_MAX);
    expect(said).toHaveLength(1);
    expect(logLines(world.info(world.master, ["role:master", ...lines]))).toEqual([]);
  });

  it("is no replica of its own", () => {
    const world = new WatchedMaster();
    const own = `slave0:ip=${MASTER.host},port=${MASTER.port},state=online`;
    world.info(world.master, ["role:master", own]);
    expect(world.master.replicas.size).toBe(2);
  });
});

describe("a resolver that stalls while many ask", () => {
  it("keeps nobody waiting for ever", () => {
    const world = new WatchedMaster({ names: {} });
    const { port } = MASTER;
    const ask = (): unknown =>
      world.ask("SENTINEL", "is-master-down-by-addr", "nowhere.example", String(port), "5", "*")
        .reply;
    const replies = Array.from({ length: 100 }, ask);
    expect(replies.filter((reply) => reply !== undefined)).toHaveLength(100 - 64);
    const before = world.effects.length;
    world.pass(2000, () => world.answerAll());
    const late = world.effects.slice(before).filter((effect) => effect.kind === "reply");
    expect(late).toHaveLength(64);
  });
});

describe("names that are no longer resolved", () => {
  it("are written down by their last IP, for the next start would refuse them", () => {
    const named = { host: "redis.example", port: 6379 };
    const world = new WatchedMaster({ names: { "redis.example": ["10.0.0.2"] }, master: named });
    world.request("SENTINEL", "CONFIG", "SET", "resolve-hostnames", "no");
    expect(durableView(world.state).masters[0]?.address).toEqual(MASTER);
    expect(durableView(world.state).resolveHostnames).toBe(false);
  });

  it("keep resolve-hostnames in the file as long as one has no IP", () => {
    const replicas = [{ host: "unknown.example", port: 6380 }];
    const world = new WatchedMaster({ names: {}, replicas });
    world.request("SENTINEL", "CONFIG", "SET", "resolve-hostnames", "no");
    expect(durableView(world.state).resolveHostnames).toBe(true);
    expect(durableView(world.state).masters[0]?.replicas).toEqual(replicas);
  });
});

describe("a number that the next start would refuse", () => {
  it.each([
    ["SET", "mymaster", "down-after-milliseconds", "2147483648"],
    ["SET", "mymaster", "crash-detection-milliseconds", "4503599627370496"],
    ["DEBUG", "default-down-after", "2147483648"],
    ["MONITOR", "other", "10.0.0.3", "6379", "2147483648"],
  ])("is refused now: SENTINEL %s", (...words) => {
    expect(new WatchedMaster().request("SENTINEL", ...words)).toMatchObject({ kind: "error" });
  });
});
