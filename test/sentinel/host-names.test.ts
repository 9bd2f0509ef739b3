import { describe, expect, it } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { questionId } from "../../src/base/ids.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Link } from "../../src/sentinel/state.ts";
import {
  commandsIn,
  eventNames,
  eventsIn,
  masterInfo,
  replicaInfo,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

const AT = (host: string, port = 6379): Address => ({ host, port });
const NAMES = { "redis-0": ["10.0.0.2"], "redis-1": ["10.0.0.3"], "redis-2": ["10.0.0.4"] };

function named(options: ConstructorParameters<typeof WatchedMaster>[0] = {}): WatchedMaster {
  return new WatchedMaster({
    names: NAMES,
    master: AT("redis-0"),
    replicas: [AT("redis-1"), AT("redis-2")],
    ...options,
  });
}

function targets(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "open-link" ? [`${effect.address.host}:${effect.address.port}`] : [],
  );
}

function questions(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === "resolve" ? [effect.name] : []));
}

function lose(world: WatchedMaster, link: Link): readonly Effect[] {
  return world.give({ kind: "link-lost", link: link.id, reason: "reset" });
}

function replicaAt(world: WatchedMaster, host: string) {
  return [...world.master.replicas.values()].find(({ place }) => place.host === host);
}

describe("a host name in the configuration", () => {
  it("is resolved, connected to by its IP and shown by it", () => {
    const world = named();
    expect(targets(world.effects)).toEqual(
      expect.arrayContaining(["10.0.0.2:6379", "10.0.0.3:6379", "10.0.0.4:6379"]),
    );
    expect(world.master.address).toEqual(AT("10.0.0.2"));
    expect([...world.master.replicas.keys()]).toEqual(["10.0.0.3:6379", "10.0.0.4:6379"]);
  });

  it("is what the file keeps (W-11)", () => {
    const [master] = durableView(named().state).masters;
    expect(master?.address).toEqual(AT("redis-0"));
    expect(master?.replicas).toEqual([AT("redis-1"), AT("redis-2")]);
  });

  it("is shown itself with announce-hostnames, and when that is switched on", () => {
    const world = named({ announceHostnames: true });
    expect([...world.master.replicas.keys()]).toEqual(["redis-1:6379", "redis-2:6379"]);
    expect(world.master.address).toEqual(AT("redis-0"));
    const other = named();
    other.request("SENTINEL", "CONFIG", "SET", "announce-hostnames", "yes");
    expect(other.master.address).toEqual(AT("redis-0"));
    expect([...other.master.replicas.keys()]).toEqual(["10.0.0.3:6379", "10.0.0.4:6379"]);
    other.request("SENTINEL", "CONFIG", "SET", "announce-hostnames", "no");
    expect(other.master.address).toEqual(AT("10.0.0.2"));
  });

  it("that cannot be resolved is no hindrance: it is asked for again, and counts as down", () => {
    const world = new WatchedMaster({ names: {}, master: AT("redis-0"), replicas: [] });
    expect(targets(world.effects)).not.toContain("redis-0:6379");
    const seen = world.pass(5_000);
    expect(eventNames(seen)).toContain("+sdown");
    expect(questions(seen).length).toBeGreaterThanOrEqual(1);
    expect(questions(seen).length).toBeLessThanOrEqual(3);
    world.names.set("redis-0", ["10.0.0.2"]);
    expect(targets(world.pass(3_000))).toContain("10.0.0.2:6379");
  });

  it("two that cannot be resolved are not the same place", () => {
    const world = new WatchedMaster({
      names: {},
      master: AT("redis-0"),
      replicas: [AT("redis-1"), AT("redis-2")],
    });
    expect([...world.master.replicas.keys()]).toEqual(["redis-1:6379", "redis-2:6379"]);
    world.pass(5_000);
    expect(world.master.replicas.size).toBe(2);
  });
});

