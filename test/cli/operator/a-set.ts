import { masterRow, replicaRow, sentinelRow } from "../../../src/cli/operator/answers.ts";
import { type GroupView, groupViews } from "../../../src/cli/operator/group-view.ts";
import type { ToldPlan } from "../../../src/cli/operator/told-plan.ts";
import type { SentinelView, Unreached } from "../../../src/cli/operator/sentinel-set.ts";

type Changes = Readonly<Record<string, string>>;

const PORTS = [26379, 26380, 26381] as const;

export function runIdOf(port: number): string {
  return String(port).padStart(40, "0");
}

/** What one of three sentinels says about mymaster on 7000 with replicas on 7001 and 7002. */
export function aView(
  port: number,
  changes: {
    readonly master?: Changes;
    readonly replicas?: Readonly<Record<number, Changes>>;
    readonly sentinels?: Readonly<Record<number, Changes>>;
    readonly pausedUntil?: number;
    readonly drifting?: number;
    /** As SENTINEL PLAN answers; undefined: this one is no vedette. */
    readonly plan?: ToldPlan;
  } = {},
): SentinelView {
  const others = PORTS.filter((each) => each !== port);
  const master = masterRow(
    fields({
      name: "mymaster",
      ip: "127.0.0.1",
      port: "7000",
      flags: "master",
      "config-epoch": "3",
      quorum: "2",
      "num-other-sentinels": "2",
      "num-slaves": "2",
      "down-after-milliseconds": "5000",
      "failover-timeout": "60000",
      "parallel-syncs": "1",
      "role-reported": "master",
      ...changes.master,
    }),
  );
  const replicaRows = [7001, 7002].map((each) =>
    replicaRow(
      fields({
        ip: "127.0.0.1",
        port: String(each),
        flags: "slave",
        "master-link-status": "ok",
        "master-link-down-time": "0",
        "master-host": "127.0.0.1",
        "master-port": "7000",
        "slave-priority": "100",
        "slave-repl-offset": "5000",
        ...changes.replicas?.[each],
      }),
    ),
  );
  const sentinelRows = others.map((each) =>
    sentinelRow(
      fields({
        ip: "127.0.0.1",
        port: String(each),
        runid: runIdOf(each),
        flags: "sentinel",
        ...changes.sentinels?.[each],
      }),
    ),
  );
  return {
    address: { host: "127.0.0.1", port },
    runId: runIdOf(port),
    vedetteVersion: "0.1.0",
    redisVersion: "7.0.15",
    isInTilt: false,
    drifting: changes.drifting ?? 0,
    masters: [
      {
        ...master,
        pausedUntil: changes.pausedUntil,
        replicaRows,
        sentinelRows,
        plan: changes.plan,
      },
    ],
  };
}

/** The one group that the views are about. */
export function groupOf(
  views: readonly SentinelView[],
  unreached: readonly Unreached[] = [],
): GroupView {
  const [group] = groupViews(views, unreached);
  if (group === undefined) throw new Error("the views have no master");
  return group;
}

export const ALL_WELL: readonly SentinelView[] = PORTS.map((port) => aView(port));

function fields(values: Changes): ReadonlyMap<string, string> {
  return new Map(Object.entries(values));
}
