import { beforeEach, describe, expect, it } from "vitest";
import type { Reply } from "../../src/resp/reply.ts";
import { durableView } from "../../src/sentinel/durable.ts";
import { commandsIn, eventNames, WatchedMaster } from "./watched-master.ts";

let world: WatchedMaster;

beforeEach(() => {
  world = new WatchedMaster();
});

function word(part: Reply): string {
  return part.kind === "bulk" ? String(part.bytes) : part.kind;
}

/** `name=value` of each entry; an error's text alone. */
function shown(reply: Reply): string[] {
  if (reply.kind === "error" || reply.kind === "simple") return [reply.text];
  if (reply.kind !== "map") throw new Error(`not a map but ${reply.kind}`);
  return reply.entries.map(([name, value]) => `${word(name)}=${word(value)}`);
}

function config(...words: readonly string[]): string[] {
  return shown(world.request("SENTINEL", "CONFIG", ...words));
}

const ALL = [
  "resolve-hostnames=no",
  "announce-hostnames=no",
  "announce-ip=",
  "announce-port=0",
  "sentinel-user=",
  "sentinel-pass=",
  "loglevel=notice",
];

describe("SENTINEL CONFIG GET", () => {
  it.each([
    ["everything, in a fixed order", ["*"], ALL],
    ["what one pattern matches, in either case", ["ANN*-p?rt"], ["announce-port=0"]],
    [
      "several patterns, each parameter once",
      ["announce-*", "announce-ip", "loglevel"],
      [...ALL.slice(1, 4), "loglevel=notice"],
    ],
    ["nothing where nothing matches", ["nope"], []],
  ])("shows %s", (_, patterns, expected) => {
    expect(config("get", ...patterns)).toEqual(expected);
  });
});

function hooks(): string[] {
  return [...world.state.settings.extensions.webhook.keys()];
}

