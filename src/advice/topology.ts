import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import { type CheckedFile, finding, masterPlace, type Rule } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

/** Whether there is anything to fail over, and anything to fail over to. */
export const topologyRules: Rule = (file) => {
  const { masters } = file.config.sentinel;
  if (masters.length > 0) return masters.flatMap((master) => replicas(file, master));
  return [
    finding(
      file,
      { line: undefined },
      {
        code: "no-masters",
        severity: "warning",
        message: "nothing is monitored until somebody says SENTINEL MONITOR",
        help: "sentinel monitor NAME ADDRESS PORT QUORUM",
      },
    ),
  ];
};

/** A sentinel that has run knows other sentinels, or has voted, or has seen a failover. */
function hasRun(master: DurableMaster): boolean {
  return master.sentinels.length > 0 || master.configEpoch > 0 || master.leaderEpoch > 0;
}

function replicas(file: CheckedFile, master: DurableMaster): Finding[] {
  const { name } = master;
  const count = master.replicas.length;
  if (count === 0) {
    return [
      finding(file, masterPlace(file, master, "monitor"), {
        code: "no-replicas",
        severity: hasRun(master) ? "warning" : "note",
        message: hasRun(master)
          ? `${name} has no replica: there is nothing to promote`
          : `the file knows no replica of ${name} yet; the sentinel asks the master for them when it starts`,
        help: "replicas that follow the master (replicaof), with replica-announce-ip where addresses are mapped",
      }),
    ];
  }
  if (count > 1) return [];
  return [
    finding(file, masterPlace(file, master, "known-replica"), {
      code: "one-replica",
      severity: "note",
      message: `${name} has one replica: from a failover until the old master is back there is no copy of the data and nothing to promote`,
      help: "two replicas",
    }),
  ];
}
