import { beforeEach, describe, expect, it } from "vitest";
import type { Reply } from "../../src/resp/reply.ts";
import type { Effect } from "../../src/sentinel/effect.ts";
import { SCRIPTS_DUE } from "../../src/sentinel/script-queue.ts";
import { clientId } from "../../src/base/ids.ts";
import { millis } from "../../src/base/units.ts";
import { eventsIn, REPLICA_1, REPLICA_2, WatchedMaster } from "./watched-master.ts";

type Run = Extract<Effect, { readonly kind: "run-script" }>;

/** What a notification waits for (script-queue.ts). */
const QUIET_MS = 100;
const NOTIFY = "/bin/notify";
const RECONFIGURE = "/bin/reconfigure";

let world: WatchedMaster;

beforeEach(() => {
  world = new WatchedMaster();
  world.master.settings.notificationScript = NOTIFY;
  world.master.settings.clientReconfigScript = RECONFIGURE;
});

function runsIn(effects: readonly Effect[]): Run[] {
  return effects.filter((effect): effect is Run => effect.kind === "run-script");
}

/** The arguments of every script started so far. */
function started(): string[][] {
  return runsIn(world.effects).map(({ argv }) => [...argv]);
}

/** A warning about the master, and what is started for it. */
function warn(option = "1"): Run[] {
  world.request("SENTINEL", "SET", "mymaster", "parallel-syncs", option);
  return runsIn(world.pass(QUIET_MS));
}

function end(job: number, exitCode: number, signal = 0): readonly Effect[] {
  return [...world.give({ kind: "script-ended", job, exitCode, signal }), ...world.pass(0)];
}

function start(run: Run): readonly Effect[] {
  return world.give({ kind: "script-started", job: run.job, pid: 100 + run.job });
}

/** The one script that this warning started, now running. */
function startOne(): Run {
  const [run] = warn();
  if (run === undefined) throw new Error("nothing was started");
  start(run);
  return run;
}

/** Bulk strings, arrays of them and maps, as plain values. */
function plain(reply: Reply | undefined): unknown {
  if (reply?.kind === "bulk") return String(reply.bytes);
  if (reply?.kind === "array") return reply.items.map(plain);
  if (reply?.kind !== "map") return reply;
  return Object.fromEntries(reply.entries.map(([key, value]) => [plain(key), plain(value)]));
}

describe("notification script", () => {
  it("gets the event and its payload", () => {
    warn("3");
    const payload = "master mymaster 10.0.0.2 6379 parallel-syncs 3";
    expect(started()).toEqual([[NOTIFY, "+set", payload]]);
  });

  it("hears of warnings only, those about replicas, peers and epochs among them", () => {
    world.startElection();
    for (let at = 0; at < 20; at++) {
      for (const { job } of runsIn(world.effects).slice(-1)) end(job, 0);
    }
    const names = started().map(([, name]) => name);
    const warnings = ["+sdown", "+odown", "+new-epoch", "+try-failover", "+vote-for-leader"];
    expect(names).toEqual(warnings);
    expect(started().every(([program]) => program === NOTIFY)).toBe(true);
  });

  it("does not hear of what has no master, such as TILT", () => {
    world.pass(100);
    world.now = (world.now + 10_000) as typeof world.now;
    const seen = world.give({ kind: "tick", afterPoll: false });
    expect(eventsIn(seen)).toContain("+tilt #tilt mode entered");
    expect(world.state.scripts.jobs).toEqual([]);
  });

  it("runs once at a time for a master, in the order of the events (W-33)", () => {
    const first = startOne();
    warn("2");
    warn("3");
    expect(started()).toHaveLength(1);
    const [second] = runsIn(end(first.job, 0));
    expect(second?.argv[2]).toMatch(/parallel-syncs 2$/);
    expect(started()).toHaveLength(2);
  });

  it("waits for a moment of quiet, but not for ever: a failover comes first", () => {
    const set = (value: number): unknown =>
      world.request("SENTINEL", "SET", "mymaster", "parallel-syncs", String(value));
    for (let at = 0; at < 19; at++) {
      set(at + 1);
      expect(runsIn(world.pass(50, () => world.answerAll()))).toHaveLength(0);
    }
    set(20);
    expect(runsIn(world.pass(50, () => world.answerAll()))).toHaveLength(1);
  });

  it("waits until what it tells is on disk", () => {
    const [run] = warn();
    expect(run?.afterSave).toBe(world.state.saves.done);
    expect(run?.afterSave).toBeGreaterThan(0);
  });
});

