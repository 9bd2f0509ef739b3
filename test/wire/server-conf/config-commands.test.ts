import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  configGet,
  configSet,
  configSetError,
} from "../../../src/wire/server-conf/config-commands.ts";
import {
  SERVER_INITIAL_VALUES,
  type ServerConfigTable,
} from "../../../src/wire/server-conf/server-config.ts";
import { set } from "./reading.ts";

const FRESH = SERVER_INITIAL_VALUES;

function failed(parameter: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${parameter}') - ${reason}`;
}

function unknown(parameter: string): string {
  return `ERR Unknown option or number of arguments for CONFIG SET - '${parameter}'`;
}

function errorOf(pairs: readonly (readonly [string, string])[], table = FRESH): string | undefined {
  const result = configSet(table, pairs, { isLocal: true });
  return result.kind === "error" ? result.text : undefined;
}

describe("CONFIG GET", () => {
  it.each([
    [["slave-priority"], [["slave-priority", "100"]]],
    [["PORT", "port"], [["PORT", "6379"]]],
    [["port", "por*", "PORT"], [["port", "6379"]]],
    [
      ["*-PRIORITY"],
      [
        ["replica-priority", "100"],
        ["slave-priority", "100"],
      ],
    ],
    [["replica-pri*"], [["replica-priority", "100"]]],
    [["key-load-delay"], [["key-load-delay", "0"]]],
    [["key-load*"], []],
    [["nonsense"], []],
    [
      ["save", "dir"],
      [
        ["save", "3600 1 300 100 60 10000"],
        ["dir", "./"],
      ],
    ],
    [
      ["client-output*"],
      [
        [
          "client-output-buffer-limit",
          "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
        ],
      ],
    ],
  ])("%j answers %j", (patterns, answer) => {
    expect(configGet(FRESH, patterns)).toEqual(answer);
  });

  it("* answers each name and alias once", () => {
    const names = configGet(FRESH, ["*", "*"]).map(([name]) => name);
    expect(names).toContain("slaveof");
    expect(names.length).toBeGreaterThan(190);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("CONFIG SET", () => {
  it("sets several and says which", () => {
    const result = configSet(
      FRESH,
      [
        ["HZ", "20"],
        ["slave-priority", "5"],
        ["save", "10 1 20 2"],
      ],
      { isLocal: false },
    );
    expect(result).toMatchObject({
      kind: "set",
      changed: ["hz", "replica-priority", "save"],
      table: { hz: 20, "replica-priority": 5 },
    });
    expect(FRESH.hz).toBe(10);
  });

  it.each([
    ["repl-backlog-size", "1k", "1000"],
    ["repl-backlog-size", "1KB", "1024"],
    ["maxclients", "50", "50"],
    ["loglevel", "DEBUG", "debug"],
    ["replica-read-only", "NO", "no"],
    ["save", "", ""],
    ["save", "3600 1 300 10", "3600 1 300 10"],
    ["hz", "1000", "500"],
    ["notify-keyspace-events", "KEA", "AKE"],
    ["bind", "", ""],
    [
      "client-output-buffer-limit",
      "normal 1 1 1 pubsub 2 2 2",
      "normal 1 1 1 slave 268435456 67108864 60 pubsub 2 2 2",
    ],
    ["shutdown-on-sigterm", "save now", "save now"],
    ["latency-tracking-info-percentiles", "50 99.95 33.333333", "50 99.95 33.333333"],
    ["masterauth", "a b\n", "a b\n"],
  ])("%s %j reads %j", (name, value, text) => {
    expect(configGet(set(FRESH, [name, value]), [name])).toEqual([[name, text]]);
  });

  it.each<[pairs: [string, string][], text: string]>([
    [[["Nonsense", "5"]], unknown("Nonsense")],
    [[["include", "x"]], unknown("include")],
    [[["DATABASES", "5"]], failed("DATABASES", "can't set immutable config")],
    [[["slaveof", "a 1"]], failed("slaveof", "can't set immutable config")],
    [[["rdbchecksum", "no"]], failed("rdbchecksum", "can't set immutable config")],
    [[["dir", "/"]], failed("dir", "can't set protected config")],
    [[["dbfilename", "x"]], failed("dbfilename", "can't set protected config")],
    [
      [
        ["hz", "5"],
        ["HZ", "6"],
      ],
      failed("HZ", "duplicate parameter"),
    ],
    [
      [
        ["hz", "zz"],
        ["databases", "2"],
      ],
      failed("databases", "can't set immutable config"),
    ],
    [
      [
        ["hz", "zz"],
        ["nonsense", "2"],
      ],
      unknown("nonsense"),
    ],
    [
      [["SLAVE-PRIORITY", "zz"]],
      failed("slave-priority", "argument couldn't be parsed into an integer"),
    ],
    [[["port", "70000"]], failed("port", "argument must be between 0 and 65535 inclusive")],
    [[["appendonly", "maybe"]], failed("appendonly", "argument must be 'yes' or 'no'")],
    [
      [["maxclients", "-1"]],
      failed("maxclients", "argument must be between 1 and 4294967295 inclusive"),
    ],
    [[["repl-backlog-size", "x"]], failed("repl-backlog-size", "argument must be a memory value")],
    [
      [["appendonly", "yes"]],
      failed("appendonly", "an append-only file is not supported by this version of vedette"),
    ],
    [
      [["maxmemory-clients", "1"]],
      failed(
        "maxmemory-clients",
        "eviction of clients is not supported by this version of vedette",
      ),
    ],
  ])("%j is refused", (pairs, text) => {
    expect(errorOf(pairs)).toBe(text);
  });

  it("takes an alias and its name for two", () => {
    const table = set(FRESH, ["slave-priority", "1"], ["replica-priority", "2"]);
    expect(table["replica-priority"]).toBe(2);
  });

  it.each([
    ["yes", false, true],
    ["local", true, true],
    ["local", false, false],
    ["no", true, false],
  ] as const)("with enable-protected-configs %s, local %s: %s", (allowed, isLocal, isSet) => {
    const table: ServerConfigTable = { ...FRESH, "enable-protected-configs": allowed };
    const result = configSet(table, [["dbfilename", "x"]], { isLocal });
    expect(result.kind).toBe(isSet ? "set" : "error");
  });

  it("words what the world refuses", () => {
    expect(configSetError("dir", "No such file or directory").text).toBe(
      failed("dir", "No such file or directory"),
    );
  });

  it("sets what CONFIG GET shows, and takes any text", () => {
    const name = fc.constantFrom(...Object.keys(FRESH));
    const value = fc.oneof(fc.string(), fc.integer().map(String), fc.constantFrom("yes", "1mb"));
    fc.assert(
      fc.property(name, value, (parameter, text) => {
        const result = configSet(FRESH, [[parameter, text]], { isLocal: true });
        if (result.kind === "error") return;
        const [[, shown] = ["", ""]] = configGet(result.table, [parameter]);
        expect(set(result.table, [parameter, shown])).toEqual(result.table);
      }),
      { numRuns: 1000 },
    );
  });
});
