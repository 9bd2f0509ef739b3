import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Replica } from "../../src/sentinel/state.ts";
import {
  commandsIn,
  eventNames,
  MASTER,
  REPLICA_1,
  REPLICA_2,
  replicaInfo,
  WatchedMaster,
} from "./watched-master.ts";

const DOWN = ["master_link_status:down", "master_last_io_seconds_ago:-1"];

function withWitnesses(more: readonly string[] = []) {
  const world = new WatchedMaster();
  world.request("SENTINEL", "SET", "mymaster", "witness-detection", "yes", ...more);
  world.request("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "5000");
  world.answerAll();
  return world;
}

type Word = "lost it" | "has it" | "streams" | "nothing";

/** The master turns connections away, or is silent, while the replicas say what they say. */
function pass(
  world: WatchedMaster,
  durationMs: number,
  { host, words }: { readonly host: "refuses" | "is silent"; readonly words: readonly Word[] },
): readonly Effect[] {
  const { master } = world;
  const replicas = [world.replica(REPLICA_1), world.replica(REPLICA_2)];
  const before = world.effects.length;
  const turnAway = () => {
    if (host === "is silent" || master.link.phase.phase !== "connecting") return;
    const lost = {
      kind: "link-lost",
      link: master.link.id,
      reason: "connect ECONNREFUSED",
    } as const;
    world.give({ ...lost, refused: true });
  };
  if (host === "refuses") world.give({ kind: "link-lost", link: master.link.id, reason: "reset" });
  turnAway();
  let offset = 2_000;
  const speak = () => {
    turnAway();
    world.answerAll({ but: [master, ...replicas] });
    for (const [index, replica] of replicas.entries()) {
      const word = words[index] ?? "nothing";
      if (word === "nothing" || replica.reported.infoAskedAt === undefined) continue;
      world.pong(replica);
      world.info(replica, linesOf(replica, word, (offset += 10)));
    }
  };
  speak();
  world.pass(durationMs, speak);
  return world.effects.slice(before);
}

function linesOf(replica: Replica, word: Word, offset: number): readonly string[] {
  if (word === "lost it") return replicaInfo(replica, MASTER, DOWN);
  const last = ["master_last_io_seconds_ago:0"];
  if (word === "has it") return replicaInfo(replica, MASTER, last);
  return replicaInfo(replica, MASTER, [...last, `slave_repl_offset:${offset}`]);
}

describe("witnesses of death", () => {
  it("a master that turns connections away and is lost by all replicas is down at once", () => {
    const done = pass(withWitnesses(), 150, { host: "refuses", words: ["lost it", "lost it"] });
    expect(eventNames(done)).toContain("+sdown");
  });

  it.each<[string, "refuses" | "is silent", readonly Word[]]>([
    ["one replica still has it", "refuses", ["lost it", "has it"]],
    ["one replica has not spoken", "refuses", ["lost it", "nothing"]],
    ["its host is merely silent", "is silent", ["lost it", "lost it"]],
  ])("down-after has its time where %s", (_, host, words) => {
    const done = pass(withWitnesses(), 3_000, { host, words });
    expect(eventNames(done)).not.toContain("+sdown");
  });

  it("a replica that was cut off before is no witness", () => {
    const world = withWitnesses();
    for (const address of [REPLICA_1, REPLICA_2]) {
      const replica = world.replica(address);
      world.info(replica, replicaInfo(replica, MASTER, DOWN));
    }
    const done = pass(world, 1_000, { host: "refuses", words: ["lost it", "lost it"] });
    expect(eventNames(done)).not.toContain("+sdown");
  });

  it("nobody is asked where it is off", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "SET", "mymaster", "down-after-milliseconds", "5000");
    const done = pass(world, 500, { host: "refuses", words: ["lost it", "lost it"] });
    expect(commandsIn(done, "info")).toEqual([]);
    expect(eventNames(done)).not.toContain("+sdown");
  });
});

describe("witnesses of life", () => {
  const BLOCKED = "+vedette-failover-blocked";

  it("hold up a failover while they still receive the stream, up to the bound", () => {
    const world = withWitnesses(["witness-veto-milliseconds", "4000"]);
    const silent = { host: "is silent", words: ["streams", "has it"] } as const;
    expect(eventNames(pass(world, 5_500, silent))).toContain("+sdown");
    world.answerAsk("b", { down: true });
    const held = pass(world, 2_500, silent);
    expect(eventNames(world.effects)).toContain(BLOCKED);
    expect(eventNames(held)).not.toContain("+try-failover");
    const later = pass(world, 3_000, silent);
    expect(eventNames(later)).toContain("+try-failover");
  });

  it("a link that is up and over which nothing comes is no sign of life", () => {
    const world = withWitnesses();
    const silent = { host: "is silent", words: ["has it", "has it"] } as const;
    pass(world, 5_500, silent);
    world.answerAsk("b", { down: true });
    pass(world, 300, silent);
    expect(eventNames(world.effects)).toContain("+try-failover");
    expect(eventNames(world.effects)).not.toContain(BLOCKED);
  });

  it("no vote is given meanwhile", () => {
    const world = withWitnesses();
    pass(world, 5_500, { host: "is silent", words: ["streams", "streams"] });
    const candidate = world.peer("b").runId;
    const { host, port } = MASTER;
    const words = [host, String(port), "9", candidate];
    expect(world.request("SENTINEL", "is-master-down-by-addr", ...words)).toMatchObject({
      items: [{ value: 1 }, { bytes: "*" }, { value: 0 }],
    });
  });
});
