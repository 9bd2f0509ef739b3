import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/sentinel/effect.ts";
import type { Instance } from "../../src/sentinel/state.ts";
import { eventNames, eventsIn, WatchedMaster } from "./watched-master.ts";

/** The instance's connection ends in its handshake, each time one is tried. */
function refusesPassword(world: WatchedMaster, instance: Instance, fault = "WRONGPASS"): void {
  const { link } = instance;
  if (link.phase.phase !== "connecting") return;
  const reason = `${fault} no`;
  world.give({ kind: "link-lost", link: link.id, reason, credentialFault: fault });
}

function losesConnection(world: WatchedMaster, instance: Instance): void {
  world.give({ kind: "link-lost", link: instance.link.id, reason: "reset" });
}

/** The passwords of the connections that were opened, in their order. */
function passwordsIn(effects: readonly Effect[], instance: Instance): (string | undefined)[] {
  return effects.flatMap((effect) =>
    effect.kind === "open-link" && effect.address.port === instance.address.port
      ? [effect.credentials.password]
      : [],
  );
}

function whileRefusing(world: WatchedMaster, durationMs: number): readonly Effect[] {
  const { master } = world;
  const before = world.effects.length;
  losesConnection(world, master);
  refusesPassword(world, master);
  world.pass(durationMs, () => {
    world.answerAll({ but: [master] });
    refusesPassword(world, master);
  });
  return world.effects.slice(before);
}

function flagsOf(world: WatchedMaster): string {
  const reply = world.request("SENTINEL", "MASTER", "mymaster");
  const text = JSON.stringify(reply);
  return /"flags"[^}]*\},?\{?"?[^"]*"?kind":"bulk","bytes":"([^"]*)"/.exec(text)?.[1] ?? text;
}

describe("a master that refuses the password", () => {
  it("is not down: it answers; an event says what it refuses, once", () => {
    const world = new WatchedMaster();
    const done = whileRefusing(world, 20_000);
    expect(eventNames(done)).not.toContain("+sdown");
    expect(eventsIn(done).filter((event) => event.includes("credential"))).toEqual([
      "+vedette-credential-fault master mymaster 10.0.0.2 6379 #WRONGPASS",
    ]);
    expect(flagsOf(world)).toBe("master,credential_fault");
  });

  it("is well again as soon as a ping is accepted", () => {
    const world = new WatchedMaster();
    whileRefusing(world, 3_000);
    const before = world.effects.length;
    world.pass(2_000, () => world.answerAll());
    expect(eventNames(world.effects.slice(before))).toEqual(["-vedette-credential-fault"]);
    expect(flagsOf(world)).toBe("master");
  });

  it("is down when it does not even refuse any more", () => {
    const world = new WatchedMaster();
    whileRefusing(world, 5_000);
    const before = world.effects.length;
    world.pass(450, () => world.answerAll({ but: [world.master] }));
    expect(eventNames(world.effects.slice(before))).not.toContain("+sdown");
    world.pass(1_200, () => world.answerAll({ but: [world.master] }));
    expect(eventNames(world.effects.slice(before))).toContain("+sdown");
  });

  it.each(["NOAUTH", "NOPERM", "WRONGPASS"] as const)("is not down where PING gets %s", (reply) => {
    const world = new WatchedMaster();
    const { master } = world;
    const before = world.effects.length;
    world.pass(10_000, () => {
      world.answerAll({ but: [master] });
      if (master.link.actPingAt === undefined) return;
      world.give({ kind: "ping-reply", link: master.link.id, reply });
    });
    const done = world.effects.slice(before);
    expect(eventNames(done)).not.toContain("+sdown");
    expect(eventsIn(done)).toContain(
      `+vedette-credential-fault master mymaster 10.0.0.2 6379 #${reply}`,
    );
  });

  it("is down as in Redis with credential-faults-are-down", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "SET", "mymaster", "credential-faults-are-down", "yes");
    expect(eventNames(whileRefusing(world, 1_500))).toContain("+sdown");
  });
});

it("another sentinel that refuses the password is down: it gives no vote", () => {
  const world = new WatchedMaster();
  const peer = world.peer("b");
  losesConnection(world, peer);
  world.pass(3_000, () => {
    world.answerAll({ but: [peer] });
    refusesPassword(world, peer);
  });
  expect(peer.sdown.down).toBe(true);
  expect(eventNames(world.effects)).toContain("+vedette-credential-fault");
});

function withBoth() {
  const world = new WatchedMaster();
  world.request("SENTINEL", "SET", "mymaster", "auth-pass", "old");
  world.request("SENTINEL", "SET", "mymaster", "auth-pass-next", "new");
  for (const link of world.state.links.values()) if (link.phase.phase !== "open") world.open(link);
  world.answerAll();
  return world;
}

describe("two passwords", () => {
  it("the other one is tried at once where one is refused, without an event", () => {
    const world = withBoth();
    const { master } = world;
    const before = world.effects.length;
    losesConnection(world, master);
    refusesPassword(world, master);
    const done = world.effects.slice(before);
    expect(passwordsIn(done, master)).toEqual(["old", "new"]);
    expect(eventNames(done)).toEqual(["-cmd-link-reconnection"]);
  });

  it("the one that was accepted is tried first from then on", () => {
    const world = withBoth();
    const { master } = world;
    losesConnection(world, master);
    refusesPassword(world, master);
    world.pass(10, () => world.answerAll());
    world.open(master.link);
    world.pong(master);
    const before = world.effects.length;
    losesConnection(world, master);
    expect(passwordsIn(world.effects.slice(before), master)).toEqual(["new"]);
  });

  it("a connection whose user was changed under it is opened anew with the other", () => {
    const world = withBoth();
    const { master } = world;
    const before = world.effects.length;
    world.give({ kind: "ping-reply", link: master.link.id, reply: "NOAUTH" });
    const done = world.effects.slice(before);
    expect(passwordsIn(done, master)).toEqual(["new"]);
    expect(eventNames(done)).toEqual([]);
  });

  it("both refused is a fault, and both are tried again in turn", () => {
    const world = withBoth();
    const { master } = world;
    const done = whileRefusing(world, 4_000);
    const passwords = passwordsIn(done, master);
    expect(passwords.slice(0, 4)).toEqual(["old", "new", "old", "new"]);
    expect(passwords.length).toBeLessThan(14);
    expect(eventNames(done)).toContain("+vedette-credential-fault");
    expect(eventNames(done)).not.toContain("+sdown");
  });

  it("sentinels too: sentinel-pass-next", () => {
    const world = new WatchedMaster();
    world.request("SENTINEL", "CONFIG", "SET", "sentinel-pass", "old");
    world.request("SENTINEL", "CONFIG", "SET", "sentinel-pass-next", "new");
    for (const link of world.state.links.values())
      if (link.phase.phase !== "open") world.open(link);
    const peer = world.peer("b");
    world.pong(peer);
    const before = world.effects.length;
    losesConnection(world, peer);
    refusesPassword(world, peer);
    expect(passwordsIn(world.effects.slice(before), peer)).toEqual(["old", "new"]);
    expect(world.request("SENTINEL", "CONFIG", "GET", "sentinel-pass-next")).toMatchObject({
      kind: "map",
    });
  });
});
