import type {
  ExtensionSetting,
  ExtensionValue,
} from "../../../src/wire/sentinel-conf/extension-kinds.ts";
import {
  EXTENSION_TABLES,
  initialGlobalExtensions,
  initialMasterExtensions,
} from "../../../src/wire/sentinel-conf/extension-settings.ts";
import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { masterName, parseRunId } from "../../../src/base/ids.ts";
import { epoch } from "../../../src/base/units.ts";
import { keyOfConfWords } from "../../../src/wire/conf/conf-keys.ts";
import type { OptionLine } from "../../../src/wire/conf-document.ts";
import { rewriteSentinelConf } from "../../../src/wire/sentinel-conf/durable-lines.ts";
import type {
  DurableMaster,
  DurableSentinel,
} from "../../../src/wire/sentinel-conf/durable-sentinel.ts";
import { configOf, ID, mistakesOf, OTHER_ID } from "./parsing.ts";

/** A file before and after redis-sentinel 7.0.15 saved it. */
function real(name: string): { before: string; after: string } {
  const file = (suffix: string) =>
    readFileSync(new URL(`real/${name}.${suffix}.conf`, import.meta.url), "latin1");
  return { before: file("before"), after: file("after") };
}

function runId(text: string) {
  const id = parseRunId(text);
  if (id === undefined) throw new Error(`${text} is no run id`);
  return id;
}

/** Lines that redis-sentinel writes of its generic settings, in the order it wrote them there. */
function generic(...lines: string[]): OptionLine[] {
  return lines.map((text) => {
    const key = keyOfConfWords(text.split(" "));
    if (key === undefined) throw new Error(`${text} has no key`);
    return { key, text, isForced: true };
  });
}

const PERCENTILES = "latency-tracking-info-percentiles 50 99 99.9";
const DIR = 'dir "/var/lib/sentinel"';
const USER = "user default on nopass ~* &* +@all";

/** What the file says, as the state of a sentinel that has just read it. */
function loaded(text: string, myId = ID): DurableSentinel {
  const { sentinel } = configOf(text);
  return { ...sentinel, myId: sentinel.myId ?? runId(myId) };
}

function changeMaster(
  sentinel: DurableSentinel,
  name: string,
  change: Partial<DurableMaster>,
): DurableSentinel {
  const masters = sentinel.masters.map((master) =>
    master.name === masterName(name) ? { ...master, ...change } : master,
  );
  return { ...sentinel, masters };
}

