import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  ABSENT,
  checkedFile,
  findingsIn,
  idOf,
  OWN_FILE,
  SOUND,
  soundBut,
  type Surroundings,
  without,
} from "./checked.ts";
import { exitStatusOf } from "../../src/advice/finding.ts";

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly around?: Surroundings;
  /** `severity code` of everything found. */
  readonly finds: readonly string[];
}

const NO_PEERS = without(/known-sentinel/);
const NEW = without(/known-|myid/);
const monitor = (rest: string) => soundBut(`sentinel monitor mymaster ${rest}`);
const peer = (letter: string, host: string) =>
  `sentinel known-sentinel mymaster ${host} 26379 ${idOf(letter)}`;

const CASES: readonly Case[] = [
  { name: "a sound file", lines: SOUND, finds: [] },

  {
    name: "quorum 4 of 3",
    lines: monitor("192.0.2.1 6379 4"),
    finds: ["error quorum-above-voters"],
  },
  { name: "quorum 3 of 3", lines: monitor("192.0.2.1 6379 3"), finds: ["warning quorum-of-all"] },
  { name: "quorum 1 of 3", lines: monitor("192.0.2.1 6379 1"), finds: ["warning quorum-of-one"] },
  {
    name: "quorum 2 of 5",
    lines: [...SOUND, peer("d", "192.0.2.14"), peer("e", "192.0.2.15")],
    finds: ["note quorum-below-majority"],
  },
  {
    name: "four sentinels",
    lines: [...monitor("192.0.2.1 6379 3"), peer("d", "192.0.2.14")],
    finds: ["note even-sentinels"],
  },
  {
    name: "two sentinels",
    lines: without(/192\.0\.2\.13/),
    finds: ["warning quorum-of-all", "warning too-few-sentinels"],
  },
  {
    name: "a new file of three that are planned",
    lines: NEW,
    around: { plannedSentinels: 3 },
    finds: ["note no-replicas"],
  },
  {
    name: "a new file",
    lines: NEW,
    finds: ["note no-replicas", "note sentinels-unknown"],
  },
  {
    name: "one sentinel alone, planned so",
    lines: [
      ...NO_PEERS.filter((line) => !line.includes("monitor")),
      "sentinel monitor mymaster 192.0.2.1 6379 1",
    ],
    around: { plannedSentinels: 1 },
    finds: ["warning too-few-sentinels"],
  },
  {
    name: "two of three sentinels on the master's machine",
    lines: [...without(/known-sentinel/), peer("b", "192.0.2.1"), peer("c", "192.0.2.1")],
    finds: ["warning sentinels-share-host"],
  },

  {
    name: "down-after 300",
    lines: soundBut("sentinel down-after-milliseconds mymaster 300"),
    finds: ["warning down-after-too-short"],
  },
  {
    name: "down-after 1000",
    lines: soundBut("sentinel down-after-milliseconds mymaster 1000"),
    finds: ["note down-after-one-ping"],
  },
  { name: "no down-after", lines: without(/down-after/), finds: ["note down-after-default"] },
  {
    name: "down-after above failover-timeout",
    lines: soundBut("sentinel down-after-milliseconds mymaster 90000"),
    finds: ["warning down-after-above-failover-timeout", "warning down-after-long"],
  },
  {
    name: "failover-timeout 2000 with down-after 1500",
    lines: soundBut(
      "sentinel down-after-milliseconds mymaster 1500",
      "sentinel failover-timeout mymaster 2000",
    ),
    finds: ["warning failover-timeout-too-short"],
  },
  {
    name: "failover-timeout too short for the rounds of replicas",
    lines: [
      ...soundBut("sentinel failover-timeout mymaster 15000"),
      "sentinel known-replica mymaster 192.0.2.4 6379",
    ],
    finds: ["warning failover-timeout-below-resync"],
  },
  {
    name: "no failover-timeout",
    lines: without(/failover-timeout/),
    finds: ["note failover-timeout-long"],
  },
  {
    name: "parallel-syncs 0",
    lines: [...SOUND, "sentinel parallel-syncs mymaster 0"],
    finds: ["warning parallel-syncs-zero"],
  },
  {
    name: "parallel-syncs for all",
    lines: [
      ...SOUND,
      "sentinel known-replica mymaster 192.0.2.4 6379",
      "sentinel parallel-syncs mymaster 2",
    ],
    finds: ["note parallel-syncs-all"],
  },
  {
    name: "a reboot period below down-after",
    lines: [...SOUND, "sentinel master-reboot-down-after-period mymaster 1000"],
    finds: ["warning reboot-period-below-down-after"],
  },

  {
    name: "a master on loopback that has peers elsewhere",
    lines: monitor("127.0.0.1 6379 2"),
    finds: ["error loopback-master"],
  },
  {
    name: "a master on loopback and nobody known",
    lines: NEW.map((line) => line.replace("192.0.2.1 ", "127.0.0.1 ")),
    around: { plannedSentinels: 3 },
    finds: ["note no-replicas", "warning loopback-master"],
  },
  {
    name: "everything on one machine",
    lines: SOUND.map((line) => line.replace(/192\.0\.2\.\d+/, "127.0.0.1")).map((line, index) =>
      line.replace(/ (26379|6379)/, ` ${7000 + index}`),
    ),
    finds: [],
  },
  {
    name: "a replica with an address of Docker's own network",
    lines: [...SOUND, "sentinel known-replica mymaster 172.17.0.3 6379"],
    finds: ["warning container-address"],
  },
  {
    name: "one master under two names",
    lines: [...SOUND, "sentinel monitor other 192.0.2.1 6379 2", ...others("other")],
    finds: ["error same-master-twice"],
  },
  {
    name: "a replica of two masters",
    lines: [
      ...SOUND,
      "sentinel monitor other 192.0.2.9 6379 2",
      ...others("other"),
      "sentinel known-replica other 192.0.2.2 6379",
    ],
    finds: ["warning replica-of-two"],
  },
  {
    name: "names announced and not resolved",
    lines: [...SOUND, "sentinel announce-hostnames yes"],
    finds: ["warning announce-without-resolve"],
  },
  {
    name: "a name announced without resolve-hostnames",
    lines: [...SOUND, "sentinel announce-ip sentinel-1.example"],
    finds: ["error announce-name-without-resolve"],
  },
  {
    name: "a master by name that is not announced by it",
    lines: [...monitor("redis-1.example 6379 2"), "sentinel resolve-hostnames yes"],
    finds: ["note name-not-announced"],
  },
  {
    name: "a port announced without an address",
    lines: [...SOUND, "sentinel announce-port 26380"],
    finds: ["warning announce-port-without-ip"],
  },
  {
    name: "a wildcard announced",
    lines: [...SOUND, "sentinel announce-ip 0.0.0.0"],
    finds: ["error announce-wildcard"],
  },
  {
    name: "loopback announced to others",
    lines: [...SOUND, "sentinel announce-ip 127.0.0.1"],
    finds: ["error announce-loopback"],
  },

  {
    name: "protected mode without a password",
    lines: [...without(/pass/), "protected-mode yes"],
    finds: ["error protected-from-peers"],
  },
  { name: "protected mode with a password", lines: [...SOUND, "protected-mode yes"], finds: [] },
  {
    name: "bound to loopback",
    lines: [...SOUND, "bind 127.0.0.1 -::1"],
    finds: ["error bind-loopback"],
  },
  { name: "no password", lines: without(/pass/), finds: ["warning no-password"] },
  {
    name: "a default user with a password",
    lines: [...without(/pass/), "user default on >secret ~* &* +@all"],
    finds: [],
  },
  {
    name: "scripts that clients may set",
    lines: [...SOUND, "sentinel deny-scripts-reconfig no"],
    finds: ["warning scripts-reconfigurable"],
  },
  {
    name: "scripts that anybody may set",
    lines: [...without(/pass/), "sentinel deny-scripts-reconfig no"],
    finds: ["error scripts-reconfigurable", "warning no-password"],
  },
  {
    name: "no sentinel-pass beside requirepass",
    lines: without(/sentinel-pass/),
    finds: ["note sentinel-pass-implied"],
  },
  {
    name: "another sentinel-pass than requirepass",
    lines: [...without(/sentinel-pass/), "sentinel sentinel-pass other"],
    finds: ["warning sentinel-pass-differs"],
  },
  {
    name: "a sentinel-user without a password",
    lines: [...without(/sentinel-pass/), "sentinel sentinel-user peer"],
    finds: ["warning sentinel-user-without-pass"],
  },
  {
    name: "INFO renamed",
    lines: [...SOUND, "rename-command INFO WHATEVER"],
    finds: ["error peers-command-renamed"],
  },
  { name: "SHUTDOWN taken away", lines: [...SOUND, 'rename-command SHUTDOWN ""'], finds: [] },

  {
    name: "a password in a file that all can read",
    lines: SOUND,
    around: { itself: { mode: 0o644 } },
    finds: ["warning password-readable-by-all"],
  },
  {
    name: "a password in a file that the group can read",
    lines: SOUND,
    around: { itself: { mode: 0o640 } },
    finds: ["note password-readable-by-group"],
  },
  {
    name: "a readable file whose passwords are elsewhere",
    lines: [...without(/pass/), "vedette requirepass-file /run/secrets/redis"],
    around: { itself: { mode: 0o644 } },
    finds: [],
  },
  {
    name: "a password that stands here and elsewhere",
    lines: [...SOUND, "vedette requirepass-env PASSWORD"],
    finds: ["warning secret-twice"],
  },
  {
    name: "an auth-pass that stands here and elsewhere",
    lines: [...SOUND, "sentinel auth-pass mymaster x", "vedette auth-pass-env mymaster PASSWORD"],
    finds: ["warning secret-twice"],
  },
  {
    name: "an auth-user without a password",
    lines: [...SOUND, "sentinel auth-user mymaster vedette"],
    finds: ["warning auth-user-without-pass"],
  },

  {
    name: "a file that cannot be written",
    lines: SOUND,
    around: { itself: { isWritable: false } },
    finds: ["error file-not-writable"],
  },
  {
    name: "a folder that cannot be written",
    lines: SOUND,
    around: { folder: { isWritable: false } },
    finds: ["error folder-not-writable"],
  },
  {
    name: "a file that all can write",
    lines: without(/pass/).concat("vedette requirepass-env PASSWORD"),
    around: { itself: { mode: 0o602 } },
    finds: ["warning file-writable-by-all"],
  },
  {
    name: "a script that all can write",
    lines: [...SOUND, "sentinel notification-script mymaster /etc/redis/notify.sh"],
    around: { look: () => ({ ...OWN_FILE, mode: 0o777 }) },
    finds: ["warning script-writable-by-all"],
  },
  {
    name: "a working directory that is not there",
    lines: [...SOUND, "dir /nowhere"],
    around: { look: () => ABSENT },
    finds: ["error dir-missing"],
  },

  {
    name: "TLS settings that are not used",
    lines: [...SOUND, "tls-cert-file /etc/cert.pem"],
    finds: ["warning tls-unused"],
  },
  {
    name: "TLS without anything",
    lines: [...SOUND, "port 0", "tls-port 26379", "tls-replication yes"],
    finds: ["error tls-without-authorities", "error tls-without-certificate"],
  },
  {
    name: "TLS for clients only",
    lines: [...SOUND, ...tls(), "tls-port 26380"],
    finds: ["note plain-port-open", "warning tls-links-plain"],
  },
  {
    name: "TLS for links only",
    lines: [...SOUND, ...tls(), "tls-replication yes"],
    finds: ["error tls-replication-without-port"],
  },
  {
    name: "half a pair for clients",
    lines: [...SOUND, ...wholeTls(), "tls-client-key-file /etc/client.key"],
    finds: ["warning tls-half-client-pair"],
  },
  {
    name: "a certificate that is not there",
    lines: [...SOUND, ...wholeTls()],
    around: { look: (path) => (path === "/etc/cert.pem" ? ABSENT : OWN_FILE) },
    finds: ["error tls-file-unreadable"],
  },
  {
    name: "a key that all can read",
    lines: [...SOUND, ...wholeTls()],
    around: { look: (path) => ({ ...OWN_FILE, mode: path === "/etc/key.pem" ? 0o644 : 0o600 }) },
    finds: ["warning tls-key-readable-by-all"],
  },
  {
    name: "whole TLS with certificates in the place of passwords",
    lines: [...without(/pass/), ...wholeTls()],
    finds: [],
  },

  { name: "no master", lines: without(/mymaster/), finds: ["warning no-masters"] },
  {
    name: "no replica known to a sentinel that has run",
    lines: without(/known-replica/),
    finds: ["warning no-replicas"],
  },
  { name: "one replica", lines: without(/192\.0\.2\.3 /), finds: ["note one-replica"] },

  {
    name: "crash detection slower than down-after",
    lines: [...SOUND, "vedette crash-detection-milliseconds mymaster 5000"],
    finds: ["warning crash-detection-without-effect"],
  },
  {
    name: "crash detection before any restart",
    lines: [...SOUND, "vedette crash-detection-milliseconds mymaster 100"],
    finds: ["note crash-detection-before-restart"],
  },
  {
    name: "memory lost",
    lines: [...SOUND, "vedette memory-lost yes"],
    finds: ["note memory-lost"],
  },

  {
    name: "a setting given twice",
    lines: [...SOUND, "sentinel failover-timeout mymaster 30000"],
    finds: ["warning set-twice"],
  },
  {
    name: "a setting given twice in the same way",
    lines: [...SOUND, "sentinel failover-timeout mymaster 60000"],
    finds: [],
  },
];

