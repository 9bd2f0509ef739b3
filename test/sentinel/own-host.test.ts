import { describe, expect, it } from "vitest";
import type { Link } from "../../src/sentinel/state.ts";
import { commandsIn, WatchedMaster } from "./watched-master.ts";

function reconnect(world: WatchedMaster, link: Link, localHost: string): void {
  world.give({ kind: "link-lost", link: link.id, reason: "reset" });
  world.give({ kind: "link-opened", link: link.id, localHost, subscribed: true });
}

/** The addresses in the hellos of the next few seconds. */
function announced(world: WatchedMaster): string[] {
  const seen = world.pass(5_000, () => world.answerAll());
  const hosts = commandsIn(seen, "hello").map(({ payload }) => payload.split(",")[0] ?? "");
  return [...new Set(hosts)];
}

describe("the address that a sentinel announces (W-34)", () => {
  it("is one for all, whatever address a connection has", () => {
    const world = new WatchedMaster();
    reconnect(world, world.master.link, "192.168.0.1");
    expect(announced(world)).toEqual(["10.0.0.1"]);
  });

  it("is another when no connection has it any more", () => {
    const world = new WatchedMaster();
    const links = [...world.state.links.values()];
    for (const link of links) reconnect(world, link, "192.168.0.1");
    expect(announced(world)).toEqual(["192.168.0.1"]);
  });

  it("is not one that only this machine knows, once it has another", () => {
    const world = new WatchedMaster();
    const links = [...world.state.links.values()];
    world.state.ownHost = "127.0.0.1";
    for (const [at, link] of links.entries()) {
      reconnect(world, link, at === 0 ? "fe80::1%eth0" : at === 1 ? "10.1.1.1" : "127.0.0.1");
    }
    expect(announced(world)).toEqual(["10.1.1.1"]);
  });

  it("is announce-ip where that is set", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "CONFIG", "SET", "announce-ip", "203.0.113.7");
    expect(announced(world)).toEqual(["203.0.113.7"]);
  });
});

describe("two masters at one address (W-26)", () => {
  it("are told in the log", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "MONITOR", "other", "10.0.0.2", "6379", "2");
    const lines = world.effects.flatMap((effect) => (effect.kind === "log" ? effect.message : []));
    expect(lines.filter((line) => line.includes("other and mymaster are both"))).toHaveLength(1);
  });
});
