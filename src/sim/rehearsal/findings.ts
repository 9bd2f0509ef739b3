import { majorityOf, textOfTime } from "./words.ts";
import type { Failover } from "./failovers.ts";
import type { RunRecord } from "./record.ts";
import type { Settings, Topology } from "./topology.ts";

/** How a run ended, in the words that are counted. */
export type Outcome =
  /** Another master was made, and writes go on. */
  | "failed over"
  /** The old master goes on. */
  | "no failover"
  /** Writes go on, and some replicas do not follow. */
  | "replicas left behind"
  | "no master";

/** Why there is no master in the end. */
export type Reason =
  | "not noticed"
  | "quorum out of reach"
  | "no majority"
  | "no good replica"
  | "promotion too slow"
  | "not elected"
  | "unknown";

/** One run judged. */
export interface Verdict {
  readonly record: RunRecord;
  readonly failovers: readonly Failover[];
  readonly outcome: Outcome;
  readonly reason: Reason | undefined;
}

export function judge(
  record: RunRecord,
  failovers: readonly Failover[],
  { settings, sentinels }: Topology,
): Verdict {
  const hasSwitched = failovers.some(({ switchedAt }) => switchedAt !== undefined);
  const { end } = record;
  if (end.isMasterUp) {
    const outcome =
      end.strays > 0 ? "replicas left behind" : hasSwitched ? "failed over" : "no failover";
    return { record, failovers, outcome, reason: undefined };
  }
  const last = failovers.findLast(({ switchedAt }) => switchedAt === undefined);
  return {
    record,
    failovers,
    outcome: "no master",
    reason: reasonOf(record, last, { settings, voters: sentinels.length }),
  };
}

function reasonOf(
  { end }: RunRecord,
  last: Failover | undefined,
  { settings, voters }: { readonly settings: Settings; readonly voters: number },
): Reason {
  if (end.together < settings.quorum) return "quorum out of reach";
  if (end.together < majorityOf(voters)) return "no majority";
  if (last === undefined) return "not noticed";
  if (end.reachableReplicas === 0) return "no good replica";
  const abort = last.aborts.at(-1);
  if (abort === "-failover-abort-no-good-slave") return "no good replica";
  if (abort === "-failover-abort-slave-timeout") return "promotion too slow";
  if (abort === "-failover-abort-not-elected") return "not elected";
  return last.odownAt === undefined ? "not noticed" : "unknown";
}

/** What is to blame, and what would help. */
export interface Blame {
  /** As in the file; undefined for what no setting of a sentinel mends. */
  readonly setting: string | undefined;
  readonly message: string;
  readonly help: string;
  /** Runs in which it showed. */
  readonly runs: number;
  /** Settings to try the same plan with. */
  readonly change: Partial<Settings> | undefined;
}

/** Waiting for this share of the time without writes is what makes it long. */
const MOST = 0.6;
/** Shorter times without writes are nobody's fault. */
const SHORT_MS = 2_000;
const GOOD_DOWN_AFTER_MS = 5_000;
const QUICK_DOWN_AFTER_MS = 1_000;

export interface Observed {
  readonly verdicts: readonly Verdict[];
  readonly topology: Topology;
  /** Of the client outside of all zones, in ms. */
  readonly withoutWrites: readonly number[];
  /** Estimated writes lost by clients of each zone, most in any run. */
  readonly lostByZone: ReadonlyMap<string | undefined, number>;
}

/** All that can be said of why it went as it went, the most frequent first. */
export function blamesOf(observed: Observed): Blame[] {
  const blames = [
    ...noMaster(observed),
    needless(observed),
    detection(observed),
    attempts(observed),
    leftBehind(observed),
    ...splitWrites(observed),
  ].filter((blame) => blame !== undefined);
  return blames.sort((a, b) => b.runs - a.runs);
}

function noMaster({ verdicts, topology }: Observed): Blame[] {
  const byReason = new Map<Reason, Verdict[]>();
  for (const verdict of verdicts) {
    if (verdict.reason === undefined) continue;
    byReason.set(verdict.reason, [...(byReason.get(verdict.reason) ?? []), verdict]);
  }
  return [...byReason].map(([reason, those]) => explain(reason, those, topology));
}

