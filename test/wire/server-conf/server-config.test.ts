import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SERVER_INITIAL_VALUES } from "../../../src/wire/server-conf/server-config.ts";
import { configOf, mistakesOf, read } from "./reading.ts";

describe("a redis.conf", () => {
  it("may be empty", () => {
    expect(configOf("")).toEqual({
      table: SERVER_INITIAL_VALUES,
      renamedCommands: [],
      userLines: [],
    });
  });

  it("sets typed values, by name or alias, in any case", () => {
    const { table } = configOf(`
      Port 7000
      bind 127.0.0.1 -::1
      slave-read-only NO
      maxclients 50
      repl-backlog-size 1mb
      proto-max-bulk-len 2MB
      client-output-buffer-limit pubsub 1k 1kb 60
      client-output-buffer-limit slave 0 0 0 normal 1 2 3
      save 900 1
      save "300 10 60 10000"
      replicaof db.example 6379
      masterauth "a b"
      hz 1000
      unixsocketperm 700
      notify-keyspace-events KEA
      shutdown-on-sigterm save now
      propagation-error-behavior ignore
      lua-time-limit 100
    `);
    expect(table.port).toBe(7000);
    expect(table.bind).toEqual(["127.0.0.1", "-::1"]);
    expect(table["replica-read-only"]).toBe(false);
    expect(table.maxclients).toBe(50);
    expect(table["repl-backlog-size"]).toBe(1024 ** 2);
    expect(table["proto-max-bulk-len"]).toBe(2 * 1024 ** 2);
    expect(table["client-output-buffer-limit"]).toEqual({
      normal: { hardBytes: 1, softBytes: 2, softSeconds: 3 },
      replica: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
      pubsub: { hardBytes: 1000, softBytes: 1024, softSeconds: 60 },
    });
    expect(table.save).toEqual([
      { seconds: 900, changes: 1 },
      { seconds: 300, changes: 10 },
      { seconds: 60, changes: 10000 },
    ]);
    expect(table.replicaof).toEqual({ host: "db.example", port: 6379 });
    expect(table.masterauth).toBe("a b");
    expect(table.hz).toBe(500);
    expect(table.unixsocketperm).toBe(0o700);
    expect(table["notify-keyspace-events"]).toBe("AKE");
    expect(table["shutdown-on-sigterm"]).toEqual(["save", "now"]);
    expect(table["propagation-error-behavior"]).toBe("ignore");
    expect(table["busy-reply-threshold"]).toBe(100);
  });

  it.each([
    ['save ""', 0],
    ["save 1 1\nsave ''", 0],
    ["save 1 1\nsave", 1],
    ["save", 0],
    ["save ''\nsave 5 5", 1],
  ])("adds up save points: %j", (text, count) => {
    expect(configOf(text).table.save).toHaveLength(count);
  });

  it("may be a replica of no one", () => {
    expect(configOf("slaveof no one").table.replicaof).toBeUndefined();
  });

  it("gives its renamed commands with their lines", () => {
    const { renamedCommands } = configOf('rename-command FLUSHALL ""\nrename-command config guard');
    expect(renamedCommands).toMatchObject([
      { command: "FLUSHALL", newName: "", line: { line: 1 } },
      { command: "config", newName: "guard", line: { line: 2 } },
    ]);
  });

  it("is overridden by the command line", () => {
    expect(configOf("port 1\nreplicaof a 1", 'port "2"\nreplicaof "b 2"\n').table).toMatchObject({
      port: 2,
      replicaof: { host: "b", port: 2 },
    });
  });

  it("of the TCL suites is accepted", () => {
    const text = `
      always-show-logo yes
      notify-keyspace-events KEA
      daemonize no
      pidfile /var/run/redis.pid
      port 6379
      timeout 0
      bind 127.0.0.1
      loglevel verbose
      logfile ''
      databases 16
      latency-monitor-threshold 1
      repl-diskless-sync-delay 0
      save ''
      rdbcompression yes
      dbfilename dump.rdb
      dir ./
      slave-serve-stale-data yes
      appendonly no
      appendfsync everysec
      no-appendfsync-on-rewrite no
      activerehashing yes
      enable-protected-configs yes
      enable-debug-command yes
      enable-module-command yes
      propagation-error-behavior panic
      shutdown-on-sigterm force
      unixsocket /tmp/x.sock
      rdb-key-save-delay -100
      key-load-delay 500
      loading-process-events-interval-bytes 1024
      user default on sanitize-payload #${"0".repeat(64)} ~* &* +@all
    `;
    expect(mistakesOf(text)).toEqual([]);
  });
});

