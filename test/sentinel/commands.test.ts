import { describe, expect, it } from "vitest";
import type { Reply } from "../../src/resp/reply.ts";
import {
  eventsIn,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  runIdOf,
  WatchedMaster,
} from "./watched-master.ts";

/** The field names of a map, in order. */
function fieldNames(reply: Reply | undefined): string[] {
  if (reply?.kind !== "map") throw new Error("not a map");
  return reply.entries.map(([key]) => (key.kind === "bulk" ? String(key.bytes) : ""));
}

function field(reply: Reply | undefined, name: string): string | undefined {
  if (reply?.kind !== "map") throw new Error("not a map");
  const entry = reply.entries.find(([key]) => key.kind === "bulk" && key.bytes === name);
  return entry?.[1].kind === "bulk" ? String(entry[1].bytes) : undefined;
}

function items(reply: Reply): readonly Reply[] {
  if (reply.kind !== "array") throw new Error(`not an array but ${reply.kind}`);
  return reply.items;
}

const MASTER_FIELDS = [
  "name",
  "ip",
  "port",
  "runid",
  "flags",
  "link-pending-commands",
  "link-refcount",
  "last-ping-sent",
  "last-ok-ping-reply",
  "last-ping-reply",
  "down-after-milliseconds",
  "info-refresh",
  "role-reported",
  "role-reported-time",
  "config-epoch",
  "num-slaves",
  "num-other-sentinels",
  "quorum",
  "failover-timeout",
  "parallel-syncs",
];

describe("SENTINEL queries", () => {
  it("shows a calm master in 20 fields, flags exactly master", () => {
    const shown = new WatchedMaster().request("SENTINEL", "MASTER", "mymaster");
    expect(fieldNames(shown)).toEqual(MASTER_FIELDS);
    expect(field(shown, "flags")).toBe("master");
    expect(field(shown, "num-slaves")).toBe("2");
    expect(field(shown, "num-other-sentinels")).toBe("2");
  });

  it("shows replicas in 21 fields and sentinels in 14", () => {
    const world = new WatchedMaster();
    const [replica] = items(world.request("SENTINEL", "replicas", "mymaster"));
    expect(fieldNames(replica)).toHaveLength(21);
    expect(field(replica, "master-link-status")).toBe("ok");
    const [sentinel] = items(world.request("SENTINEL", "SENTINELS", "mymaster"));
    expect(fieldNames(sentinel)).toHaveLength(14);
    expect(field(sentinel, "voted-leader")).toBe("?");
  });

  it("adds the fields of trouble at their places", () => {
    const world = new WatchedMaster();
    world.startElection();
    const shown = world.request("SENTINEL", "MASTER", "mymaster");
    expect(field(shown, "flags")).toBe("s_down,o_down,master,disconnected,failover_in_progress");
    expect(fieldNames(shown).slice(7, 14)).toEqual([
      "failover-state",
      "last-ping-sent",
      "last-ok-ping-reply",
      "last-ping-reply",
      "s-down-time",
      "o-down-time",
      "down-after-milliseconds",
    ]);
    expect(field(shown, "failover-state")).toBe("wait_start");
  });

  it("hides replicas that ask for it, and still counts them", () => {
    const world = new WatchedMaster();
    world.replica(REPLICA_1).announced = false;
    expect(items(world.request("SENTINEL", "SLAVES", "mymaster"))).toHaveLength(1);
    expect(field(world.request("SENTINEL", "MASTER", "mymaster"), "num-slaves")).toBe("2");
  });

  it("tells the master's address, and a null array for an unknown name", () => {
    const world = new WatchedMaster();
    const answer = world.request("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster");
    expect(answer).toMatchObject({ items: [{ bytes: MASTER.host }, { bytes: "6379" }] });
    expect(world.request("sentinel", "get-master-addr-by-name", "MyMaster")).toEqual({
      kind: "null-array",
    });
  });

  it("checks the quorum in the reference's words", () => {
    const world = new WatchedMaster();
    expect(world.request("SENTINEL", "CKQUORUM", "mymaster")).toEqual({
      kind: "simple",
      text: "OK 3 usable Sentinels. Quorum and failover authorization can be reached",
    });
    for (const sentinel of world.master.sentinels.values()) sentinel.sdown.down = true;
    expect(world.request("SENTINEL", "CKQUORUM", "mymaster")).toEqual({
      kind: "error",
      text:
        "NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the specified " +
        "quorum for this master. Not enough available Sentinels to reach the majority and " +
        "authorize a failover",
    });
  });

  it("answers ROLE with the names it watches", () => {
    expect(new WatchedMaster().request("ROLE")).toMatchObject({
      items: [{ bytes: "sentinel" }, { items: [{ bytes: "mymaster" }] }],
    });
  });
});

