import type { Address } from "../base/address.ts";
import { after } from "../base/units.ts";
import type { Input } from "./input.ts";
import {
  queueScript,
  SCRIPT_ATTEMPTS_MAX,
  type ScriptJob,
  SCRIPTS_DUE,
  scriptsDueAt,
  startableScripts,
} from "./script-queue.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import type { Master } from "./state.ts";
import { pendingSave, publish, type Turn } from "./turn.ts";

/**
 * Notification and client reconfiguration scripts: what runs when, what is tried again, and what is
 * killed. They run behind everything else, so that none holds up a failover.
 * Source: sentinel spec §8.3.
 */

/** A shell says this of a program that cannot be executed, and Redis of its exec: no other attempt. */
const NOT_EXECUTABLE = 2;
/** What Redis shows where no process could be made. */
const NO_PROCESS = 99;

/** Tells the operator's script that clients belong to another master now. */
export function callClientReconfigScript(
  turn: Turn,
  master: Master,
  change: {
    readonly role: "leader" | "observer";
    readonly from: Address;
    readonly to: Address;
  },
): void {
  const { clientReconfigScript } = master.settings;
  // Who only observes leaves clients to those who do not.
  if (clientReconfigScript === undefined || observesOnly(turn.state)) return;
  const { role, from, to } = change;
  const { masterName } = master;
  const addresses = [from.host, String(from.port), to.host, String(to.port)];
  queueScript(
    turn.state,
    {
      master: masterName,
      purpose: "client-reconfig",
      argv: [clientReconfigScript, masterName, role, "start", ...addresses],
      afterSave: pendingSave(turn),
    },
    turn.now,
  );
}

/** Starts what may start, and kills what has run for too long. */
export function tendScripts(turn: Turn): void {
  const { state, now, effects } = turn;
  for (const job of state.scripts.jobs) killOverdue(turn, job);
  for (const job of startableScripts(state.scripts, now)) {
    job.attempts++;
    job.phase = { phase: "starting" };
    const { id, argv, afterSave } = job;
    effects.push({ kind: "run-script", job: id, argv, afterSave });
  }
  state.schedule.set(SCRIPTS_DUE, scriptsDueAt(state, now));
}

function killOverdue(turn: Turn, job: ScriptJob): void {
  const { phase } = job;
  if (phase.phase !== "running" || phase.isKilled) return;
  if (after(phase.since, turn.state.tunables.scriptMaxRuntimeMs) > turn.now) return;
  job.phase = { ...phase, isKilled: true };
  publish(turn, "-script-timeout", `${job.argv[0]} ${phase.pid}`, {});
  turn.effects.push({ kind: "kill-script", job: job.id });
}

export function scriptStarted(
  turn: Turn,
  { job: id, pid }: Extract<Input, { readonly kind: "script-started" }>,
): void {
  const job = findJob(turn, id);
  if (job === undefined) return;
  job.phase = { phase: "running", pid, since: turn.now, isKilled: false };
  publish(turn, "+script-child", String(pid), {});
  tendScripts(turn);
}

export function scriptEnded(
  turn: Turn,
  { job: id, exitCode, signal }: Extract<Input, { readonly kind: "script-ended" }>,
): void {
  const job = findJob(turn, id);
  if (job === undefined) return;
  if (job.phase.phase === "running") {
    publish(turn, "-script-child", `${job.phase.pid} ${exitCode} ${signal}`, {});
  }
  if (exitCode === 0 && signal === 0) {
    forget(turn, job);
  } else if ((signal !== 0 || exitCode < NOT_EXECUTABLE) && job.attempts < SCRIPT_ATTEMPTS_MAX) {
    tryLater(turn, job);
  } else {
    forget(turn, job);
    publish(turn, "-script-error", `${job.argv[0]} ${signal} ${exitCode}`, {});
  }
  tendScripts(turn);
}

/** No process could be made for it: nothing is wrong with the script. */
export function scriptFailed(
  turn: Turn,
  { job: id, reason }: Extract<Input, { readonly kind: "script-failed" }>,
): void {
  const job = findJob(turn, id);
  if (job === undefined) return;
  publish(turn, "-script-error", `${job.argv[0]} ${NO_PROCESS} 0`, { reason });
  if (job.attempts < SCRIPT_ATTEMPTS_MAX) tryLater(turn, job);
  else forget(turn, job);
  tendScripts(turn);
}

/** 30 s after the first attempt, and twice as long after each further one. */
function tryLater({ state, now }: Turn, job: ScriptJob): void {
  const delayMs = state.tunables.scriptRetryDelayMs * 2 ** (job.attempts - 1);
  job.phase = { phase: "waiting", notBefore: after(now, delayMs) };
}

function findJob({ state }: Turn, id: number): ScriptJob | undefined {
  return state.scripts.jobs.find((job) => job.id === id);
}

function forget({ state }: Turn, job: ScriptJob): void {
  state.scripts.jobs = state.scripts.jobs.filter((other) => other !== job);
}
