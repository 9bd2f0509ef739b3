import {
  initialGlobalExtensions,
  initialMasterExtensions,
} from "../../../src/wire/sentinel-conf/extension-settings.ts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfFile, IncludedFiles } from "../../../src/wire/conf/conf-lines.ts";
import { formatMistake } from "../../../src/wire/conf/config-mistake.ts";
import { parseCommandLine } from "../../../src/wire/conf/command-line.ts";
import { configOf, ID, mistakesOf, OTHER_ID, read } from "./parsing.ts";

function including(file: ConfFile): () => IncludedFiles {
  return () => ({ kind: "files", files: [file] });
}

const MONITOR = "sentinel monitor mymaster 127.0.0.1 6379 2\n";

describe("a sentinel.conf", () => {
  it("may be empty", () => {
    const { daemon, sentinel, commandLineOptions } = configOf("");
    expect(daemon).toEqual({
      port: 26379,
      supervised: "no",
      syslog: undefined,
      announcedPort: 26379,
      tls: undefined,
      bind: ["*", "-::*"],
      protectedMode: false,
      tcpBacklog: 511,
      unixSocket: undefined,
      unixSocketMode: undefined,
      idleTimeoutSeconds: 0,
      tcpKeepaliveSeconds: 300,
      maxClients: 10000,
      requirePass: undefined,
      channelDefault: "resetchannels",
      aclLogMaxLength: 128,
      usersFile: "",
      bindSourceAddress: undefined,
      dir: "./",
      logFile: undefined,
      logLevel: "notice",
      pidFile: undefined,
    });
    expect(sentinel).toEqual({
      myId: undefined,
      currentEpoch: 0,
      announceIp: undefined,
      announcePort: 0,
      denyScriptsReconfig: true,
      resolveHostnames: false,
      announceHostnames: false,
      sentinelUser: undefined,
      sentinelPass: undefined,
      logLevel: "notice",
      isMemoryLost: false,
      extensions: initialGlobalExtensions(),
      masters: [],
    });
    expect(commandLineOptions).toEqual([]);
  });

  it("gives a master Redis' defaults", () => {
    expect(configOf(MONITOR).sentinel.masters).toEqual([
      {
        name: "mymaster",
        address: { host: "127.0.0.1", port: 6379 },
        quorum: 2,
        downAfterMs: 30000,
        failoverTimeoutMs: 180000,
        parallelSyncs: 1,
        rebootDownAfterMs: 0,
        extensions: initialMasterExtensions(),
        notificationScript: undefined,
        clientReconfigScript: undefined,
        authUser: undefined,
        authPass: undefined,
        renamedCommands: new Map(),
        configEpoch: 0,
        leaderEpoch: 0,
        replicas: [],
        sentinels: [],
      },
    ]);
  });

  it("may be written in any order and case", () => {
    const { daemon, sentinel } = configOf(`
      # what for
      SENTINEL Down-After-Milliseconds mymaster 500
      sentinel failover-timeout mymaster 60000
      sentinel parallel-syncs mymaster 0
      sentinel auth-pass mymaster "a b\\n"
      sentinel auth-user mymaster 'joe'
      sentinel primary-reboot-down-after-period mymaster 100
      sentinel rename-command mymaster CONFIG guard
      sentinel config-epoch mymaster 7
      sentinel leader-epoch mymaster 9
      sentinel known-slave mymaster 127.0.0.1 6380
      sentinel known-replica mymaster ::1 6381
      sentinel known-sentinel mymaster 10.0.0.2 26379 ${OTHER_ID}
      sentinel known-sentinel mymaster 10.0.0.2 26379
      sentinel known-sentinel mymaster 10.0.0.1 26379 ${ID}
      sentinel
      sentinel myid ${ID}
      sentinel current-epoch 3
      sentinel announce-ip 10.0.0.1
      sentinel announce-port 5000
      sentinel deny-scripts-reconfig NO
      sentinel sentinel-user bob
      sentinel sentinel-pass secret
      sentinel resolve-hostnames no
      sentinel notification-script mymaster ""
      Vedette CRASH-detection-milliseconds mymaster 300
      ${MONITOR}
      PORT 5000
      Bind 127.0.0.1 -::1
      protected-mode YES
      requirepass "x y"
      unixsocket /run/s.sock
      unixsocketperm 770
      dir /var/lib
      logfile ''
      loglevel verbose
      pidfile /run/s.pid
      timeout 5
      bind-source-addr 10.0.0.1
    `);
    expect(sentinel).toMatchObject({
      myId: ID,
      currentEpoch: 9,
      announceIp: "10.0.0.1",
      announcePort: 5000,
      denyScriptsReconfig: false,
      resolveHostnames: false,
      announceHostnames: false,
      sentinelUser: "bob",
      sentinelPass: "secret",
    });
    expect(sentinel.masters).toEqual([
      {
        name: "mymaster",
        address: { host: "127.0.0.1", port: 6379 },
        quorum: 2,
        downAfterMs: 500,
        failoverTimeoutMs: 60000,
        parallelSyncs: 0,
        rebootDownAfterMs: 100,
        extensions: { ...initialMasterExtensions(), "crash-detection-milliseconds": 300 },
        notificationScript: undefined,
        clientReconfigScript: undefined,
        authUser: "joe",
        authPass: "a b\n",
        renamedCommands: new Map([["config", "guard"]]),
        configEpoch: 7,
        leaderEpoch: 9,
        replicas: [
          { host: "127.0.0.1", port: 6380 },
          { host: "::1", port: 6381 },
        ],
        sentinels: [{ runId: OTHER_ID, address: { host: "10.0.0.2", port: 26379 } }],
      },
    ]);
    expect(daemon).toMatchObject({
      port: 5000,
      bind: ["127.0.0.1", "-::1"],
      protectedMode: true,
      requirePass: "x y",
      unixSocket: "/run/s.sock",
      unixSocketMode: 0o770,
      dir: "/var/lib",
      logFile: undefined,
      logLevel: "verbose",
      pidFile: "/run/s.pid",
      idleTimeoutSeconds: 5,
      bindSourceAddress: "10.0.0.1",
    });
  });

  it("may hold what redis-server knows and a sentinel has no use for", () => {
    const text = `
      enable-debug-command local
      enable-protected-configs yes
      repl-diskless-sync-delay 0
      maxmemory 100mb
      appendonly yes
      save 900 1
      client-output-buffer-limit pubsub 1mb 2mb 60
      slave-priority 5
      loadmodule /x.so
      lua-replicate-commands yes
      acllog-max-len 128
      tls-port 0
      supervised no
      latency-tracking-info-percentiles 50 99 99.9
      user default on nopass sanitize-payload ~* &* +@all
    `;
    expect(mistakesOf(text)).toEqual([]);
  });

  it("hands on users and renamed commands to who knows the commands", () => {
    const config = configOf(`user joe on nopass\nuser ann\nrename-command ping pong`);
    expect(config.userLines.map(({ words }) => words)).toEqual([["joe", "on", "nopass"], ["ann"]]);
    expect(config.renamedCommands).toMatchObject([{ command: "ping", newName: "pong" }]);
    expect(mistakesOf("rename-command ping")).toEqual([
      "1: Bad directive or wrong number of arguments",
    ]);
  });

  it("treats empty users, passwords and addresses as none (W-10)", () => {
    const { sentinel, daemon } = configOf(`${MONITOR}
      sentinel auth-pass mymaster ""
      sentinel announce-ip ""
      sentinel sentinel-pass ''
      requirepass ""
    `);
    expect(sentinel.masters[0]?.authPass).toBeUndefined();
    expect(sentinel.announceIp).toBeUndefined();
    expect(sentinel.sentinelPass).toBeUndefined();
    expect(daemon.requirePass).toBeUndefined();
  });
});