describe("SENTINEL mistakes", () => {
  const cases: readonly (readonly [readonly [string, ...string[]], string])[] = [
    [["SENTINEL"], "ERR wrong number of arguments for 'sentinel' command"],
    [["SENTINEL", "MASTER"], "ERR wrong number of arguments for 'sentinel|master' command"],
    [["SENTINEL", "nonsense"], "ERR unknown subcommand 'nonsense'. Try SENTINEL HELP."],
    [["SENTINEL", "MASTER", "no"], "ERR No such master with that name"],
    [["SENTINEL", "FAILOVER", "no"], "ERR No such master with that name"],
    [
      ["SENTINEL", "IS-MASTER-DOWN-BY-ADDR", "10.0.0.2", "x", "1", "*"],
      "ERR value is not an integer or out of range",
    ],
    [["SENTINEL", "MONITOR", "a", "10.0.0.2", "6379", "x"], "ERR Invalid quorum"],
    [["SENTINEL", "MONITOR", "a", "10.0.0.2", "x", "2"], "ERR Invalid port"],
    [["SENTINEL", "MONITOR", "a", "10.0.0.2", "6379", "0"], "ERR Quorum must be 1 or greater."],
    [
      ["SENTINEL", "MONITOR", "a", "nowhere.example", "6379", "2"],
      "ERR Invalid IP address or hostname specified",
    ],
    [["SENTINEL", "MONITOR", "a", "10.0.0.2", "70000", "2"], "ERR Invalid port number."],
    [["SENTINEL", "MONITOR", "mymaster", "10.0.0.2", "1", "2"], "ERR Duplicate master name."],
    [
      ["SENTINEL", "SET", "mymaster", "quorum", "0"],
      "ERR Invalid argument '0' for SENTINEL SET 'quorum'",
    ],
    [
      ["SENTINEL", "SET", "mymaster", "colour", "red"],
      "ERR Unknown option or number of arguments for SENTINEL SET 'colour'",
    ],
    [
      ["SENTINEL", "DEBUG", "info-period", "0"],
      "ERR Invalid argument '0' for SENTINEL DEBUG 'info-period'",
    ],
    [["PUBLISH", "news", "x"], "ERR Only HELLO messages are accepted by Sentinel instances."],
  ];

  it.each(cases)("%j: %s", (args, text) => {
    expect(new WatchedMaster().request(...args)).toEqual({ kind: "error", text });
  });

  it("refuses a name that would smuggle in a directive (W-08)", () => {
    const world = new WatchedMaster();
    const name = "x\nsentinel deny-scripts-reconfig no";
    expect(world.request("SENTINEL", "MONITOR", name, "10.0.0.2", "6379", "2").kind).toBe("error");
    expect(world.state.masters.size).toBe(1);
  });
});