describe("SENTINEL CONFIG SET", () => {
  it.each([
    ["webhook", "hook https://example.com/ secret-file /etc/shadow format pagerduty"],
    ["http-token-file", "/etc/hostname"],
    ["HTTP-Token-Env", "HOSTNAME"],
  ])("changes %s only where scripts may be changed", (name, value) => {
    const before = config("get", name);
    const [reply = ""] = config("set", "loglevel", "debug", name, value);
    expect(reply).toMatch(/^ERR Reconfiguration of scripts path is denied/);
    expect(config("get", name, "loglevel")).toEqual([...before, "loglevel=notice"]);
    Object.assign(world.state.settings, { denyScriptsReconfig: false });
    expect(config("set", name, value)).toEqual(["OK"]);
    expect(config("get", name)).toEqual([`${name.toLowerCase()}=${value}`]);
  });

  it.each([
    [["announce-port", "5000"], "announce-port=5000"],
    [["announce-ip", "10.0.0.7"], "announce-ip=10.0.0.7"],
    [["Sentinel-User", "bob"], "sentinel-user=bob"],
    [["sentinel-pass", "a b"], "sentinel-pass=a b"],
    [["loglevel", "DEBUG"], "loglevel=debug"],
    [["resolve-hostnames", "YES"], "resolve-hostnames=yes"],
    [["announce-hostnames", "yes"], "announce-hostnames=yes"],
  ])("%s", (words, expected) => {
    expect(config("SET", ...words)).toEqual(["OK"]);
    expect(config("GET", words[0] ?? "")).toEqual([expected]);
  });

  it("changes several at once, and saves", () => {
    const before = world.state.saves.requested;
    expect(config("SET", "announce-ip", "10.0.0.7", "announce-port", "7")).toEqual(["OK"]);
    expect(world.state.saves.requested).toBe(before + 1);
    expect(durableView(world.state)).toMatchObject({ announceIp: "10.0.0.7", announcePort: 7 });
  });

  it.each([
    ["an unknown parameter", ["nope", "1"], "ERR Invalid argument 'nope' to SENTINEL CONFIG SET"],
    [
      "a bad port",
      ["announce-port", "65536"],
      "ERR Invalid value '65536' to SENTINEL CONFIG SET 'announce-port'",
    ],
    [
      "a bad level",
      ["loglevel", "loud"],
      "ERR Invalid value 'loud' to SENTINEL CONFIG SET 'loglevel'",
    ],
    [
      "an address that would tear a hello",
      ["announce-ip", "a,b"],
      "ERR Invalid value 'a,b' to SENTINEL CONFIG SET 'announce-ip'",
    ],
    [
      "a parameter that is named twice",
      ["announce-port", "1", "ANNOUNCE-PORT", "2"],
      "ERR Duplicate argument 'ANNOUNCE-PORT' to SENTINEL CONFIG SET",
    ],
    [
      "a value that is missing",
      ["announce-port", "1", "announce-ip"],
      "ERR Missing argument 'announce-ip' value",
    ],
    [
      "one word",
      ["announce-port"],
      "ERR Only SENTINEL CONFIG GET <option> / SET <option> <value> are supported.",
    ],
  ])("refuses %s and changes nothing", (_, words, text) => {
    const before = durableView(world.state);
    expect(config("SET", "sentinel-user", "x", ...words).slice(0, 1)).not.toEqual(["OK"]);
    if (words.length > 1) {
      expect(config("SET", "sentinel-user", "x", ...words)).toEqual([text]);
    } else {
      expect(config("SET", ...words)).toEqual([text]);
    }
    expect(durableView(world.state)).toEqual(before);
  });

  it("takes an empty announce-ip for unset: hellos never announce an empty address (W-10)", () => {
    config("SET", "announce-ip", "10.0.0.7");
    const seen = world.effects.length;
    config("SET", "announce-ip", "");
    expect(durableView(world.state).announceIp).toBeUndefined();
    world.answerAll();
    world.pass(2000, () => world.answerAll());
    for (const { payload } of commandsIn(world.effects.slice(seen), "hello")) {
      expect(payload).toMatch(/^10\.0\.0\.\d,/);
    }
  });

  it("tells everybody a new address at once", () => {
    const seen = world.effects.length;
    config("SET", "announce-port", "5000");
    const hellos = commandsIn(world.effects.slice(seen), "hello");
    expect(hellos).toHaveLength(5);
    for (const { payload } of hellos) expect(payload.split(",")[1]).toBe("5000");
  });

  it.each(["sentinel-user", "sentinel-pass"])("%s reopens the links to peers alone", (name) => {
    const seen = world.effects.length;
    config("SET", name, "x");
    const opened = world.effects.slice(seen).filter(({ kind }) => kind === "open-link");
    expect(opened).toHaveLength(2);
    for (const effect of opened) expect(effect).toMatchObject({ purpose: "sentinel" });
  });

  it.each([
    ["a mistyped line", ["webhook", "slack https://hooks.example/KEY fromat slack"]],
    ["a line without its quotes", ["webhook", "slack", "https://hooks.example/KEY", "x"]],
    ["a line in the place of a name", ["slack https://hooks.example/KEY", "x"]],
  ])("tells nobody the key in %s", (_, words) => {
    const before = world.effects.length;
    const [answer] = config("SET", ...words);
    expect(answer).toMatch(/^ERR Invalid/);
    const told = world.effects
      .slice(before)
      .filter(({ kind }) => ["record", "publish-event", "log"].includes(kind));
    expect(told).not.toEqual([]);
    expect(JSON.stringify(told)).not.toContain("KEY");
  });

  it("shows no value that will not do where it may be secret", () => {
    expect(config("SET", "webhook", "slack https://hooks.example/KEY fromat slack")).toEqual([
      "ERR Invalid value '******' to SENTINEL CONFIG SET 'webhook'",
    ]);
  });

  it("takes a webhook away by its name", () => {
    Object.assign(world.state.settings, { denyScriptsReconfig: false });
    config("SET", "webhook", "slack https://hooks.example/KEY format slack");
    config("SET", "webhook", "pager https://pager.example/KEY format slack");
    expect(config("SET", "webhook", "slack")).toEqual(["OK"]);
    expect(hooks()).toEqual(["pager"]);
    expect(config("SET", "webhook", "slack")[0]).toMatch(/^ERR Invalid value/);
    expect(hooks()).toEqual(["pager"]);
  });

  it("has the shell change what is logged", () => {
    config("SET", "loglevel", "warning");
    expect(world.effects).toContainEqual({ kind: "set-log-level", level: "warning" });
  });

  it("says when the disk refuses, and keeps the change", () => {
    world.diskIsFull = true;
    const request = (): Reply => world.request("SENTINEL", "CONFIG", "SET", "announce-port", "7");
    expect(request()).toMatchObject({ kind: "simple" });
    const answers = world.effects.filter((effect) => effect.kind === "reply");
    const [last] = answers.slice(-1);
    expect(last?.kind === "reply" && last.ifUnsaved).toEqual({
      kind: "error",
      text: "ERR Failed to save config file. Check server logs.",
    });
    expect(config("GET", "announce-port")).toEqual(["announce-port=7"]);
    expect(eventNames(world.effects.slice(-3))).toEqual([]);
  });
});

describe("SENTINEL INFO-CACHE", () => {
  it("shows what a master and its replicas said last, and how long ago", () => {
    world.info(world.master, ["role:master", "x:1"]);
    world.pass(500, () => undefined);
    const reply = world.request("SENTINEL", "INFO-CACHE", "mymaster", "nope");
    if (reply.kind !== "array") throw new Error("no array");
    expect(reply.items).toHaveLength(2);
    const [name, entries] = reply.items;
    expect(name).toEqual({ kind: "bulk", bytes: "mymaster" });
    if (entries?.kind !== "array") throw new Error("no entries");
    expect(entries.items).toHaveLength(3);
    expect(entries.items[0]).toEqual({
      kind: "array",
      items: [
        { kind: "integer", value: 500 },
        { kind: "bulk", bytes: "role:master\r\nx:1" },
      ],
    });
  });

  it("has a null for who never answered, and nothing for names nobody knows", () => {
    world.request("SENTINEL", "MONITOR", "new", "10.0.0.3", "6379", "1");
    expect(world.request("SENTINEL", "INFO-CACHE", "nope")).toEqual({ kind: "array", items: [] });
    expect(world.request("SENTINEL", "INFO-CACHE", "new")).toEqual({
      kind: "array",
      items: [
        { kind: "bulk", bytes: "new" },
        {
          kind: "array",
          items: [{ kind: "array", items: [{ kind: "integer", value: 0 }, { kind: "null" }] }],
        },
      ],
    });
  });
});
