import {
  DEFAULT_DOWN_AFTER_MS,
  type DurableMaster,
} from "../wire/sentinel-conf/durable-sentinel.ts";
import { type CheckedFile, finding, masterLine, masterPlace, timeText } from "./checked-file.ts";
import type { Rule } from "./checked-file.ts";
import type { Finding } from "./finding.ts";

/** A fork, a garbage collection, a slow command, a busy host: usual pauses of a server that is well. */
const USUAL_PAUSE_MS = 500;
/** Pings go out at the pace of `down-after-milliseconds`, at most one a second. */
const PING_PERIOD_MS = 1_000;
const LONG_OUTAGE_MS = 60_000;
/** Connecting, the order, its confirmation, the file on disk: the least that a failover has to do. */
const SHORTEST_ATTEMPT_MS = 3_000;
/** A replica that does not follow is given up after this. */
const REPLICA_TIMEOUT_MS = 10_000;

/** Times that are too short, too long, or fight each other. */
export const timingRules: Rule = (file) =>
  file.config.sentinel.masters.flatMap((master) => [
    ...downAfter(file, master),
    ...failoverTimeout(file, master),
    ...syncsAtOnce(file, master),
    ...rebootGrace(file, master),
  ]);

function downAfter(file: CheckedFile, master: DurableMaster): Finding[] {
  const { downAfterMs, failoverTimeoutMs, name } = master;
  const place = masterPlace(file, master, "down-after-milliseconds");
  const isDefault = masterLine(file, name, "down-after-milliseconds") === undefined;
  const found: Finding[] = [];
  if (downAfterMs < USUAL_PAUSE_MS) {
    found.push(
      finding(file, place, {
        code: "down-after-too-short",
        severity: "warning",
        message: `${name} is held for down after ${timeText(downAfterMs)}: pauses of ${timeText(USUAL_PAUSE_MS)} happen to servers that are well (fork for a snapshot, slow commands, a busy host), and each would cost a failover`,
        help: "1000 or more; for crashes of the process only, vedette crash-detection-milliseconds",
      }),
    );
  } else if (downAfterMs <= PING_PERIOD_MS) {
    found.push(
      finding(file, place, {
        code: "down-after-one-ping",
        severity: "note",
        message: `within ${timeText(downAfterMs)} ${name} gets one PING: a single answer that is late makes it subjectively down`,
        help: "2000 or more if other sentinels see the same pauses, as on one overloaded host",
      }),
    );
  } else if (isDefault && downAfterMs === DEFAULT_DOWN_AFTER_MS) {
    found.push(
      finding(file, place, {
        code: "down-after-default",
        severity: "note",
        message: `down-after-milliseconds of ${name} is not set: writes fail for 30 s and more when the master dies`,
        help: `sentinel down-after-milliseconds ${name} 5000`,
      }),
    );
  } else if (downAfterMs > LONG_OUTAGE_MS) {
    found.push(
      finding(file, place, {
        code: "down-after-long",
        severity: "warning",
        message: `writes to ${name} fail for ${timeText(downAfterMs)} before anybody acts`,
        help: `sentinel down-after-milliseconds ${name} 5000, or 30000 for a master that pauses often`,
      }),
    );
  }
  if (downAfterMs > failoverTimeoutMs) {
    found.push(
      finding(file, place, {
        code: "down-after-above-failover-timeout",
        severity: "warning",
        message: `noticing that ${name} is down takes ${timeText(downAfterMs)}, longer than the ${timeText(failoverTimeoutMs)} a failover may take: an attempt is given up before a replica that dies meanwhile is even noticed`,
        help: `failover-timeout of at least ${Math.max(10_000, 3 * downAfterMs)}, or a shorter down-after-milliseconds`,
      }),
    );
  }
  return found;
}

function failoverTimeout(file: CheckedFile, master: DurableMaster): Finding[] {
  const { failoverTimeoutMs, parallelSyncs, replicas, name } = master;
  const place = masterPlace(file, master, "failover-timeout");
  const waves = parallelSyncs === 0 ? 0 : Math.ceil((replicas.length - 1) / parallelSyncs);
  const needsMs = waves * REPLICA_TIMEOUT_MS;
  if (failoverTimeoutMs < SHORTEST_ATTEMPT_MS) {
    return [
      finding(file, place, {
        code: "failover-timeout-too-short",
        severity: "warning",
        message: `a failover of ${name} that has not promoted its replica within ${timeText(failoverTimeoutMs)} is given up, and the next one waits: a slow network or a large data set is enough`,
        help: "10000 or more",
      }),
    ];
  }
  if (waves > 0 && failoverTimeoutMs < needsMs) {
    return [
      finding(file, place, {
        code: "failover-timeout-below-resync",
        severity: "warning",
        message: `${replicas.length - 1} replicas of ${name} follow the new master in ${waves} rounds (parallel-syncs ${parallelSyncs}) of up to ${timeText(REPLICA_TIMEOUT_MS)}; after ${timeText(failoverTimeoutMs)} all the rest is sent at once, and parallel-syncs no longer protects the readers`,
        help: `failover-timeout ${needsMs} or more, or a higher parallel-syncs`,
      }),
    ];
  }
  if (failoverTimeoutMs <= 60_000) return [];
  return [
    finding(file, place, {
      code: "failover-timeout-long",
      severity: "note",
      message: `after a failed attempt the next one for ${name} may wait for twice the failover-timeout: ${timeText(2 * failoverTimeoutMs)} without a master`,
      help: `sentinel failover-timeout ${name} 60000, unless replicas need longer to synchronise`,
    }),
  ];
}

function syncsAtOnce(file: CheckedFile, master: DurableMaster): Finding[] {
  const { parallelSyncs, replicas, name } = master;
  const place = masterPlace(file, master, "parallel-syncs");
  if (parallelSyncs === 0) {
    return [
      finding(file, place, {
        code: "parallel-syncs-zero",
        severity: "warning",
        message: `with parallel-syncs 0 the replicas of ${name} follow the new master only when failover-timeout has passed (${timeText(master.failoverTimeoutMs)})`,
        help: `sentinel parallel-syncs ${name} 1`,
      }),
    ];
  }
  const others = replicas.length - 1;
  if (parallelSyncs === 1 || others < 2 || parallelSyncs < others) return [];
  return [
    finding(file, place, {
      code: "parallel-syncs-all",
      severity: "note",
      message: `after a failover of ${name} all ${others} replicas synchronise at once: none may serve reads meanwhile, and the new master sends ${others} copies`,
      help: "1 where replicas serve reads",
    }),
  ];
}

function rebootGrace(file: CheckedFile, master: DurableMaster): Finding[] {
  const { rebootDownAfterMs, downAfterMs, name } = master;
  if (rebootDownAfterMs === 0 || rebootDownAfterMs >= downAfterMs) return [];
  return [
    finding(file, masterPlace(file, master, "master-reboot-down-after-period"), {
      code: "reboot-period-below-down-after",
      severity: "warning",
      message: `a master ${name} that loads its data after a restart is held for down after ${timeText(rebootDownAfterMs)}, sooner than one that does not answer at all (${timeText(downAfterMs)})`,
      help: "at least as long as loading the data takes; 0 waits for ever",
    }),
  ];
}