describe("SENTINEL actions", () => {
  it("FAILOVER FORCE moves the master without asking anybody, and says INPROG meanwhile", () => {
    const world = new WatchedMaster();
    expect(world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE")).toEqual({
      kind: "simple",
      text: "OK",
    });
    expect(world.master.failover.phase).toBe("wait-promotion");
    expect(world.request("SENTINEL", "FAILOVER", "mymaster")).toMatchObject({
      text: "INPROG Failover already in progress",
    });
    world.info(world.replica(REPLICA_1), ["role:master"]);
    expect(world.master.address).toEqual(REPLICA_1);
  });

  it("FAILOVER without a replica to promote says so", () => {
    const world = new WatchedMaster();
    for (const replica of world.master.replicas.values()) replica.priority = 0;
    expect(world.request("SENTINEL", "FAILOVER", "mymaster")).toMatchObject({
      text: "NOGOODSLAVE No suitable replica to promote",
    });
  });

  it("SET applies what stands before a mistake, and hides a password", () => {
    const world = new WatchedMaster();
    const before = world.effects.length;
    const answer = world.request(
      "SENTINEL",
      "SET",
      "mymaster",
      "quorum",
      "3",
      "auth-pass",
      "hunter2",
      "failover-timeout",
      "-5",
    );
    expect(answer.kind).toBe("error");
    expect(world.master.settings.quorum).toBe(3);
    expect(world.master.settings.authPass).toBe("hunter2");
    const seen = world.effects.slice(before);
    expect(eventsIn(seen)).toEqual([
      "+set master mymaster 10.0.0.2 6379 quorum 3",
      "+set master mymaster 10.0.0.2 6379 auth-pass ******",
      "+vedette-audit unknown unknown SENTINEL SET mymaster quorum 3 auth-pass ****** failover-timeout -5 #ERR Invalid argument '-5' for SENTINEL SET 'failover-timeout'",
    ]);
    expect(seen.filter((effect) => effect.kind === "open-link")).toHaveLength(3);
    expect(seen.map((effect) => effect.kind)).toContain("save-config");
  });

  it("is kept in the audit with a part of each word, however long the words are", () => {
    const world = new WatchedMaster();
    const long = "x".repeat(1024 * 1024);
    world.request("SENTINEL", "SET", "mymaster", "auth-user", long);
    world.request("SENTINEL", "SET", "mymaster", long, "1");
    world.request("SENTINEL", "SET", "mymaster", "zone", `${long} a`);
    const { entries } = world.state.history;
    expect(entries).toHaveLength(3);
    for (const entry of entries) expect(JSON.stringify(entry).length).toBeLessThan(2_000);
    for (const event of eventsIn(world.effects).filter((each) => each.includes("-audit "))) {
      expect(event.length).toBeLessThan(2_000);
    }
  });

  it("RESET forgets replicas and peers of the masters that match", () => {
    const world = new WatchedMaster();
    expect(world.request("SENTINEL", "RESET", "nobody*")).toMatchObject({ value: 0 });
    expect(world.request("SENTINEL", "RESET", "my*")).toMatchObject({ value: 1 });
    expect(world.master.replicas.size).toBe(0);
    expect(world.master.sentinels.size).toBe(0);
    expect(world.state.links.size).toBe(1);
    expect(world.state.sentinelLinks.size).toBe(0);
  });

  it("MONITOR and REMOVE come and go without a trace", () => {
    const world = new WatchedMaster();
    const links = world.state.links.size;
    expect(world.request("SENTINEL", "MONITOR", "b", "10.0.0.7", "6379", "1")).toMatchObject({
      text: "OK",
    });
    expect(world.state.masters.size).toBe(2);
    expect(world.request("SENTINEL", "REMOVE", "b")).toMatchObject({ text: "OK" });
    expect(world.state.masters.size).toBe(1);
    expect(world.state.links.size).toBe(links);
  });

  it("replies with the save error when the change cannot be saved", () => {
    const world = new WatchedMaster();
    world.diskIsFull = true;
    world.request("SENTINEL", "FLUSHCONFIG");
    const answer = world.effects.findLast((effect) => effect.kind === "reply");
    expect(answer).toMatchObject({
      ifUnsaved: { text: "ERR Failed to save config file. Check server logs." },
    });
  });

  it("hellos published by clients are taken, and answered 1 even when they are nonsense", () => {
    const world = new WatchedMaster();
    const hello = `10.0.0.9,26999,${runIdOf("d")},4,mymaster,10.0.0.2,6379,4`;
    expect(world.request("PUBLISH", "__sentinel__:hello", hello)).toMatchObject({ value: 1 });
    expect(world.master.sentinels.has(runIdOf("d"))).toBe(true);
    expect(world.request("PUBLISH", "__sentinel__:hello", "x,y")).toMatchObject({ value: 1 });
  });

  it("DEBUG changes take effect at once", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "DEBUG", "publish-period", "100");
    world.pass(1000, () => world.answerAll());
    const hellos = world.effects.filter(
      (effect) => effect.kind === "send" && effect.command.name === "hello",
    );
    expect(hellos.length).toBeGreaterThan(30);
  });

  it("SIMULATE-FAILURE crashes after the promotion is told to the replicas' new master", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "SIMULATE-FAILURE", "crash-after-promotion");
    world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE");
    const seen = world.info(world.replica(REPLICA_1), ["role:master"]);
    expect(seen.map((effect) => effect.kind)).toContain("crash");
    expect(world.replica(REPLICA_2).address).toEqual(REPLICA_2);
  });
});
