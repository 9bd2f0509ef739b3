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