describe("a mistake in a redis.conf", () => {
  it.each([
    ["foo bar", "Bad directive or wrong number of arguments"],
    ["vedette http-port 1", "Bad directive or wrong number of arguments"],
    ["sentinel monitor m 1.1.1.1 1 1", "sentinel directive while not in sentinel mode"],
    ["port", "wrong number of arguments"],
    ["port 1 # no comment", "wrong number of arguments"],
    ["port abc", "argument couldn't be parsed into an integer"],
    ["timeout 010", "argument couldn't be parsed into an integer"],
    ["maxclients 0", "argument must be between 1 and 4294967295 inclusive"],
    ["repl-backlog-ttl -1", "argument must be between 0 and 9223372036854775807 inclusive"],
    ["proto-max-bulk-len 1", "argument must be between 1048576 and 9223372036854775807 inclusive"],
    ["repl-backlog-size -1", "argument must be a memory value"],
    ["repl-backlog-size 1tb", "argument must be a memory value"],
    ["unixsocketperm 8", "argument couldn't be parsed as an octal number"],
    ["unixsocketperm 7777", "argument must be between 0 and 777 inclusive"],
    ["appendonly maybe", "argument must be 'yes' or 'no'"],
    [
      "repl-diskless-load maybe",
      "argument(s) must be one of the following: disabled, on-empty-db, swapdb",
    ],
    ["save 1", "Invalid save parameters"],
    ["save 0 1", "Invalid save parameters"],
    ["save 1 -1", "Invalid save parameters"],
    ["save '' 1", "Invalid save parameters"],
    [
      "client-output-buffer-limit normal 1 1",
      "Wrong number of arguments in buffer limit configuration.",
    ],
    [
      "client-output-buffer-limit master 1 1 1",
      "Invalid client class specified in buffer limit configuration.",
    ],
    [
      "client-output-buffer-limit normal 1 1 -1",
      "Error in hard, soft or soft_seconds setting in buffer limit configuration.",
    ],
    ["notify-keyspace-events Q", "Invalid event class character. Use 'Ag$lshzxeKEtmdn'."],
    ["latency-tracking-info-percentiles x", "Invalid latency-tracking-info-percentiles parameters"],
    [
      "latency-tracking-info-percentiles 100.5",
      "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]",
    ],
    ["oom-score-adj-values 1 2", "wrong number of arguments"],
    [
      "oom-score-adj-values 1 2 2001",
      "Invalid oom-score-adj-values, elements must be between -2000 and 2000.",
    ],
    [
      "shutdown-on-sigterm save nosave",
      "shutdown options SAVE and NOSAVE can't be used simultaneously",
    ],
    ["replicaof a 99999", "Invalid master port"],
    ["replicaof a", "wrong number of arguments"],
    ["dbfilename a/b", "dbfilename can't be a path, just a filename"],
    ["maxmemory-clients 101%", "percentage argument must be less or equal to 100"],
    ["rename-command get", "Bad directive or wrong number of arguments"],
  ])("%s: %s", (line, message) => {
    expect(mistakesOf(line)).toEqual([`1: ${message}`]);
  });

  it.each([
    ["appendonly yes", "an append-only file"],
    ["maxmemory-clients 1gb", "eviction of clients"],
    ["cluster-enabled yes", "Redis Cluster"],
    ["loadmodule /x.so", "a module"],
  ])("is a feature that this version lacks: %s", (line, feature) => {
    expect(mistakesOf(line)).toEqual([`1: ${feature} is not supported by this version of vedette`]);
  });

  it("is reported with all the others", () => {
    expect(mistakesOf('port x\n# c\nnonsense\n\nbind "\nmaxclients 0\ndaemonize yes')).toEqual([
      "1: argument couldn't be parsed into an integer",
      "3: Bad directive or wrong number of arguments",
      "5: Unbalanced quotes in configuration line",
      "6: argument must be between 1 and 4294967295 inclusive",
      expect.stringContaining("7: daemonize yes is not supported") as string,
    ]);
  });
});

describe("any text", () => {
  it("is a configuration or a list of mistakes", () => {
    const name = fc.constantFrom(...Object.keys(SERVER_INITIAL_VALUES), "user", "rename-command");
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom("", "1", "yes", "-1", "1gb", "9".repeat(40)),
    );
    const line = fc.tuple(name, fc.array(value)).map(([word, words]) => [word, ...words].join(" "));
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
        const result = read(lines.join("\n"));
        if (result.kind === "mistakes") expect(result.mistakes.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});