describe("a lost connection", () => {
  it("is tried again at once where it was, and the name asked for meanwhile", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.clear();
    const seen = lose(world, world.master.link);
    expect(targets(seen)).toEqual(["10.0.0.2:6379"]);
    expect(questions(seen)).toEqual(["redis-0"]);
  });

  it("goes where the name leads now", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.set("redis-1", ["10.0.0.33"]);
    const replica = replicaAt(world, "redis-1");
    if (replica === undefined) throw new Error("no redis-1");
    const seen = lose(world, replica.link);
    expect(targets(seen).at(-1)).toBe("10.0.0.33:6379");
    expect(replica.address).toEqual(AT("10.0.0.33"));
    expect(replica.name).toBe("10.0.0.3:6379");
  });

  it("asks at most once a second, whatever the number of attempts", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    const { link } = world.master;
    let asked = 0;
    for (let at = 0; at < 50; at++) {
      const seen = [...lose(world, link), ...world.pass(100)];
      asked += questions(seen).filter((name) => name === "redis-0").length;
    }
    expect(asked).toBeLessThanOrEqual(6);
    expect(asked).toBeGreaterThanOrEqual(4);
  });

  it("does not wait for a resolver that stalls, nor does anything else", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.clear();
    const seen = world.loseMaster();
    expect(targets(seen)).toContain("10.0.0.2:6379");
    expect(eventsIn(seen)).toContain("+sdown master mymaster 10.0.0.2 6379");
  });

  it("takes the next of several addresses when the one in use fails, and stays there", () => {
    const world = named({ names: { ...NAMES, "redis-0": ["10.0.0.2", "10.0.0.22"] } });
    world.pass(2_000, () => world.answerAll());
    const { link } = world.master;
    lose(world, link);
    const seen = [...lose(world, link), ...world.pass(200)];
    expect(targets(seen)).toContain("10.0.0.22:6379");
    world.open(link);
    world.pong(world.master);
    expect(world.master.address).toEqual(AT("10.0.0.22"));
    world.names.set("redis-0", ["10.0.0.2", "10.0.0.22", "10.0.0.222"]);
    world.pass(1_500, () => world.answerAll());
    expect(targets(lose(world, link))).toEqual(["10.0.0.22:6379"]);
  });

  it("of an instance that is silent has its name asked for before it is replaced", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.set("redis-0", ["10.0.0.20"]);
    const seen = world.pass(2_600, () => world.answerAll({ but: [world.master] }));
    expect(targets(seen)).toContain("10.0.0.20:6379");
  });
});

describe("an answer of the resolver", () => {
  it("that comes too late is nobody's", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.clear();
    lose(world, world.master.link);
    const late = questionId(world.state.lastQuestionId);
    world.pass(2_100);
    world.give({ kind: "resolved", question: late, ips: ["10.6.6.6"] });
    expect(world.master.address).toEqual(AT("10.0.0.2"));
  });

  it("without a usable address is none", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.set("redis-0", ["nonsense"]);
    lose(world, world.master.link);
    expect(world.master.address).toEqual(AT("10.0.0.2"));
  });

  it("names a replica once, and makes one of two that turn out to be the same", () => {
    const world = new WatchedMaster({
      names: {},
      master: AT("10.0.0.2"),
      replicas: [AT("redis-1"), AT("10.0.0.3")],
    });
    world.names.set("redis-1", ["10.0.0.3"]);
    world.pass(4_000);
    expect([...world.master.replicas.keys()]).toEqual(["10.0.0.3:6379"]);
    expect(replicaAt(world, "redis-1")).toBeDefined();
  });
});

describe("replicas in the master's INFO", () => {
  it("are found by name, once the name is resolved", () => {
    const world = named({ names: { ...NAMES, "redis-3": ["10.0.0.5"] }, announceHostnames: true });
    const seen = world.info(world.master, masterInfo([AT("redis-3")]));
    expect(world.pass(10, () => world.answerAll())).toBeDefined();
    const more = world.info(world.master, masterInfo([AT("redis-3")]));
    expect(eventsIn([...seen, ...more])).toContain(
      "+slave slave redis-3:6379 redis-3 6379 @ mymaster redis-0 6379",
    );
  });

  it("are ignored by a name that has no address, or without resolve-hostnames (S-100)", () => {
    const world = named();
    for (let at = 0; at < 3; at++) {
      world.info(world.master, masterInfo([AT("nowhere")]));
      world.pass(2_500, () => world.answerAll());
    }
    expect(world.master.replicas.size).toBe(2);
    const plain = new WatchedMaster();
    plain.info(plain.master, masterInfo([AT("redis-1")]));
    expect(plain.master.replicas.size).toBe(2);
    expect(questions(plain.effects)).toEqual([]);
  });

  it("are the known ones, listed by name or by IP", () => {
    const world = named();
    world.info(world.master, masterInfo([AT("10.0.0.3"), AT("REDIS-2"), AT("::ffff:10.0.0.4")]));
    expect(world.master.replicas.size).toBe(2);
  });

  it("are not taken for new while the name of one that has moved is being asked for", () => {
    const world = named();
    world.pass(2_000, () => world.answerAll());
    world.names.delete("redis-1");
    const replica = replicaAt(world, "redis-1");
    if (replica === undefined) throw new Error("no redis-1");
    lose(world, replica.link);
    world.info(world.master, masterInfo([AT("10.0.0.33")]));
    expect(world.master.replicas.size).toBe(2);
    const question = questionId(world.state.lastQuestionId);
    world.give({ kind: "resolved", question, ips: ["10.0.0.33"] });
    world.info(world.master, masterInfo([AT("10.0.0.33")]));
    expect(world.master.replicas.size).toBe(2);
  });
});

