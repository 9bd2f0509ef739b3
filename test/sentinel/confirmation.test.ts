import { describe, expect, it } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { clientId } from "../../src/base/ids.ts";
import { textOf } from "../../src/base/bytes.ts";
import type { Reply } from "../../src/resp/reply.ts";
import type { DataInstance } from "../../src/sentinel/state.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import {
  commandsIn,
  MASTER,
  masterInfo,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  WatchedMaster,
} from "./watched-master.ts";

const ELSEWHERE: Address = { host: "10.0.0.3", port: 6379 };

/** Answers the INFO of the round; one that was sent before it is answered first. */
function answerInfo(world: WatchedMaster, instance: DataInstance, lines: readonly string[]): void {
  const askedAt = world.master.confirmation.round?.askedAt ?? 0;
  while (instance.reported.infoAskedAt !== undefined && instance.reported.infoAskedAt < askedAt) {
    world.info(instance, lines);
  }
  world.info(instance, lines);
}

/** A confirmation that a test takes through by hand. */
class Asked {
  readonly #world: WatchedMaster;
  readonly effects: readonly Effect[];
  #request: number;
  static #last = 1000;

  constructor(world: WatchedMaster, scope: "MASTER" | "ALL" = "MASTER") {
    this.#world = world;
    this.#request = ++Asked.#last;
    this.effects = world.give({
      kind: "client-request",
      client: clientId(7),
      request: this.#request,
      args: ["SENTINEL", "CONFIRM", "mymaster", ...(scope === "ALL" ? ["ALL"] : [])],
    });
  }

