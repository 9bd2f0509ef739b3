import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInfo } from "../../src/wire/info.ts";

const RUN_ID = "0123456789abcdef0123456789abcdef01234567";
const REPLID = "a".repeat(40);

function lines(...text: string[]): string {
  return text.map((line) => `${line}\r\n`).join("");
}

describe("INFO of a master", () => {
  it("names its version, run id, offset and replicas", () => {
    const report = parseInfo(
      lines(
        "# Server",
        "redis_version:7.0.15",
        "vedette_version:0.1.0",
        `run_id:${RUN_ID}`,
        "",
        "# Persistence",
        "loading:1",
        "# Replication",
        "role:master",
        "connected_slaves:2",
        "slave0:ip=127.0.0.1,port=6380,state=online,offset=42,lag=0",
        "slave1:ip=fe80::1,port=6381,state=wait_bgsave,offset=0,lag=0",
        `master_replid:${REPLID}`,
        "master_repl_offset:1234567890123",
      ),
    );
    expect(report).toMatchObject({
      redisVersion: "7.0.15",
      vedetteVersion: "0.1.0",
      runId: RUN_ID,
      isLoading: true,
      role: "master",
      replicas: [
        { host: "127.0.0.1", port: 6380 },
        { host: "fe80::1", port: 6381 },
      ],
      masterReplid: REPLID,
      masterReplOffset: 1234567890123,
    });
  });

  it("tells the history before its own, how it started, and how many keys it has", () => {
    const report = parseInfo(
      lines(
        "# Persistence",
        "aof_enabled:0",
        "rdb_last_load_keys_loaded:7",
        "# Replication",
        "role:master",
        `master_replid:${REPLID}`,
        `master_replid2:${"B".repeat(40)}`,
        "master_repl_offset:900",
        "second_repl_offset:164",
        "# Keyspace",
        "db0:keys=1000,expires=10,avg_ttl=0",
        "db3:keys=5,expires=5,avg_ttl=12345,subexpiry=0",
      ),
    );
    expect(report).toMatchObject({
      masterReplid2: "b".repeat(40),
      secondReplOffset: 164,
      isAofEnabled: false,
      keysLoaded: 7,
      keys: 1005,
      expiringKeys: 15,
    });
  });

  it.each([
    ["a section without a database is no key", ["# Keyspace"], 0],
    ["no section is not known", ["# Server"], undefined],
    ["what is no number counts for nothing", ["# Keyspace", "db0:keys=many"], 0],
    ["another key that begins alike is none", ["# Keyspace", "dbsize:keys=4"], 0],
  ])("counts keys: %s", (_case, text, keys) => {
    expect(parseInfo(lines(...text)).keys).toBe(keys);
  });

  it("has no history before its own where the id is all zeros", () => {
    expect(parseInfo(lines(`master_replid2:${"0".repeat(40)}`)).masterReplid2).toBeUndefined();
  });

  it.each([
    ["slave0:10.0.0.1,6380,online", [{ host: "10.0.0.1", port: 6380 }]],
    ["slave0:port=6380,ip=db.example,state=online", [{ host: "db.example", port: 6380 }]],
    ["slave0:ip=,port=6380,state=online", []],
    ["slave0:ip=10.0.0.1,port=99999,state=online", []],
    ["slave0:ip=10.0.0.1", []],
    ["slave_priority:100", []],
    ["slave0:ip=bad host,port=6380", []],
  ])("reads the replica line %s", (line, replicas) => {
    expect(parseInfo(lines("role:master", line)).replicas).toEqual(replicas);
  });

  it.each([
    ["no line end at the end", `role:master\nrun_id:${RUN_ID}`],
    ["bare line feeds", `role:master\n\nmaster\nrun_id:${RUN_ID}\n`],
    [
      "a line without a colon before one that has one",
      `role:master\r\nrun_id\r\nrun_id:${RUN_ID}\r\n`,
    ],
  ])("reads texts with %s", (_name, text) => {
    expect(parseInfo(text)).toMatchObject({ role: "master", runId: RUN_ID });
  });

  it("lists an address once", () => {
    const twice = lines("slave0:ip=Db.example,port=1", "slave1:ip=db.example,port=1");
    expect(parseInfo(twice).replicas).toEqual([{ host: "Db.example", port: 1 }]);
  });
});

describe("INFO of a replica", () => {
  const fields = [
    "master_host:10.0.0.1",
    "master_port:6379",
    "master_link_status:down",
    "master_sync_in_progress:1",
    "master_link_down_since_seconds:-1",
    "slave_repl_offset:77",
    "slave_priority:0",
    "replica_announced:0",
  ];

  it("names its master and how it stands to it", () => {
    expect(parseInfo(lines("role:slave", ...fields))).toMatchObject({
      role: "replica",
      masterHost: "10.0.0.1",
      masterPort: 6379,
      masterLinkStatus: "down",
      isMasterSyncInProgress: true,
      masterLinkDownSeconds: -1,
      replicaReplOffset: 77,
      replicaPriority: 0,
      isReplicaAnnounced: false,
    });
  });

  it.each([
    ["in front of the role line", lines(...fields, "role:slave")],
    ["of a master", lines("role:master", ...fields)],
    ["without a role line", lines(...fields)],
  ])("does not read replica fields %s", (_, text) => {
    const report = parseInfo(text);
    expect(report.masterHost).toBeUndefined();
    expect(report.replicaPriority).toBeUndefined();
    expect(report.masterLinkDownSeconds).toBe(-1);
  });

  it("leaves absent and unreadable fields undefined (W-32)", () => {
    const text = "no colon\r\n:\r\nrole:\r\nrun_id:short\r\n";
    expect(parseInfo(text)).toEqual({ ...parseInfo(""), text });
    expect(parseInfo("role:slave").masterHost).toBeUndefined();
    expect(parseInfo("role:slave\nslave_priority:high").replicaPriority).toBeUndefined();
  });
});

describe("any INFO", () => {
  it("may end its lines with LF alone and come as a Buffer", () => {
    const report = parseInfo(Buffer.from(`run_id:${RUN_ID}\nrole:master\n`));
    expect(report).toMatchObject({ runId: RUN_ID, role: "master" });
  });

  it("never throws", () => {
    const line = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom("role", "slave0", "run_id", "master_host", "master_port", "loading"),
          fc.oneof(
            fc.string(),
            fc.constantFrom("slave", "master", "ip=", "ip=,port=", "-1", "9e9"),
          ),
        )
        .map(([key, value]) => `${key}:${value}`),
    );
    fc.assert(
      fc.property(fc.array(line), (text) => {
        for (const replica of parseInfo(text.join("\n")).replicas) {
          expect(replica.host).toMatch(/^[!-~]+$/);
          expect(replica.port).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
