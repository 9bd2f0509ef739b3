import { beforeEach, describe, expect, it } from "vitest";
import { eventNames, MASTER, runIdOf, WatchedMaster } from "./watched-master.ts";

let world: WatchedMaster;

beforeEach(() => {
  world = new WatchedMaster();
});

function set(...words: readonly string[]): unknown {
  return world.request("SENTINEL", "SET", "mymaster", ...words);
}

describe("SENTINEL SET", () => {
  it("of the quorum counts at once", () => {
    set("quorum", "1");
    expect(eventNames(world.loseMaster())).toContain("+odown");
  });

  it("of down-after-milliseconds counts at once, for replicas and peers too", () => {
    set("down-after-milliseconds", "300");
    const { link } = world.peer("b");
    expect(link.shortestDownAfterMs).toBe(300);
    world.pass(900, () => world.answerAll({ but: [world.master, world.peer("b")] }));
    expect(world.master.sdown.down).toBe(true);
    expect(world.peer("b").sdown.down).toBe(true);
  });

  it("of rename-command renames and takes back, and connects anew", () => {
    const opened = (): unknown[] => world.effects.filter(({ kind }) => kind === "open-link");
    const before = opened().length;
    set("rename-command", "PING", "pong");
    expect(opened().length).toBe(before + 3);
    expect(opened().at(-1)).toMatchObject({ renamedCommands: new Map([["ping", "pong"]]) });
    set("rename-command", "ping", "PING");
    expect(world.master.settings.renamedCommands.size).toBe(0);
  });

  it.each(["master-reboot-down-after-period", "primary-reboot-down-after-period"])(
    "takes %s, Redis' word and Valkey's",
    (option) => {
      set(option, "700");
      expect(world.master.settings.rebootDownAfterMs).toBe(700);
    },
  );
});

function askForVote(epoch: number, candidate: string): unknown {
  const words = [MASTER.host, String(MASTER.port), String(epoch), runIdOf(candidate)];
  const reply = world.request("SENTINEL", "is-master-down-by-addr", ...words);
  const leader = reply.kind === "array" ? reply.items[1] : undefined;
  return leader?.kind === "bulk" && leader.bytes;
}

describe("several names on one address (W-26)", () => {
  it("have one vote between them in an epoch, whichever of them was meant", () => {
    world.request("SENTINEL", "MONITOR", "alias", MASTER.host, String(MASTER.port), "1");
    expect(askForVote(7, "b")).toBe(runIdOf("b"));
    // The other name is the one that is down now, and so the one that is spoken for.
    const alias = [...world.state.masters.values()][1];
    if (alias === undefined) throw new Error("no alias");
    alias.sdown.down = true;
    expect(askForVote(7, "c")).toBe(runIdOf("b"));
    expect(alias.vote.leaderEpoch).toBe(7);
  });
});

describe("SENTINEL HELP", () => {
  it("begins and ends as Redis' does, in simple strings", () => {
    const reply = world.request("SENTINEL", "HELP");
    if (reply.kind !== "array") throw new Error("no array");
    const lines = reply.items.map((item) => (item.kind === "simple" ? item.text : item.kind));
    const first = "SENTINEL <subcommand> [<arg> [value] [opt] ...]. Subcommands are:";
    expect(lines[0]).toBe(first);
    expect(lines.slice(-2)).toEqual(["HELP", "    Print this help."]);
  });
});

describe("two masters with one sentinel", () => {
  it("shares a link", () => {
    world.request("SENTINEL", "MONITOR", "other", "10.0.0.5", "6379", "1");
    const [, other] = [...world.state.masters.values()];
    world.give({
      kind: "hello-received",
      link: undefined,
      hello: {
        sentinelId: runIdOf("b"),
        sentinelAddress: world.addressOf("b"),
        currentEpoch: world.state.currentEpoch,
        masterName: other?.masterName ?? world.master.masterName,
        masterAddress: { host: "10.0.0.5", port: 6379 },
        configEpoch: world.master.configEpoch,
      },
    });
    expect(other?.sentinels.get(runIdOf("b"))?.link).toBe(world.peer("b").link);
    expect(world.peer("b").link.owners.size).toBe(2);
  });
});