describe("a save", () => {
  it("leaves the file that redis-sentinel leaves after a first start", () => {
    const { before, after } = real("first");
    const state = loaded(before, "aa0ea061d5f786bac0a44b9e14f1932b42a1a1b5");
    const options = generic(DIR, "protected-mode no", PERCENTILES, USER);
    expect(rewriteSentinelConf(before, state, options)).toBe(after);
  });

  it("leaves the file that redis-sentinel leaves after five saves", () => {
    const { before, after } = real("leading");
    const options = generic("protected-mode no", PERCENTILES, DIR, USER);
    let state = loaded(before, "0b5a1c9245b912ce55345c7b67c09c7d3ddd3d11");
    let text = rewriteSentinelConf(before, state, options);
    for (const change of [
      () => changeMaster(state, "mymaster", { quorum: 3 }),
      () => changeMaster(state, "Other", { authPass: "pw" }),
      () => changeMaster(state, "Other", { failoverTimeoutMs: 60000 }),
      () => ({ ...state, announceIp: "10.1.1.1" }),
    ]) {
      state = change();
      text = rewriteSentinelConf(text, state, options);
    }
    expect(text).toBe(after);
  });

  it("removes what is forgotten as redis-sentinel does", () => {
    const { before, after } = real("peers");
    const options = generic("user default on nopass sanitize-payload ~* &* +@all");
    let state = loaded(before);
    let text = before;
    for (const change of [
      () => state,
      () => ({ ...state, sentinelUser: undefined }),
      () => ({ ...state, sentinelPass: undefined }),
      () => changeMaster(state, "mymaster", { renamedCommands: new Map<string, string>() }),
      () => changeMaster(state, "mymaster", { replicas: [], sentinels: [] }),
    ]) {
      state = change();
      text = rewriteSentinelConf(text, state, options);
    }
    expect(text).toBe(after);
  });

  it.each(["first", "leading", "peers"])("of redis-sentinel is read: %s", (name) => {
    const { after } = real(name);
    const names = configOf(after).sentinel.masters.map((master) => String(master.name));
    expect(names).toEqual(name === "leading" ? ["mymaster", "Other"] : ["mymaster"]);
  });

  it("says what it knows in Redis' order", () => {
    const state: DurableSentinel = {
      myId: runId(ID),
      currentEpoch: epoch(9),
      announceIp: "10.0.0.1",
      announcePort: 5000,
      denyScriptsReconfig: false,
      resolveHostnames: false,
      announceHostnames: false,
      sentinelUser: "bob",
      sentinelPass: "x",
      logLevel: "verbose",
      isMemoryLost: true,
      extensions: initialGlobalExtensions(),
      masters: [
        {
          name: masterName("m"),
          address: { host: "127.0.0.1", port: 6379 },
          quorum: 2,
          downAfterMs: 1000,
          failoverTimeoutMs: 2000,
          parallelSyncs: 3,
          rebootDownAfterMs: 4000,
          extensions: { ...initialMasterExtensions(), "crash-detection-milliseconds": 100 },
          authUser: "joe",
          authPass: "a b",
          notificationScript: "/bin/tell us",
          clientReconfigScript: "/bin/reconfigure",
          renamedCommands: new Map([["config", "guard"]]),
          configEpoch: epoch(7),
          leaderEpoch: epoch(9),
          replicas: [{ host: "::1", port: 6380 }],
          sentinels: [{ runId: runId(OTHER_ID), address: { host: "10.0.0.2", port: 26379 } }],
        },
      ],
    };
    expect(rewriteSentinelConf("port 26379\n", state)).toBe(`port 26379

# Generated by CONFIG REWRITE
loglevel verbose
sentinel myid ${ID}
sentinel deny-scripts-reconfig no
sentinel monitor m 127.0.0.1 6379 2
sentinel down-after-milliseconds m 1000
sentinel failover-timeout m 2000
sentinel parallel-syncs m 3
sentinel notification-script m "/bin/tell us"
sentinel client-reconfig-script m /bin/reconfigure
sentinel auth-pass m "a b"
sentinel auth-user m joe
sentinel master-reboot-down-after-period m 4000
vedette crash-detection-milliseconds m 100
sentinel config-epoch m 7
sentinel leader-epoch m 9
sentinel known-replica m ::1 6380
sentinel known-sentinel m 10.0.0.2 26379 ${OTHER_ID}
sentinel rename-command m config guard
sentinel current-epoch 9
sentinel announce-ip "10.0.0.1"
sentinel announce-port 5000
sentinel sentinel-user bob
sentinel sentinel-pass x
vedette memory-lost yes
`);
  });

  it("leaves comments, directives of others and includes alone, and marks what nobody knows", () => {
    const before = `# mine
Port 5000
include common.conf
nonsense 1
bind "unbalanced
sentinel notification-script m ""
SENTINEL KNOWN-SLAVE gone 127.0.0.1 1
vedette future 1
`;
    const state = loaded(`sentinel myid ${ID}`);
    expect(rewriteSentinelConf(before, state)).toBe(`# mine
Port 5000
include common.conf
# ??? nonsense 1
# ??? bind "unbalanced

vedette future 1

# Generated by CONFIG REWRITE
sentinel myid ${ID}
sentinel current-epoch 0
`);
  });

  it("of odd names and secrets is a file that redis-sentinel 7.0.15 was seen to accept", () => {
    const accepted = readFileSync(
      new URL("real/accepted-by-redis.conf", import.meta.url),
      "latin1",
    );
    const state = loaded(accepted);
    expect(state.masters.map(({ name }) => name)).toEqual(["a#b:*[x]", "other"]);
    expect(state.masters[0]?.authPass).toContain("\nsentinel monitor evil");
    expect(rewriteSentinelConf("port 17840\n# c\n", state)).toBe(accepted);
  });

  it("reuses a line of the older spelling", () => {
    const before = `sentinel monitor m 127.0.0.1 6379 2
sentinel known-slave m 127.0.0.1 6380
sentinel primary-reboot-down-after-period m 5
`;
    const lines = rewriteSentinelConf(before, loaded(before)).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "sentinel monitor m 127.0.0.1 6379 2",
      "sentinel known-replica m 127.0.0.1 6380",
      "sentinel master-reboot-down-after-period m 5",
    ]);
  });
});