/** How often a replica that reports this master is put right in a minute and a half. */
function corrections(world: WatchedMaster, host: string): number {
  const replica = replicaAt(world, "redis-1");
  if (replica === undefined) throw new Error("no redis-1");
  const seen: Effect[] = [];
  for (let at = 0; at < 9; at++) {
    seen.push(...world.pass(9_000, () => world.answerAll({ but: [replica] })));
    world.pong(replica);
    seen.push(...world.info(replica, replicaInfo(replica, AT(host))));
  }
  return eventNames(seen).filter((name) => name === "+fix-slave-config").length;
}

describe("a replica that names its master otherwise", () => {
  it.each([
    ["by the name itself", "REDIS-0"],
    ["by its IP", "10.0.0.2"],
    ["by another name of the same address", "redis-alias"],
    ["by a name of which that is one address", "redis-many"],
    ["by a name of which the resolver says nothing", "redis-silent"],
  ])("is left alone: %s", (_, host) => {
    const names = { ...NAMES, "redis-alias": ["10.0.0.2"], "redis-many": ["::1", "10.0.0.2"] };
    expect(corrections(named({ names }), host)).toBe(0);
  });

  it("is put right when that is another place", () => {
    const names = { ...NAMES, other: ["10.9.9.9"], gone: "gone" } as const;
    expect(corrections(named({ names }), "other")).toBeGreaterThan(0);
    expect(corrections(named({ names }), "gone")).toBeGreaterThan(0);
  });
});

describe("a server at the IP of a container that is gone", () => {
  it("is not made a replica: it may be somebody else's master", () => {
    const world = named();
    const replica = replicaAt(world, "redis-1");
    if (replica === undefined) throw new Error("no redis-1");
    world.pass(2_000, () => world.answerAll());
    world.names.set("redis-1", "gone");
    lose(world, replica.link);
    world.open(replica.link);
    const stray = [`run_id:${runIdOf("9")}`, "role:master"];
    const seen: Effect[] = [];
    for (let at = 0; at < 30; at++) {
      seen.push(...world.pass(1_000, () => world.answerAll({ but: [replica] })));
      world.pong(replica);
      seen.push(...world.info(replica, stray));
    }
    expect(commandsIn(seen, "reconfigure")).toEqual([]);
    expect(eventNames(seen)).toContain("+reboot");
  });
});

describe("SENTINEL MONITOR", () => {
  it.each([
    ["a name that resolves", "redis-5", { kind: "simple", text: "OK" }],
    [
      "one that does not",
      "gone",
      { kind: "error", text: "ERR Invalid IP address or hostname specified" },
    ],
    ["no name", "no!name", { kind: "error", text: "ERR Invalid IP address or hostname specified" }],
  ] as const)("takes %s", (_, host, answer) => {
    const world = named({ names: { ...NAMES, "redis-5": ["10.0.0.9"], gone: "gone" } });
    const { reply } = world.ask("SENTINEL", "MONITOR", "other", host, "6379", "2");
    expect(reply).toEqual(answer);
  });

  it("answers when the resolver has had its time", () => {
    const world = named();
    const before = world.ask("SENTINEL", "MONITOR", "other", "silent", "6379", "2");
    expect(before.reply).toBeUndefined();
    const seen = world.pass(2_100, () => world.answerAll());
    expect(seen.find((effect) => effect.kind === "reply")).toMatchObject({
      reply: { reply: { text: "ERR Invalid IP address or hostname specified" } },
    });
  });

  it("refuses a name without resolve-hostnames", () => {
    const { reply } = new WatchedMaster().ask("SENTINEL", "MONITOR", "o", "redis-0", "1", "2");
    expect(reply).toMatchObject({ text: "ERR Invalid IP address or hostname specified" });
  });
});