describe("a mistake in a sentinel.conf", () => {
  it.each([
    ["sentinel monitor m 127.0.0.1 6379 0", "Quorum must be 1 or greater."],
    ["sentinel monitor m 127.0.0.1 6379 two", "Quorum must be 1 or greater."],
    ["sentinel monitor m 127.0.0.1 65536 2", "Invalid port number."],
    ["sentinel monitor m 127.0.0.1 6379x 2", "Invalid port number."],
    ["sentinel monitor m localhost 6379 2", "Can't resolve instance hostname."],
    ["sentinel monitor m 127.0.0.1 6379", "Unrecognized sentinel configuration statement."],
    ['sentinel monitor "a b" 127.0.0.1 6379 2', "Invalid master name."],
    ['sentinel monitor "a\\nb" 127.0.0.1 6379 2', "Invalid master name."],
    ["sentinel monitor a,b 127.0.0.1 6379 2", "Invalid master name."],
    ["sentinel nonsense m", "Unrecognized sentinel configuration statement."],
    ["sentinel monitor mymaster 127.0.0.2 6379 2", "Duplicate master name."],
    ["sentinel down-after-milliseconds m 500", "No such master with specified name."],
    ["sentinel down-after-milliseconds mymaster 0", "negative or zero time parameter."],
    ["sentinel down-after-milliseconds mymaster 5s", "negative or zero time parameter."],
    ["sentinel down-after-milliseconds mymaster 3000000000", "negative or zero time parameter."],
    ["sentinel failover-timeout mymaster -1", "negative or zero time parameter."],
    ["sentinel master-reboot-down-after-period mymaster -1", "negative time parameter."],
    ["sentinel parallel-syncs mymaster many", "Invalid number of replicas."],
    ["sentinel down-after-milliseconds mymaster", "Unrecognized sentinel configuration statement."],
    ["sentinel config-epoch mymaster 18446744073709551615", "Invalid epoch."],
    ["sentinel current-epoch -1", "Invalid epoch."],
    ["sentinel known-replica mymaster db.example 6380", "Can't resolve instance hostname."],
    ["sentinel known-sentinel mymaster 10.0.0.1 1 abc", "Malformed Sentinel id."],
    ["sentinel rename-command mymaster ping ''", "Invalid command name."],
    ["sentinel myid abc", "Malformed Sentinel id in myid option."],
    ["sentinel announce-ip 'a b'", "Invalid announce-ip."],
    ["sentinel announce-port 70000", "Invalid port number."],
    [
      "sentinel deny-scripts-reconfig maybe",
      "Please specify yes or no for the deny-scripts-reconfig options.",
    ],
    [
      "sentinel resolve-hostnames maybe",
      "Please specify yes or no for the resolve-hostnames option.",
    ],
    ["nonsense", "Bad directive or wrong number of arguments"],
    ["port", "wrong number of arguments"],
    ["port 1 2", "wrong number of arguments"],
    ["port abc", "argument couldn't be parsed into an integer"],
    ["port 65536", "argument must be between 0 and 65535 inclusive"],
    ["protected-mode on", "argument must be 'yes' or 'no'"],
    [
      "loglevel loud",
      "argument(s) must be one of the following: debug, verbose, notice, warning, nothing",
    ],
    ["maxmemory 1x", "argument must be a memory value"],
    ["save 1", "Invalid save parameters"],
    ['bind "unbalanced', "Unbalanced quotes in configuration line"],
    ["include", "Bad directive or wrong number of arguments"],
    ["include /nowhere.conf", "Fatal error, can't open config file '/nowhere.conf': No such file"],
    ["vedette bell-volume 11", "Unknown vedette setting 'bell-volume'"],
    ["vedette crash-detection-milliseconds", "Unrecognized sentinel configuration statement."],
    ["vedette crash-detection-milliseconds nobody 1", "No such master with specified name."],
  ])("%s: %s", (line, message) => {
    expect(mistakesOf(`${MONITOR}${line}\n`)).toEqual([`2: ${message}`]);
  });

  it.each([["daemonize yes", /service manager/]])(
    "is a feature that this version lacks: %s",
    (line, message) => {
      const [mistake, ...more] = mistakesOf(`${MONITOR}${line}\n`);
      expect(mistake?.replace(/^2: /, "")).toMatch(message);
      expect(more).toEqual([]);
    },
  );

  it("is reported with all the others, in the order of the lines", () => {
    const text = `port abc
sentinel down-after-milliseconds mymaster 0
sentinel monitor bad 127.0.0.1 6379 0
sentinel down-after-milliseconds bad 500
vedette x
sentinel myid short
${MONITOR}"`;
    expect(mistakesOf(text)).toEqual([
      "1: argument couldn't be parsed into an integer",
      "2: negative or zero time parameter.",
      "3: Quorum must be 1 or greater.",
      "5: Unknown vedette setting 'x'",
      "6: Malformed Sentinel id in myid option.",
      "8: Unbalanced quotes in configuration line",
    ]);
  });

  it("says what was expected where Redis does not", () => {
    const result = read("  sentinel monitor mymaster 127.0.0.1  \n");
    expect(result).toEqual({
      kind: "mistakes",
      mistakes: [
        {
          file: "sentinel.conf",
          line: 1,
          text: "sentinel monitor mymaster 127.0.0.1",
          directive: "sentinel monitor",
          message: "Unrecognized sentinel configuration statement.",
          expected: "sentinel monitor <name> <ip> <port> <quorum>",
        },
      ],
      userLines: [],
    });
  });

  it("looks like Redis' fatal block", () => {
    const result = read("# one\nport abc\n");
    if (result.kind !== "mistakes") throw new Error("a mistake was expected");
    const blocks = result.mistakes.map((mistake) =>
      formatMistake(mistake, { redisVersion: "7.2.0" }),
    );
    expect(blocks).toEqual([
      `
*** FATAL CONFIG FILE ERROR (Redis 7.2.0) ***
Reading the configuration file, at line 2
>>> 'port abc'
argument couldn't be parsed into an integer
(sentinel.conf, line 2, port)
`,
    ]);
  });
});