describe("client reconfiguration script", () => {
  it("of an observer gets both addresses when the master moves", () => {
    world.master.settings.notificationScript = undefined;
    world.hello("b", { configEpoch: 9, currentEpoch: 9, master: REPLICA_2 });
    world.pass(0);
    const addresses = ["10.0.0.2", "6379", "10.0.0.2", "6381"];
    expect(started()).toEqual([[RECONFIGURE, "mymaster", "observer", "start", ...addresses]]);
  });

  it("of the leader runs once the promotion is acknowledged, beside a notifier that hangs", () => {
    startOne();
    world.request("SENTINEL", "FAILOVER", "mymaster", "FORCE");
    const promoted = world.replica(REPLICA_1);
    world.pass(200, () => {
      world.info(promoted, ["role:master"]);
    });
    world.pass(0);
    const own = started().filter(([program]) => program === RECONFIGURE);
    const addresses = ["10.0.0.2", "6379", "10.0.0.2", "6380"];
    expect(own).toEqual([[RECONFIGURE, "mymaster", "leader", "start", ...addresses]]);
  });
});

describe("a script that ends", () => {
  it.each([
    ["well", 0, 0, false],
    ["with 1", 1, 0, true],
    ["by a signal", 0, 9, true],
    ["with 2", 2, 0, false],
    ["with 200", 200, 0, false],
  ])("%s: tried again %s", (_, exitCode, signal, isRetried) => {
    const { job } = startOne();
    world.master.settings.notificationScript = undefined;
    const seen = end(job, exitCode, signal);
    const isError = exitCode > 1;
    expect(eventsIn(seen)).toEqual([
      `-script-child ${100 + job} ${exitCode} ${signal}`,
      ...(isError ? [`-script-error ${NOTIFY} ${signal} ${exitCode}`] : []),
    ]);
    expect(world.state.scripts.jobs).toHaveLength(isRetried ? 1 : 0);
    expect(runsIn(world.pass(29_999, () => world.answerAll()))).toHaveLength(0);
    expect(runsIn(world.pass(1, () => world.answerAll()))).toHaveLength(isRetried ? 1 : 0);
  });

  it("is started ten times, after 30 s and then twice as long each time", () => {
    const { job } = startOne();
    world.master.settings.notificationScript = undefined;
    const delays: number[] = [];
    let seen = end(job, 1);
    while (world.state.scripts.jobs.length > 0) {
      const failedAt = world.now;
      world.now = world.state.schedule.deadlineOf(SCRIPTS_DUE);
      delays.push(world.now - failedAt);
      world.state.wakeAt = world.now;
      world.give({ kind: "tick", afterPoll: true });
      world.give({ kind: "script-started", job, pid: 7 });
      seen = end(job, 1);
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256].map((times) => times * 30_000));
    expect(eventsIn(seen)).toContain(`-script-error ${NOTIFY} 0 1`);
  });

  it("is never started twice because no process could be made for it", () => {
    const [run] = warn();
    if (run === undefined) throw new Error("nothing was started");
    world.master.settings.notificationScript = undefined;
    const seen = world.give({ kind: "script-failed", job: run.job, reason: "no memory" });
    expect(eventsIn(seen)).toEqual([`-script-error ${NOTIFY} 99 0`]);
    expect(runsIn(world.pass(30_000, () => world.answerAll()))).toHaveLength(1);
  });

  it("is killed after 60 s, and tried again", () => {
    const { job } = startOne();
    world.master.settings.notificationScript = undefined;
    const before = world.pass(59_999, () => world.answerAll());
    expect(before.filter(({ kind }) => kind === "kill-script")).toEqual([]);
    const seen = world.pass(1, () => world.answerAll());
    expect(seen).toContainEqual({ kind: "kill-script", job });
    expect(eventsIn(seen)).toContain(`-script-timeout ${NOTIFY} ${100 + job}`);
    end(job, 0, 9);
    expect(runsIn(world.pass(30_000, () => world.answerAll()))).toHaveLength(1);
  });
});

