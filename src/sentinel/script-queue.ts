import type { MasterName } from "../base/ids.ts";
import { after, type Millis, NEVER, type SaveNumber } from "../base/units.ts";
import type { Chore, SentinelState } from "./state.ts";

/** Source: sentinel spec §1.2. */
export const SCRIPT_QUEUE_MAX = 256;
const RUNNING_SCRIPTS_MAX = 16;
export const SCRIPT_ATTEMPTS_MAX = 10;

export const SCRIPTS_DUE: Chore = { kind: "chore", chore: "scripts" };

export type ScriptPurpose = "notification" | "client-reconfig";

export type ScriptPhase =
  /** `notBefore` lies ahead only when an attempt has failed. */
  | { readonly phase: "waiting"; readonly notBefore: Millis }
  /** The shell was told; it has not said yet under which process id. */
  | { readonly phase: "starting" }
  | {
      readonly phase: "running";
      readonly pid: number;
      readonly since: Millis;
      readonly isKilled: boolean;
    };

/** A script that an event asked for, until it ends well or for good. */
export interface ScriptJob {
  /** Never reused within a process. */
  readonly id: number;
  readonly master: MasterName;
  readonly purpose: ScriptPurpose;
  /** The program, then its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** What the script is told must be on disk first. */
  readonly afterSave: SaveNumber;
  /** How often it was started. */
  attempts: number;
  phase: ScriptPhase;
}

/** In the order in which the events happened. */
export interface Scripts {
  jobs: ScriptJob[];
  lastId: number;
}

export function isRunning({ phase }: ScriptJob): boolean {
  return phase.phase !== "waiting";
}

/** Appends a script; beyond the limit the oldest that does not run is dropped (spec §8.3). */
export function queueScript(
  { scripts, schedule }: SentinelState,
  given: Pick<ScriptJob, "master" | "purpose" | "argv" | "afterSave">,
  now: Millis,
): void {
  const phase = { phase: "waiting", notBefore: now } as const;
  scripts.jobs.push({ id: ++scripts.lastId, ...given, attempts: 0, phase });
  if (scripts.jobs.length > SCRIPT_QUEUE_MAX) {
    const oldest = scripts.jobs.findIndex((job) => !isRunning(job));
    if (oldest !== -1) scripts.jobs.splice(oldest, 1);
  }
  schedule.set(SCRIPTS_DUE, now);
}

/**
 * What may start now: oldest first, and one at a time for each master and purpose, so that a
 * notifier hears of things in the order in which they happened (W-33). One that waits for another
 * attempt holds nobody up.
 */
export function startableScripts({ jobs }: Scripts, now: Millis): ScriptJob[] {
  const running = jobs.filter(isRunning);
  const busy = new Set(running.map(laneOf));
  const startable: ScriptJob[] = [];
  for (const job of jobs) {
    if (running.length + startable.length >= RUNNING_SCRIPTS_MAX) break;
    if (job.phase.phase !== "waiting" || job.phase.notBefore > now) continue;
    if (busy.has(laneOf(job))) continue;
    busy.add(laneOf(job));
    startable.push(job);
  }
  return startable;
}

function laneOf({ master, purpose }: ScriptJob): string {
  return `${purpose} ${master}`;
}

/** When the queue must be looked at next, apart from the ends of scripts. */
export function scriptsDueAt(state: SentinelState, now: Millis): Millis {
  let due: number = NEVER;
  for (const { phase } of state.scripts.jobs) {
    // One that is due already waits for another to end, which wakes the queue.
    if (phase.phase === "waiting" && phase.notBefore > now) due = Math.min(due, phase.notBefore);
    if (phase.phase === "running" && !phase.isKilled) {
      due = Math.min(due, after(phase.since, state.tunables.scriptMaxRuntimeMs));
    }
  }
  return due as Millis;
}