describe("is-master-down-by-addr", () => {
  it.each(["redis-0", "10.0.0.2", "Redis-0", "alias"])("finds the master by %s", (host) => {
    const world = named({ names: { ...NAMES, alias: ["10.0.0.2"] } });
    world.loseMaster();
    const { reply } = world.ask("SENTINEL", "IS-MASTER-DOWN-BY-ADDR", host, "6379", "0", "*");
    expect(reply).toMatchObject({ items: [{ value: 1 }, {}, {}] });
  });

  it("finds it by the IP it had, also when its name has been taken back", () => {
    const world = named();
    world.names.set("redis-0", "gone");
    world.loseMaster();
    const { reply } = world.ask("SENTINEL", "IS-MASTER-DOWN-BY-ADDR", "10.0.0.2", "6379", "0", "*");
    expect(reply).toMatchObject({ items: [{ value: 1 }, {}, {}] });
  });

  it("knows nothing of other names", () => {
    const world = named({ names: { ...NAMES, other: ["10.9.9.9"], gone: "gone" } });
    for (const host of ["other", "gone"]) {
      const { reply } = world.ask("SENTINEL", "IS-MASTER-DOWN-BY-ADDR", host, "6379", "0", "*");
      expect(reply).toMatchObject({ items: [{ value: 0 }, {}, { value: 0 }] });
    }
  });
});

describe("a hello with names", () => {
  it("moves the master to a name that resolves, with epoch and events only then (W-12)", () => {
    const world = named({ announceHostnames: true });
    const first = world.hello("b", { currentEpoch: 9, configEpoch: 9, master: AT("redis-9") });
    expect(eventNames(first)).toEqual([]);
    expect(world.master.configEpoch).toBe(4);
    world.pass(2_100, () => world.answerAll());
    expect(world.state.currentEpoch).toBe(9);
    expect(world.master.configEpoch).toBe(4);
    world.names.set("redis-9", ["10.0.0.99"]);
    world.pass(1_100, () => world.answerAll());
    const seen = world.hello("b", { currentEpoch: 9, configEpoch: 9, master: AT("redis-9") });
    expect(eventsIn(seen)).toContain("+switch-master mymaster redis-0 6379 redis-9 6379");
    expect(world.master.configEpoch).toBe(9);
  });

  it("that names the master by its IP changes nothing but the epoch", () => {
    const world = named();
    const seen = world.hello("b", { currentEpoch: 9, configEpoch: 9, master: AT("10.0.0.2") });
    expect(eventNames(seen)).toEqual(["+new-epoch"]);
    expect(world.master.configEpoch).toBe(9);
    expect(world.master.place).toEqual(AT("redis-0"));
  });

  it("that names a known replica by its IP keeps the name", () => {
    const world = named();
    world.hello("b", { currentEpoch: 9, configEpoch: 9, master: AT("10.0.0.3") });
    expect(world.master.place).toEqual(AT("redis-1"));
    expect(world.master.address).toEqual(AT("10.0.0.3"));
    expect(replicaAt(world, "redis-0")).toBeDefined();
    expect(world.master.replicas.size).toBe(2);
  });

  it("with a master's name is not believed without resolve-hostnames", () => {
    const world = new WatchedMaster();
    world.hello("b", { currentEpoch: 9, configEpoch: 9, master: AT("redis-9") });
    expect(world.state.currentEpoch).toBe(9);
    expect(world.master.configEpoch).toBe(4);
  });

  it("of a peer makes it known by its name, or not at all when that has no address", () => {
    const world = named({ names: { ...NAMES, "sentinel-9": ["10.0.0.9"], gone: "gone" } });
    const seen = world.hello("d", { address: AT("sentinel-9", 26379) });
    expect(eventsIn(seen)).toContain(
      `+sentinel sentinel ${runIdOf("d")} 10.0.0.9 26379 @ mymaster 10.0.0.2 6379`,
    );
    world.hello("e", { address: AT("gone", 26379) });
    expect(world.master.sentinels.has(runIdOf("e"))).toBe(false);
  });

  it("cannot make the resolver busy for long", () => {
    const world = named();
    let asked = 0;
    for (let at = 0; at < 500; at++) {
      asked += questions(world.hello("b", { master: AT(`junk-${at}`) })).length;
    }
    expect(asked).toBeLessThanOrEqual(32);
    world.pass(2_100, () => world.answerAll());
    for (let at = 500; at < 700; at++) world.hello("b", { master: AT(`junk-${at}`) });
    expect(world.state.names.size).toBeLessThan(200);
  });
});