const BINARY = fc.string({ unit: fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)) });
const NAME = fc.stringMatching(/^[!#$%&()*+./0-9:;<=>?@A-Z[\]^_`a-z{|}~-]{1,20}$/);
const HOST = fc.oneof(fc.ipV4(), fc.ipV6());
const ADDRESS = fc.record({ host: HOST, port: fc.integer({ min: 0, max: 65535 }) });
const SECRET = fc.option(
  BINARY.filter((text) => text !== ""),
  { nil: undefined },
);
const EPOCH = fc.integer({ min: 0, max: 1000 }).map(epoch);
const RUN_ID = fc.stringMatching(/^[0-9a-f]{40}$/).map(runId);
const MILLISECONDS = fc.integer({ min: 1, max: 2 ** 31 - 1 });

/** Any values of our own settings; words that only a check of its own takes keep their initial value. */
function valuesOf<Values extends object>(
  table: ReadonlyMap<string, ExtensionSetting>,
  initial: Values,
): fc.Arbitrary<Values> {
  const rows = [...table].map(([name, setting]) => [name, valueOf(setting)] as const);
  return fc.record(Object.fromEntries(rows)).map((drawn) => ({ ...initial, ...drawn }));
}

function valueOf(setting: ExtensionSetting): fc.Arbitrary<ExtensionValue> {
  switch (setting.kind) {
    case "yes-no":
      return fc.boolean();
    case "number":
      return fc.integer(setting.range);
    case "choice":
      return fc.constantFrom(...setting.values);
    case "text":
    case "lines":
      return fc.constant(setting.initial);
  }
}

const MASTER: fc.Arbitrary<DurableMaster> = fc.record({
  name: NAME.map(masterName),
  address: ADDRESS,
  quorum: fc.integer({ min: 1, max: 9 }),
  downAfterMs: MILLISECONDS,
  failoverTimeoutMs: MILLISECONDS,
  parallelSyncs: fc.nat({ max: 5 }),
  rebootDownAfterMs: fc.nat({ max: 5 }),
  extensions: valuesOf(EXTENSION_TABLES.master, initialMasterExtensions()),
  authUser: SECRET,
  authPass: SECRET,
  notificationScript: SECRET,
  clientReconfigScript: SECRET,
  renamedCommands: fc
    .array(
      fc.tuple(
        fc.stringMatching(/^[a-z|]{1,9}$/),
        BINARY.filter((name) => name !== ""),
      ),
    )
    .map((pairs) => new Map(pairs)),
  configEpoch: EPOCH,
  leaderEpoch: EPOCH,
  replicas: fc.uniqueArray(ADDRESS, {
    selector: ({ host, port }) => `${host.toLowerCase()} ${port}`,
    maxLength: 4,
  }),
  sentinels: fc.uniqueArray(fc.record({ runId: RUN_ID, address: ADDRESS }), {
    selector: (sentinel) => sentinel.runId,
    maxLength: 4,
  }),
});

const SENTINEL: fc.Arbitrary<DurableSentinel> = fc.record({
  myId: fc.constant(runId(ID)),
  currentEpoch: fc.integer({ min: 1000, max: 2000 }).map(epoch),
  announceIp: fc.option(HOST, { nil: undefined }),
  announcePort: fc.nat({ max: 65535 }),
  denyScriptsReconfig: fc.boolean(),
  resolveHostnames: fc.boolean(),
  announceHostnames: fc.boolean(),
  sentinelUser: SECRET,
  sentinelPass: SECRET,
  isMemoryLost: fc.boolean(),
  extensions: valuesOf(EXTENSION_TABLES.global, initialGlobalExtensions()),
  logLevel: fc.constantFrom("debug", "verbose", "notice", "warning", "nothing"),
  masters: fc.uniqueArray(MASTER, { selector: ({ name }) => name, maxLength: 3 }),
});

describe("laws of saving", () => {
  it("what is written is what is read, whatever names and passwords hold (W-08)", () => {
    fc.assert(
      fc.property(SENTINEL, SENTINEL, (older, newer) => {
        const once = rewriteSentinelConf("# mine\nport 5000\n", older);
        expect(configOf(once).sentinel).toEqual(older);
        const twice = rewriteSentinelConf(once, newer);
        expect(configOf(twice).sentinel).toEqual(newer);
        expect(configOf(twice).daemon.port).toBe(5000);
        expect(rewriteSentinelConf(twice, newer)).toBe(
          rewriteSentinelConf(rewriteSentinelConf(twice, newer), newer),
        );
      }),
    );
  });

  it("no value makes a line of its own", () => {
    fc.assert(
      fc.property(SENTINEL, (state) => {
        const lines = rewriteSentinelConf("", state).split("\n");
        expect(lines[0]).toBe("# Generated by CONFIG REWRITE");
        for (const line of lines.slice(1, -1))
          expect(line).toMatch(/^((sentinel|vedette) [a-z-]+|loglevel) [ -~]*$/);
      }),
    );
  });

  it("any file can be rewritten, and then read", () => {
    const word = fc.constantFrom("sentinel", "monitor", "#", "port", '"', "x", "known-slave", "");
    const line = fc.oneof(
      BINARY,
      fc.array(word).map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(fc.array(line), SENTINEL, (lines, state) => {
        const text = rewriteSentinelConf(lines.join("\n"), state);
        const known = text.split("\n").filter((written) => /^sentinel (?!$)/.test(written));
        expect(mistakesOf(known.join("\n"))).toEqual([]);
        expect(rewriteSentinelConf(text, state).trimEnd()).toBe(text.trimEnd());
      }),
    );
  });
});