describe("the queue", () => {
  it("holds 256 and drops the oldest that does not run", () => {
    const running = startOne();
    for (let at = 0; at < 300; at++) warn(String(at + 2));
    const { jobs } = world.state.scripts;
    expect(jobs).toHaveLength(256);
    expect(jobs[0]?.id).toBe(running.job);
    expect(jobs[1]?.argv[2]).toMatch(/parallel-syncs 47$/);
  });

  it("runs 16 at once", () => {
    for (let at = 0; at < 20; at++) {
      world.request("SENTINEL", "MONITOR", `m${at}`, "10.0.0.3", "6379", "1");
    }
    for (const master of world.state.masters.values()) {
      master.settings.notificationScript = NOTIFY;
      world.request("SENTINEL", "SET", master.name, "quorum", "2");
    }
    const runs = runsIn(world.pass(QUIET_MS));
    expect(runs).toHaveLength(16);
    const [first] = runs;
    expect(runsIn(end(first?.job ?? 0, 0))).toHaveLength(1);
  });

  it("is shown by PENDING-SCRIPTS and INFO", () => {
    const first = startOne();
    warn("2");
    world.pass(1500, () => world.answerAll());
    const running = { flags: "running", pid: String(100 + first.job), "run-time": "1600" };
    expect(plain(world.request("SENTINEL", "PENDING-SCRIPTS"))).toEqual([
      { argv: [...first.argv], ...running, "retry-num": "1" },
      {
        argv: [NOTIFY, "+set", "master mymaster 10.0.0.2 6379 parallel-syncs 2"],
        flags: "scheduled",
        pid: "0",
        "run-delay": "0",
        "retry-num": "0",
      },
    ]);
  });
});

describe("SENTINEL SET of a script", () => {
  const denied = /^ERR Reconfiguration of scripts path is denied for security reasons\. Check the/;

  it.each(["notification-script", "client-reconfig-script"])(
    "%s is denied by default",
    (option) => {
      const reply = world.request("SENTINEL", "SET", "mymaster", option, "/bin/true");
      expect(reply.kind === "error" && reply.text).toMatch(denied);
      const cleared = world.request("SENTINEL", "SET", "mymaster", option, "");
      expect(cleared.kind === "error" && cleared.text).toMatch(denied);
    },
  );

  it.each([
    ["notification-script", "ERR Notification script seems non existing or non executable"],
    [
      "client-reconfig-script",
      "ERR Client reconfiguration script seems non existing or non executable",
    ],
  ])("%s, where it is allowed, wants a program; an empty path clears it", (option, text) => {
    Object.assign(world.state.settings, { denyScriptsReconfig: false });
    const set = (path: string, executables: readonly string[]): unknown => {
      const effects = world.give({
        kind: "client-request",
        client: clientId(1),
        request: 99,
        args: ["SENTINEL", "SET", "mymaster", option, path],
        executables: new Set(executables),
      });
      const answer = effects.find((effect) => effect.kind === "reply");
      return answer?.kind === "reply" && answer.reply.kind === "value" && answer.reply.reply;
    };
    const shown = (): unknown => {
      const map = world.request("SENTINEL", "MASTER", "mymaster");
      const entry =
        map.kind === "map" &&
        map.entries.find(([key]) => key.kind === "bulk" && key.bytes === option);
      return entry === false || entry === undefined ? undefined : entry[1];
    };
    expect(set("/nowhere", [])).toEqual({ kind: "error", text });
    expect(set("/bin/new", ["/bin/new"])).toEqual({ kind: "simple", text: "OK" });
    expect(shown()).toEqual({ kind: "bulk", bytes: "/bin/new" });
    expect(set("", [])).toEqual({ kind: "simple", text: "OK" });
    expect(shown()).toBeUndefined();
  });
});

describe("a wake-up shortly before a script or a question is due", () => {
  it("comes to an end, and both have their time", () => {
    world = new WatchedMaster({ names: { "redis-0": ["10.0.0.2"] } });
    world.master.settings.notificationScript = NOTIFY;
    world.names.clear();
    const client = clientId(1);
    const args = ["SENTINEL", "MONITOR", "other", "redis-9", "6379", "2"] as const;
    world.give({ kind: "client-request", client, request: 900, args });
    world.request("SENTINEL", "SET", "mymaster", "parallel-syncs", "1");
    tickAt(world.now);
    const dueAt = world.state.schedule.deadlineOf(SCRIPTS_DUE);
    expect(runsIn(tickAt(dueAt - 3))).toEqual([]);
    expect(world.state.schedule.deadlineOf(SCRIPTS_DUE)).toBe(dueAt);
    expect(runsIn(tickAt(dueAt))).toHaveLength(1);
    const [question] = world.state.questions.values();
    if (question?.question === undefined) throw new Error("no question");
    tickAt(question.question.deadline - 3);
    expect(world.state.questions.size).toBe(1);
    const replies = tickAt(world.now + 3).filter((effect) => effect.kind === "reply");
    expect(replies).toHaveLength(1);
  });
});

function tickAt(moment: number): readonly Effect[] {
  world.now = millis(moment);
  world.state.wakeAt = world.now;
  return world.give({ kind: "tick", afterPoll: false });
}