function explain(
  reason: Reason,
  those: readonly Verdict[],
  { settings, sentinels }: Topology,
): Blame {
  const voters = sentinels.length;
  const majority = majorityOf(voters);
  const together = Math.max(...those.map(({ record }) => record.end.together));
  const runs = those.length;
  switch (reason) {
    case "quorum out of reach": {
      const isPossible = together >= majority;
      return {
        setting: isPossible ? "quorum" : undefined,
        message: `no quorum left: ${together} of ${voters} sentinels are up and not cut off, quorum ${settings.quorum} needs ${settings.quorum}`,
        help: isPossible ? `quorum ${majority}, the majority of ${voters}` : spread(voters),
        runs,
        change: isPossible ? { quorum: majority } : undefined,
      };
    }
    case "no majority":
      return {
        setting: undefined,
        message: `no majority left: ${together} of ${voters} sentinels are up and not cut off, an election needs ${majority} whatever the quorum is`,
        help: spread(voters),
        runs,
        change: undefined,
      };
    case "no good replica":
      return {
        setting: undefined,
        message:
          "nothing to promote: no replica is up, reached by the sentinels, and was connected to the master recently enough",
        help: "a replica outside of what fails together; replica-priority above 0 on it",
        runs,
        change: undefined,
      };
    case "promotion too slow":
      return {
        setting: "failover-timeout",
        message: `the chosen replica did not become a master within failover-timeout ${textOfTime(settings.failoverTimeoutMs)}`,
        help: `failover-timeout ${Math.max(10_000, 2 * settings.failoverTimeoutMs)}`,
        runs,
        change: { failoverTimeoutMs: Math.max(10_000, 2 * settings.failoverTimeoutMs) },
      };
    case "not elected":
      return {
        setting: "failover-timeout",
        message: `elections failed, and the next attempt waits for up to twice the failover-timeout (${textOfTime(2 * settings.failoverTimeoutMs)})`,
        help: "failover-timeout 10000, unless replicas need longer to synchronise",
        runs,
        change: settings.failoverTimeoutMs > 10_000 ? { failoverTimeoutMs: 10_000 } : undefined,
      };
    case "not noticed":
      return {
        setting: "down-after-milliseconds",
        message: `the sentinels did not find the master down before the run ended: down-after-milliseconds is ${textOfTime(settings.downAfterMs)}`,
        help: `a longer run (--for), or down-after-milliseconds ${GOOD_DOWN_AFTER_MS}`,
        runs,
        change:
          settings.downAfterMs > GOOD_DOWN_AFTER_MS
            ? { downAfterMs: GOOD_DOWN_AFTER_MS }
            : undefined,
      };
    case "unknown":
      return {
        setting: undefined,
        message: "there is no master when the run ends, and the sentinels are still at it",
        help: "a longer run (--for)",
        runs,
        change: undefined,
      };
  }
}

function spread(voters: number): string {
  const zones = voters >= 5 ? "three zones, two at most in each" : "three zones, one in each";
  return `place the sentinels in ${zones}, so that every zone may fail`;
}

function needless({ verdicts, topology }: Observed): Blame | undefined {
  const { downAfterMs } = topology.settings;
  const runs = verdicts.filter(({ record }) => record.wasNeedless).length;
  if (runs === 0) return undefined;
  const suggested = Math.max(GOOD_DOWN_AFTER_MS, 3 * downAfterMs);
  return {
    setting: "down-after-milliseconds",
    message: `a master that lives was failed over: what happened to it looked like its end within down-after-milliseconds ${textOfTime(downAfterMs)}`,
    help: `down-after-milliseconds ${suggested}, longer than such a trouble lasts`,
    runs,
    change: { downAfterMs: suggested },
  };
}

