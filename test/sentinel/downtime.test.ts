import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/sentinel/effect.ts";
import { selectReplica } from "../../src/sentinel/replica-selection.ts";
import { makeVedette, saidTo, textOf } from "./maintenance.ts";
import { eventNames, MASTER, REPLICA_1, REPLICA_2, WatchedMaster } from "./watched-master.ts";

const DOWNTIME = ["SENTINEL", "DOWNTIME", "mymaster"] as const;

function alarmsAbout(effects: readonly Effect[], name: string): (boolean | undefined)[] {
  return effects.flatMap((effect) =>
    effect.kind === "publish-event" && effect.event.name === name
      ? [effect.event.about.isInDowntime]
      : [],
  );
}

function at({ host, port }: { readonly host: string; readonly port: number }) {
  return [host, String(port)] as const;
}

describe("SENTINEL DOWNTIME", () => {
  it.each([
    ["no such instance", ["10.9.9.9", "1"], "no replica or sentinel"],
    ["the master", at(MASTER), "That is the master: SENTINEL PAUSE mymaster"],
    ["a port that is none", ["10.0.0.2", "x"], "Invalid port"],
    ["no end", [...at(REPLICA_1), "SECONDS", "0"], "is no end"],
    ["an end of what is not", [...at(REPLICA_1), "OFF"], "not in downtime"],
  ])("is refused for %s", (_name, words, text) => {
    const reply = new WatchedMaster().request(...DOWNTIME, ...words);
    expect(textOf(reply)).toContain(text);
  });

  it("keeps a replica from being promoted until it is over", () => {
    const world = new WatchedMaster();
    const chosen = () => selectReplica(world.state, world.master, world.now)?.address;
    expect(chosen()).toEqual(REPLICA_1);
    world.ask(...DOWNTIME, ...at(REPLICA_1), "SECONDS", "30", "REASON", "disk");
    expect(chosen()).toEqual(REPLICA_2);
    world.ask(...DOWNTIME, ...at(REPLICA_2), "SECONDS", "30");
    expect(chosen()).toBeUndefined();
    world.ask(...DOWNTIME, ...at(REPLICA_2), "OFF");
    expect(chosen()).toEqual(REPLICA_2);
    world.pass(31_000, () => world.answerAll());
    expect(chosen()).toEqual(REPLICA_1);
  });

  it("lets clients hear of its SDOWN, and alarms nobody", () => {
    const world = new WatchedMaster();
    world.master.settings.notificationScript = "/bin/notify";
    world.ask(...DOWNTIME, ...at(REPLICA_1), "SECONDS", "600");
    const [before, after] = [REPLICA_1, REPLICA_2].map((address) => {
      const replica = world.replica(address);
      const jobs = world.state.scripts.jobs.length;
      world.give({ kind: "link-lost", link: replica.link.id, reason: "reset" });
      const seen = world.pass(3_000, () => world.answerAll({ but: [replica] }));
      return { seen, scripts: world.state.scripts.jobs.length - jobs };
    });
    expect(alarmsAbout(before?.seen ?? [], "+sdown")).toEqual([true]);
    expect(before?.scripts).toBe(0);
    expect(alarmsAbout(after?.seen ?? [], "+sdown")).toEqual([undefined]);
    expect(after?.scripts).toBe(1);
  });

  it("is known to all vedettes", () => {
    const world = new WatchedMaster();
    makeVedette(world, "b");
    world.ask(...DOWNTIME, ...at(REPLICA_1), "SECONDS", "600");
    const [said] = saidTo(world, "b", world.effects, "maintenance");
    expect(said?.words.slice(0, 3)).toEqual(["mymaster", "10.0.0.2:6380", "on"]);
  });

  it("is told when it begins and when it is over", () => {
    const world = new WatchedMaster();
    world.ask(...DOWNTIME, ...at(REPLICA_1), "SECONDS", "5");
    expect(eventNames(world.effects)).toContain("+vedette-downtime");
    expect(eventNames(world.pass(6_000, () => world.answerAll()))).toContain("-vedette-downtime");
  });
});
