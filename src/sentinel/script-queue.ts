import type { MasterName } from "../base/ids.ts";
import { after, earliest, type Millis, NEVER, type SaveNumber } from "../base/units.ts";
import type { Chore, SentinelState } from "./state.ts";

/** Source: sentinel spec §1.2. */
export const SCRIPT_QUEUE_MAX = 256;
const RUNNING_SCRIPTS_MAX = 16;
export const SCRIPT_ATTEMPTS_MAX = 10;

/**
 * Making a process stops the sentinel for some milliseconds. While one warning follows another, as in a
 * failover, notifications wait for this much quiet, but never longer than the patience.
 */
const NOTIFICATION_QUIET_MS = 100;
const NOTIFICATION_PATIENCE_MS = 1_000;

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
  readonly queuedAt: Millis;
  /** What the script is told must be on disk first. */
  readonly afterSave: SaveNumber;
  /** How often it was started. */
  attempts: number;
  phase: ScriptPhase;
}

/** In the order in which the events happened. */
export interface Scripts {
  jobs: ScriptJob[];
  /** When the latest has been queued for long enough. */
  quietAt: Millis;
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
  scripts.jobs.push({ id: ++scripts.lastId, ...given, queuedAt: now, attempts: 0, phase });
  if (given.purpose === "notification") scripts.quietAt = after(now, NOTIFICATION_QUIET_MS);
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
export function startableScripts(scripts: Scripts, now: Millis): ScriptJob[] {
  const { jobs } = scripts;
  const running = jobs.filter(isRunning);
  const busy = new Set(running.map(laneOf));
  const startable: ScriptJob[] = [];
  for (const job of jobs) {
    if (running.length + startable.length >= RUNNING_SCRIPTS_MAX) break;
    if (startableAt(scripts, job) > now) continue;
    if (busy.has(laneOf(job))) continue;
    busy.add(laneOf(job));
    startable.push(job);
  }
  return startable;
}

/** NEVER for one that runs. */
function startableAt(
  { quietAt }: Scripts,
  { phase, purpose, queuedAt, attempts }: ScriptJob,
): Millis {
  if (phase.phase !== "waiting") return NEVER;
  if (purpose !== "notification" || attempts > 0) return phase.notBefore;
  return earliest(quietAt, after(queuedAt, NOTIFICATION_PATIENCE_MS));
}

function laneOf({ master, purpose }: ScriptJob): string {
  return `${purpose} ${master}`;
}

/** When the queue must be looked at next, apart from the ends of scripts. */
export function scriptsDueAt(state: SentinelState, now: Millis): Millis {
  let due: number = NEVER;
  for (const job of state.scripts.jobs) {
    const { phase } = job;
    // One that is due already waits for another to end, which wakes the queue.
    const startAt = startableAt(state.scripts, job);
    if (startAt > now) due = Math.min(due, startAt);
    if (phase.phase === "running" && !phase.isKilled) {
      due = Math.min(due, after(phase.since, state.tunables.scriptMaxRuntimeMs));
    }
  }
  return due as Millis;
}