  peer(letter: string, place: Address | undefined, { round }: { round?: number } = {}): void {
    const { master } = this.#world;
    this.#world.give({
      kind: "place-reply",
      link: this.#world.peer(letter).link.id,
      master: master.masterName,
      round: round ?? master.confirmation.round?.number ?? 0,
      place,
    });
  }

  masterSays(...lines: readonly string[]): void {
    const { master } = this.#world;
    answerInfo(this.#world, master, lines.length > 0 ? lines : masterInfo([REPLICA_1, REPLICA_2]));
  }

  replicasSay(): void {
    for (const each of this.#world.master.replicas.values()) {
      this.#world.info(each, replicaInfo(each, this.#world.master.address));
    }
  }

  /** Everybody agrees. */
  allAgree(): void {
    this.peer("b", this.#world.master.address);
    this.peer("c", this.#world.master.address);
    this.masterSays();
    this.replicasSay();
  }

  get reply(): Readonly<Record<string, string>> | undefined {
    const found = this.#world.effects.find(
      (effect) => effect.kind === "reply" && effect.request === this.#request,
    );
    return found?.kind === "reply" && found.reply.kind === "value"
      ? fieldsOf(found.reply.reply)
      : undefined;
  }
}

function fieldsOf(reply: Reply): Readonly<Record<string, string>> {
  if (reply.kind !== "map") return { error: JSON.stringify(reply) };
  return Object.fromEntries(reply.entries.map(([key, value]) => [wordOf(key), wordOf(value)]));
}

function wordOf(reply: Reply): string {
  if (reply.kind === "bulk") return textOf(reply.bytes);
  if (reply.kind === "integer") return String(reply.value);
  if (reply.kind === "array") return reply.items.map((item) => wordOf(item)).join(" | ");
  if (reply.kind === "map") {
    return reply.entries.map(([key, value]) => `${wordOf(key)}=${wordOf(value)}`).join(" ");
  }
  return reply.kind;
}

/** The hold after the start is over, and nothing is under way. */
function settledWorld(options: ConstructorParameters<typeof WatchedMaster>[0] = {}): WatchedMaster {
  const world = new WatchedMaster(options);
  world.pass(200, () => world.answerAll());
  new Asked(world, "ALL").allAgree();
  world.pass(2000, () => world.answerAll());
  return world;
}

describe("the confirmation of a master", () => {
  it("asks every peer where the master is, and the master for INFO", () => {
    const world = settledWorld();
    const { effects } = new Asked(world);
    expect(commandsIn(effects, "where-is")).toHaveLength(2);
    expect(commandsIn(effects, "info")).toHaveLength(1);
  });

  it("asks the replicas too where their word is wanted", () => {
    expect(commandsIn(new Asked(settledWorld(), "ALL").effects, "info")).toHaveLength(3);
  });

  it("is given when a majority says the same and the server says that it is the master", () => {
    const world = settledWorld();
    const asked = new Asked(world);
    asked.peer("b", MASTER);
    expect(asked.reply).toBeUndefined();
    asked.masterSays();
    expect(asked.reply).toMatchObject({
      ip: MASTER.host,
      port: "6379",
      confirmed: "yes",
      reason: "",
      majority: "yes",
      sentinels: "3",
      needed: "2",
      behind: "2",
    });
  });

  it.each([
    { name: "the peers name another address", says: ELSEWHERE },
    { name: "the peers know no such master, or refuse to answer", says: undefined },
  ])("is refused when $name", ({ says }) => {
    const asked = new Asked(settledWorld());
    asked.masterSays();
    asked.peer("b", says);
    asked.peer("c", says);
    expect(asked.reply).toMatchObject({
      confirmed: "no",
      majority: "no",
      reason: "1 of 3 sentinels stand behind it, 2 are needed",
    });
  });

  it("is refused at the end of its time when nobody answers", () => {
    const world = settledWorld();
    const asked = new Asked(world);
    world.pass(499);
    expect(asked.reply).toBeUndefined();
    world.pass(1);
    expect(asked.reply).toMatchObject({ confirmed: "no", majority: "no", behind: "1" });
  });

  it("is refused when the server does not answer, whatever its last INFO said", () => {
    const world = settledWorld();
    const asked = new Asked(world);
    asked.peer("b", MASTER);
    world.pass(500);
    expect(asked.reply).toMatchObject({
      confirmed: "no",
      majority: "yes",
      reason: "the server did not answer INFO in time",
    });
  });

  it("is refused when the server says that it is a replica", () => {
    const asked = new Asked(settledWorld());
    asked.peer("b", MASTER);
    asked.masterSays("role:slave", "master_host:10.0.0.3", "master_port:6379");
    expect(asked.reply).toMatchObject({
      confirmed: "no",
      reason: "the server itself says that it is a replica",
    });
  });

  it("does not take the answer to an INFO that was sent before", () => {
    const world = settledWorld();
    world.pass(12_000, () => {
      for (const each of [world.master, ...world.master.sentinels.values()]) world.pong(each);
    });
    expect(world.master.reported.infoAskedAt).toBeDefined();
    const asked = new Asked(world);
    asked.peer("b", MASTER);
    world.info(world.master, masterInfo([REPLICA_1, REPLICA_2]));
    expect(asked.reply).toBeUndefined();
    world.info(world.master, masterInfo([REPLICA_1, REPLICA_2]));
    expect(asked.reply).toMatchObject({ confirmed: "yes" });
  });

  it("does not take a peer's answer to an earlier round", () => {
    const world = settledWorld();
    const early = new Asked(world);
    const round = world.master.confirmation.round?.number ?? 0;
    world.pass(500);
    expect(early.reply).toMatchObject({ confirmed: "no" });
    const late = new Asked(world);
    late.peer("b", MASTER, { round });
    late.masterSays();
    expect(late.reply).toBeUndefined();
    late.peer("b", MASTER);
    expect(late.reply).toMatchObject({ confirmed: "yes" });
  });

  it("is shared by those who ask meanwhile", () => {
    const world = settledWorld();
    const first = new Asked(world);
    world.pass(400);
    const second = new Asked(world);
    expect(commandsIn(second.effects, "where-is")).toHaveLength(0);
    second.peer("b", MASTER);
    second.masterSays();
    expect(first.reply).toMatchObject({ confirmed: "yes" });
    expect(second.reply).toEqual(first.reply);
    expect(commandsIn(new Asked(world).effects, "where-is")).toHaveLength(2);
  });

  it("needs the quorum where that is more than the majority", () => {
    const asked = new Asked(settledWorld({ quorum: 3 }));
    asked.masterSays();
    asked.peer("b", MASTER);
    asked.peer("c", undefined);
    expect(asked.reply).toMatchObject({ confirmed: "no", needed: "3", behind: "2" });
  });

  it("begins anew when the configuration changes meanwhile", () => {
    const world = settledWorld();
    const asked = new Asked(world);
    asked.peer("c", MASTER);
    world.hello("b", { currentEpoch: 5, configEpoch: 5, master: REPLICA_1 });
    asked.peer("b", REPLICA_1);
    expect(asked.reply).toBeUndefined();
    world.info(world.master, masterInfo([REPLICA_2]));
    world.info(world.replica(MASTER), replicaInfo(world.replica(MASTER), REPLICA_1));
    world.info(world.replica(REPLICA_2), replicaInfo(world.replica(REPLICA_2), REPLICA_1));
    expect(asked.reply).toMatchObject({ port: "6380", confirmed: "yes" });
  });

  it("is refused to whoever waits for a master that is removed", () => {
    const world = settledWorld();
    const asked = new Asked(world);
    world.request("SENTINEL", "REMOVE", "mymaster");
    expect(asked.reply?.["error"]).toContain("No such master");
  });

  it.each([
    { words: ["nobody"], error: "ERR No such master with that name" },
    {
      words: ["mymaster", "SOME"],
      error: "ERR syntax error, expected CONFIRM <master-name> [ALL]",
    },
  ])("refuses $words", ({ words, error }) => {
    expect(new WatchedMaster().request("SENTINEL", "CONFIRM", ...words)).toEqual({
      kind: "error",
      text: error,
    });
  });
});

/** The peers switch to the first replica; the old master is as the test has it. */
function switched(): WatchedMaster {
  const world = settledWorld();
  world.hello("b", { currentEpoch: 5, configEpoch: 5, master: REPLICA_1 });
  return world;
}

function answerAsNew(world: WatchedMaster, asked: Asked): void {
  asked.peer("b", REPLICA_1);
  answerInfo(world, world.master, masterInfo([REPLICA_2]));
  answerInfo(world, world.replica(REPLICA_2), replicaInfo(world.replica(REPLICA_2), REPLICA_1));
}

describe("the hold after a switch", () => {
  it("lasts while the old master still calls itself one", () => {
    const world = switched();
    const asked = new Asked(world);
    answerAsNew(world, asked);
    answerInfo(world, world.replica(MASTER), masterInfo([]));
    expect(asked.reply).toMatchObject({
      confirmed: "no",
      majority: "yes",
      reason: "held for another 2000 ms: 10.0.0.2:6379 may still take writes",
    });
    world.pass(2000, () => world.answerAll({ but: [world.replica(MASTER)] }));
    const later = new Asked(world);
    answerAsNew(world, later);
    expect(later.reply).toMatchObject({ confirmed: "yes" });
  });

  it("lasts while nothing is known of the old master", () => {
    const world = switched();
    const asked = new Asked(world);
    answerAsNew(world, asked);
    world.pass(500);
    expect(asked.reply?.["reason"]).toMatch(/^held for another \d+ ms: 10.0.0.2:6379/);
  });

  it("ends at once when the old master says that it is a replica", () => {
    const world = switched();
    const asked = new Asked(world);
    answerAsNew(world, asked);
    world.info(world.replica(MASTER), replicaInfo(world.replica(MASTER), REPLICA_1));
    expect(asked.reply).toMatchObject({ confirmed: "yes", port: "6380" });
  });

  it("ends at once when the old master's host refuses connections", () => {
    const world = switched();
    const { link } = world.replica(MASTER);
    world.give({ kind: "link-lost", link: link.id, reason: "refused", refused: true });
    const asked = new Asked(world);
    answerAsNew(world, asked);
    expect(asked.reply).toMatchObject({ confirmed: "yes" });
  });

  it("is what the setting says", () => {
    const world = switched();
    world.request("SENTINEL", "CONFIG", "SET", "http-hold-milliseconds", "0");
    const asked = new Asked(world);
    answerAsNew(world, asked);
    expect(asked.reply).toMatchObject({ confirmed: "yes" });
  });
});

describe("the replicas in a confirmation", () => {
  it.each([
    { name: "healthy", more: [], healthy: "yes", reason: "" },
    {
      name: "with a link that is down",
      more: ["master_link_status:down"],
      healthy: "yes",
      reason: "",
    },
    { name: "loading", more: ["loading:1"], healthy: "no", reason: "it is loading its data" },
    {
      name: "in a full synchronisation",
      more: ["master_sync_in_progress:1"],
      healthy: "no",
      reason: "it is being synchronised from scratch",
    },
    {
      name: "hidden",
      more: ["replica_announced:0"],
      healthy: "no",
      reason: "it asks not to be announced",
    },
    {
      name: "elsewhere",
      more: ["master_host:10.0.0.7"],
      healthy: "no",
      reason: "it follows 10.0.0.7:6379",
    },
    {
      name: "a master",
      more: ["role:master"],
      healthy: "no",
      reason: "it says that it is a master",
    },
  ])("are shown $name", ({ more, healthy, reason }) => {
    const world = settledWorld();
    const asked = new Asked(world, "ALL");
    asked.peer("b", MASTER);
    asked.masterSays(...masterInfo([REPLICA_1, REPLICA_2]), "master_repl_offset:1200");
    for (const each of world.master.replicas.values()) {
      const extra = each.address.port === REPLICA_1.port ? more : [];
      const overridden = replicaInfo(each, MASTER).filter(
        (line) => !extra.some((other) => other.split(":")[0] === line.split(":")[0]),
      );
      answerInfo(world, each, [...overridden, ...extra]);
    }
    const isUp = !more.includes("master_link_status:down") && !more.includes("role:master");
    expect(asked.reply?.["replicas"]?.split(" | ")[0]).toBe(
      `ip=10.0.0.2 port=6380 healthy=${healthy} reason=${reason} downtime=no ` +
        `link=${more.includes("master_link_status:down") ? "down" : "up"} lag=${isUp || more.includes("role:master") ? "200" : "-1"}`,
    );
  });
});