function others(name: string): string[] {
  return SOUND.filter((line) => / mymaster /.test(line) && !/monitor|known-replica/.test(line))
    .map((line) => line.replace("mymaster", name))
    .concat(
      `sentinel known-replica ${name} 192.0.2.21 6379`,
      `sentinel known-replica ${name} 192.0.2.22 6379`,
    );
}

function tls(): string[] {
  return [
    "tls-cert-file /etc/cert.pem",
    "tls-key-file /etc/key.pem",
    "tls-ca-cert-file /etc/ca.pem",
  ];
}

function wholeTls(): string[] {
  return [...tls(), "port 0", "tls-port 26379", "tls-replication yes"];
}

describe("vedette check", () => {
  it.each(CASES)("$name", ({ lines, around, finds }) => {
    const found = findingsIn(lines, around);
    expect(found.map(({ severity, code }) => `${severity} ${code}`).sort()).toEqual(
      [...finds].sort(),
    );
    for (const { message, help } of found) expect(`${message}${help}`).not.toMatch(/undefined|NaN/);
  });

  it("names the line that says it, also of an included file", () => {
    const [found] = findingsIn(monitor("192.0.2.1 6379 4"));
    expect(found).toMatchObject({
      file: "sentinel.conf",
      line: 1 + SOUND.findIndex((line) => line.includes("monitor")),
      master: "mymaster",
      message: expect.stringContaining("quorum 4") as string,
      help: "quorum 2, the majority of 3",
    });
  });

  it("says errors first", () => {
    const severities = findingsIn([
      ...without(/pass|known-/),
      "protected-mode yes",
      "sentinel announce-port 1",
    ]).map(({ severity }) => severity);
    expect(severities).toEqual(["error", "warning", "note", "note"]);
  });

  it.each([
    { name: "nothing", lines: SOUND, status: 0 },
    { name: "notes", lines: without(/failover-timeout/), status: 0 },
    { name: "a warning", lines: monitor("192.0.2.1 6379 1"), status: 1 },
    { name: "an error", lines: monitor("192.0.2.1 6379 4"), status: 2 },
  ])("ends with $status for $name", ({ lines, status }) => {
    expect(exitStatusOf(findingsIn(lines))).toBe(status);
  });

  it("looks at a file without a word about anything", () => {
    expect(checkedFile([]).config.sentinel.masters).toEqual([]);
    expect(findingsIn([]).map(({ code }) => code)).toEqual(["no-masters", "no-password"]);
  });
});

describe("docs/check.md", () => {
  const page = readFileSync(new URL("../../docs/check.md", import.meta.url), "utf8");
  const sources = [
    new URL("../../src/advice/", import.meta.url),
    new URL("../../src/cli/check/", import.meta.url),
  ].flatMap((folder) =>
    readdirSync(folder).map((name) => readFileSync(new URL(name, folder), "utf8")),
  );
  const codes = new Set(
    sources.flatMap((text) =>
      [...text.matchAll(/code:[^,;]*/g)].flatMap(([line]) =>
        [...line.matchAll(/"([a-z-]+)"/g)].map(([, code = ""]) => code),
      ),
    ),
  );

  it("explains every code, and no other", () => {
    expect(codes.size).toBeGreaterThan(50);
    const rows = [...page.matchAll(/^\| `([a-z-]+)`/gm)].map(([, code = ""]) => code);
    expect(rows.sort()).toEqual([...codes].sort());
  });
});