describe("host names", () => {
  const NAMED = `sentinel monitor mymaster redis-0.redis 6379 2
sentinel known-replica mymaster redis_1 6379
sentinel known-sentinel mymaster sentinel-1 26379 ${"b".repeat(40)}
`;

  it("stand where addresses stand, as they are written, with resolve-hostnames anywhere", () => {
    const { sentinel } = configOf(`${NAMED}sentinel resolve-hostnames yes\n`);
    expect(sentinel.resolveHostnames).toBe(true);
    expect(sentinel.announceHostnames).toBe(false);
    const [master] = sentinel.masters;
    expect(master?.address).toEqual({ host: "redis-0.redis", port: 6379 });
    expect(master?.replicas).toEqual([{ host: "redis_1", port: 6379 }]);
    expect(master?.sentinels.map(({ address }) => address.host)).toEqual(["sentinel-1"]);
  });

  it("are mistakes without it", () => {
    const [mistake] = mistakesOf(NAMED);
    expect(mistake).toMatch(/^1: Can't resolve instance hostname\./);
  });

  it.each(["10.0.0.256", "127.1", "-x", "a..b", "[::1]", "x".repeat(64)])("are not %s", (host) => {
    const [mistake] = mistakesOf(
      `sentinel resolve-hostnames yes\nsentinel monitor mymaster ${host} 6379 2\n`,
    );
    expect(mistake).toMatch(/^2: Can't resolve instance hostname\./);
  });
});

describe("lines that say the same twice (W-30)", () => {
  it("are accepted", () => {
    const { sentinel } = configOf(`${MONITOR}${MONITOR}
      sentinel known-replica mymaster 127.0.0.1 6380
      sentinel known-replica mymaster 127.0.0.1 6380
      sentinel known-sentinel mymaster 10.0.0.2 26379 ${OTHER_ID}
      sentinel known-sentinel mymaster 10.0.0.2 26379 ${OTHER_ID}
      sentinel rename-command mymaster PING p
      sentinel rename-command mymaster ping p
    `);
    expect(sentinel.masters).toHaveLength(1);
    expect(sentinel.masters[0]?.replicas).toHaveLength(1);
    expect(sentinel.masters[0]?.sentinels).toHaveLength(1);
  });

  it("are mistakes when they contradict each other", () => {
    const text = `${MONITOR}sentinel monitor mymaster 127.0.0.1 6379 3
sentinel known-sentinel mymaster 10.0.0.2 26379 ${OTHER_ID}
sentinel known-sentinel mymaster 10.0.0.3 26379 ${OTHER_ID}
sentinel rename-command mymaster ping p1
sentinel rename-command mymaster PING p2`;
    expect(mistakesOf(text)).toEqual([
      "2: Duplicate master name.",
      "4: Duplicate runid for sentinel.",
      "6: Same command renamed multiple times with rename-command.",
    ]);
  });
});

describe("an included file", () => {
  const included = `${MONITOR}sentinel down-after-milliseconds mymaster 500\nport 5000\n`;
  const include = including({ name: "common.conf", text: included });

  it("is read in place", () => {
    const { daemon, sentinel } = configOf("port 1\ninclude common.conf\n", { include });
    expect(daemon.port).toBe(5000);
    expect(sentinel.masters[0]?.downAfterMs).toBe(500);
    expect(configOf("include common.conf\nport 1\n", { include }).daemon.port).toBe(1);
  });

  it("is named in its mistakes", () => {
    const broken = including({ name: "broken.conf", text: "\nport abc" });
    expect(read("include broken.conf\nport abc", { include: broken })).toMatchObject({
      mistakes: [
        { file: "broken.conf", line: 2 },
        { file: "sentinel.conf", line: 2 },
      ],
    });
  });

  it("cannot contradict a fresh file, but is older than a saved one", () => {
    const moved = `include common.conf\nsentinel monitor mymaster 127.0.0.1 7000 2\n`;
    expect(mistakesOf(moved, { include })).toEqual(["2: Duplicate master name."]);
    const saved = `${moved}sentinel config-epoch mymaster 4\nsentinel current-epoch 4\n`;
    expect(configOf(saved, { include }).sentinel.masters).toMatchObject([
      { address: { port: 7000 }, downAfterMs: 30000, configEpoch: 4 },
    ]);
  });

  it("may not include itself for ever", () => {
    const loop = including({ name: "loop.conf", text: "include loop.conf" });
    expect(mistakesOf("include loop.conf", { include: loop })).toEqual([
      "1: The files include each other.",
    ]);
  });
});

describe("the command line", () => {
  const { text: commandLine } = parseCommandLine([
    "sentinel.conf",
    "--port",
    "5000",
    "--sentinel",
    "parallel-syncs",
    "mymaster",
    "7",
  ]);

  it("overrides the file and is to be saved", () => {
    const { daemon, sentinel, commandLineOptions } = configOf(`port 1\n${MONITOR}`, {
      commandLine,
    });
    expect(daemon.port).toBe(5000);
    expect(sentinel.masters[0]?.parallelSyncs).toBe(7);
    expect(commandLineOptions).toMatchObject([{ key: "port", text: "port 5000", isForced: true }]);
  });

  it("takes back what the file asks for and this version lacks", () => {
    expect(mistakesOf("daemonize yes", { commandLine: 'daemonize "no"\n' })).toEqual([]);
    expect(mistakesOf("daemonize no", { commandLine: 'daemonize "yes"\n' })).toHaveLength(1);
  });

  it("has its mistakes reported with the lines counted on", () => {
    expect(read("port 1\n", { commandLine: 'port "abc"\n' })).toMatchObject({
      mistakes: [{ file: "command line", line: 3, text: 'port "abc"' }],
    });
  });

  it("does not bring back the address of a master that was saved elsewhere", () => {
    const saved = "sentinel monitor mymaster 127.0.0.1 7000 2\nsentinel config-epoch mymaster 4\n";
    const { sentinel } = configOf(saved, { commandLine: MONITOR });
    expect(sentinel.masters).toMatchObject([{ address: { port: 7000 } }]);
  });
});

const WORDS = `sentinel monitor m 127.0.0.1 1 -1 known-replica myid ${ID} port bind save
  include vedette " user client-output-buffer-limit`.split(/\s+/);

describe("any text", () => {
  it("is a configuration or a list of mistakes", () => {
    const word = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom(...WORDS));
    const line = fc.array(word, { maxLength: 8 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(
        fc.array(line).map((lines) => lines.join("\n")),
        (text) => {
          const result = read(text);
          if (result.kind === "mistakes") expect(result.mistakes.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});