function detection({ verdicts, topology, withoutWrites }: Observed): Blame | undefined {
  const { downAfterMs, crashDetectionMs } = topology.settings;
  const waited = crashDetectionMs > 0 ? Math.min(downAfterMs, crashDetectionMs) : downAfterMs;
  const runs = verdicts.filter(({ failovers }, index) => {
    const outageMs = withoutWrites[index] ?? 0;
    const [first] = failovers.filter(({ switchedAt }) => switchedAt !== undefined);
    if (first === undefined || outageMs < SHORT_MS) return false;
    return first.sdownAt - first.faultAt >= MOST * outageMs;
  }).length;
  if (runs === 0 || waited <= QUICK_DOWN_AFTER_MS) return undefined;
  const suggested = downAfterMs > GOOD_DOWN_AFTER_MS ? GOOD_DOWN_AFTER_MS : QUICK_DOWN_AFTER_MS;
  return {
    setting: "down-after-milliseconds",
    message: `most of the time without writes is waiting for down-after-milliseconds ${textOfTime(downAfterMs)}`,
    help: `down-after-milliseconds ${suggested}, if no usual pause of the master is as long; for a process that crashes, vedette crash-detection-milliseconds 500`,
    runs,
    change: { downAfterMs: suggested },
  };
}

function attempts({ verdicts, topology }: Observed): Blame | undefined {
  const { failoverTimeoutMs } = topology.settings;
  const waited = verdicts.filter(({ failovers }) =>
    failovers.some(
      ({ odownAt, electedAt, switchedAt, aborts }) =>
        switchedAt !== undefined &&
        aborts.length > 0 &&
        (electedAt ?? 0) - (odownAt ?? 0) > Math.max(SHORT_MS, failoverTimeoutMs / 2),
    ),
  ).length;
  if (waited === 0) return undefined;
  const suggested = Math.min(10_000, failoverTimeoutMs);
  return {
    setting: "failover-timeout",
    message: `an attempt failed, and the one that succeeded had to wait: up to twice the failover-timeout ${textOfTime(failoverTimeoutMs)}`,
    help: `failover-timeout ${suggested}, unless replicas need longer to synchronise`,
    runs: waited,
    change: suggested < failoverTimeoutMs ? { failoverTimeoutMs: suggested } : undefined,
  };
}

function leftBehind({ verdicts, topology }: Observed): Blame | undefined {
  const runs = verdicts.filter(
    ({ outcome, record }) =>
      outcome === "replicas left behind" ||
      record.lines.some(({ what }) => what.startsWith("+failover-end-for-timeout")),
  ).length;
  if (runs === 0) return undefined;
  const { failoverTimeoutMs, parallelSyncs } = topology.settings;
  if (parallelSyncs === 0) {
    return {
      setting: "parallel-syncs",
      message: `with parallel-syncs 0 the replicas follow only when failover-timeout ${textOfTime(failoverTimeoutMs)} has passed`,
      help: "parallel-syncs 1",
      runs,
      change: { parallelSyncs: 1 },
    };
  }
  return {
    setting: "failover-timeout",
    message: `replicas did not follow the new master within failover-timeout ${textOfTime(failoverTimeoutMs)}, ${parallelSyncs} at a time`,
    help: `failover-timeout ${Math.max(60_000, 2 * failoverTimeoutMs)}, or a higher parallel-syncs`,
    runs,
    change: { failoverTimeoutMs: Math.max(60_000, 2 * failoverTimeoutMs) },
  };
}

/** A cut-off master that goes on taking writes: no setting of a sentinel keeps it from that. */
function splitWrites({ verdicts, lostByZone }: Observed): Blame[] {
  return [...lostByZone].flatMap(([zone, lost]) => {
    const runs = verdicts.filter(({ record }) =>
      record.clients.some((client) => client.zone === zone && client.lostCount > 1),
    ).length;
    if (runs === 0) return [];
    const who = zone === undefined ? "clients outside of all zones" : `clients in ${zone}`;
    return [
      {
        setting: undefined,
        message: `${who} wrote to the old master, which was cut off from its replicas and did not know better: up to ${lost} acknowledged writes are lost`,
        help: "on the servers min-replicas-to-write 1 and min-replicas-max-lag 10: a master without replicas then refuses writes after 10 s; WAIT 1 for writes that must not be lost",
        runs,
        change: undefined,
      },
    ];
  });
}
