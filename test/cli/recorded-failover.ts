import type { Cast } from "../../src/cli/demo/cast.ts";
import type { SentinelEvent } from "../../src/cli/demo/timeline.ts";

const IDS = ["a", "b", "c"].map((digit) => digit.repeat(40));
const MASTER = "master mymaster 127.0.0.1 7001";
const REPLICA_2 = "slave 127.0.0.1:7002 127.0.0.1 7002 @ mymaster 127.0.0.1 7001";
const REPLICA_3 = "slave 127.0.0.1:7003 127.0.0.1 7003 @ mymaster 127.0.0.1 7001";

/** Servers 1 to 3 on ports 7001 to 7003; sentinels 1 to 3 with ids of a's, b's and c's. */
export const CAST: Cast = {
  serverAt: (host, port) =>
    port > 7000 && port < 7004 ? `server ${port - 7000}` : `${host}:${port}`,
  sentinelWithId: (id) => `sentinel ${IDS.indexOf(id) + 1}`,
};

/** When the master of the recording was killed. */
export const KILLED_AT_MS = 50_000;

/** What three sentinels published when server 1 was killed and server 3 promoted. */
export const RECORDED: readonly SentinelEvent[] = [
  at(1010, 2, "+sdown", MASTER),
  at(1036, 1, "+sdown", MASTER),
  at(1084, 3, "+sdown", MASTER),
  at(1114, 1, "+odown", `${MASTER} #quorum 2/2`),
  at(1114, 1, "+new-epoch", "1"),
  at(1114, 1, "+try-failover", MASTER),
  at(1115, 1, "+vote-for-leader", `${IDS[0]} 1`),
  at(1118, 3, "+new-epoch", "1"),
  at(1118, 3, "+vote-for-leader", `${IDS[0]} 1`),
  at(1119, 2, "+vote-for-leader", `${IDS[0]} 1`),
  at(1173, 1, "+elected-leader", MASTER),
  at(1173, 1, "+failover-state-select-slave", MASTER),
  at(1226, 1, "+selected-slave", REPLICA_3),
  at(1226, 1, "+failover-state-send-slaveof-noone", REPLICA_3),
  at(2124, 1, "+promoted-slave", REPLICA_3),
  at(2130, 1, "+slave-reconf-sent", REPLICA_2),
  at(2208, 2, "+config-update-from", `sentinel ${IDS[0]} 127.0.0.1 8001 @ mymaster 127.0.0.1 7001`),
  at(2208, 2, "+switch-master", "mymaster 127.0.0.1 7001 127.0.0.1 7003"),
  at(2210, 3, "+switch-master", "mymaster 127.0.0.1 7001 127.0.0.1 7003"),
  at(3230, 1, "-odown", MASTER),
  at(3230, 1, "+switch-master", "mymaster 127.0.0.1 7001 127.0.0.1 7003"),
  at(3240, 2, "+sdown", "slave 127.0.0.1:7001 127.0.0.1 7001 @ mymaster 127.0.0.1 7003"),
];

function at(afterMs: number, sentinel: number, name: string, payload: string): SentinelEvent {
  return { atMs: KILLED_AT_MS + afterMs, sentinel: `sentinel ${sentinel}`, name, payload };
}
