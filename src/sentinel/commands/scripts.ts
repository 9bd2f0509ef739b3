import type { Millis } from "../../base/units.ts";
import { array, bulk, map, type Reply } from "../../resp/reply.ts";
import { isRunning, type ScriptJob } from "../script-queue.ts";
import type { Turn } from "../turn.ts";

/** SENTINEL PENDING-SCRIPTS: what runs and what waits, oldest first (spec §7.5). */
export function pendingScripts({ state, now }: Turn): Reply {
  return array(state.scripts.jobs.map((job) => describe(job, now)));
}

function describe(job: ScriptJob, now: Millis): Reply {
  const { phase, argv, attempts } = job;
  const pid = phase.phase === "running" ? phase.pid : 0;
  return map([
    ["argv", array(argv.map((word) => bulk(word)))],
    ["flags", bulk(isRunning(job) ? "running" : "scheduled")],
    ["pid", bulk(pid)],
    timeOf(job, now),
    ["retry-num", bulk(attempts)],
  ]);
}

function timeOf({ phase }: ScriptJob, now: Millis): readonly [string, Reply] {
  switch (phase.phase) {
    case "waiting":
      return ["run-delay", bulk(Math.max(0, Math.ceil(phase.notBefore - now)))];
    case "starting":
      return ["run-time", bulk(0)];
    case "running":
      return ["run-time", bulk(Math.round(now - phase.since))];
  }
}
