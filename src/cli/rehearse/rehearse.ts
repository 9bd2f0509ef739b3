import { writeFileSync } from "node:fs";
import { reasonOf } from "../../shell/system-reason.ts";
import { parseFault, parseTime } from "../../sim/rehearsal/fault-text.ts";
import { checkedPlan } from "../../sim/rehearsal/plan-check.ts";
import { RehearsalError } from "../../sim/rehearsal/rehearsal-error.ts";
import { rehearse } from "../../sim/rehearsal/rehearsal.ts";
import { type KnownGroup, topologyOf } from "../../sim/rehearsal/topology.ts";
import { knownFromSentinel } from "./ask-sentinels.ts";
import type { RehearsalArguments } from "./command.ts";
import { rehearsalPage } from "./html-report.ts";
import { rehearsalAsJson } from "./json-report.ts";
import { knownFromFile } from "./known-group.ts";
import { formatRehearsal } from "./text-report.ts";

const PROGRESS_EVERY_MS = 2_000;
const MAKES_NO_SENSE = 2;
/** A copy of a middling data set. */
const FULL_SYNC_MS = 1_000;
const LOAD_MS = 500;

/** @returns the exit status: 1 when some run ends without a master, 2 when there is nothing to run */
export async function runRehearse(given: RehearsalArguments): Promise<number> {
  try {
    return await perform(given);
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    process.stderr.write(`vedette simulate: ${error.message}\n`);
    return MAKES_NO_SENSE;
  }
}

async function perform(given: RehearsalArguments): Promise<number> {
  const endMs = given.for === undefined ? undefined : timeOption("--for", given.for);
  const delayMs = delayOption(given.delay);
  const runs = countOption("--runs", given.runs) ?? 1;
  const writesPerSecond = countOption("--writes-per-second", given.writesPerSecond) ?? 1;
  const faults = given.fault.map(parseFault);
  const topology = topologyOf(await knownGroup(given), {
    sentinels: countOption("--sentinels", given.sentinels),
    replicas: countOption("--replicas", given.replicas),
    zones: given.zone,
  });
  const plan = checkedPlan(faults, topology, endMs);
  let toldAt = performance.now();
  const rehearsal = await rehearse({
    topology,
    plan,
    surroundings: { delayMs, fullSyncMs: FULL_SYNC_MS, loadMs: LOAD_MS },
    endMs,
    runs,
    firstSeed: given.seed ?? 1,
    writesPerSecond,
    onRun: async (done) => {
      if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
      toldAt = performance.now();
      const what = done < runs ? `${done} of ${runs} runs` : "trying what is suggested";
      process.stderr.write(`${what}\n`);
      // Ctrl-C and the terminal get their turn.
      await new Promise((resolve) => setImmediate(resolve));
    },
  });
  if (given.html !== undefined) writePage(given.html, rehearsalPage(rehearsal));
  process.stdout.write(`${given.json ? rehearsalAsJson(rehearsal) : formatRehearsal(rehearsal)}\n`);
  return rehearsal.outcomes.has("no master") ? 1 : 0;
}

async function knownGroup({
  file,
  from,
  master,
  passwordEnv,
}: RehearsalArguments): Promise<KnownGroup> {
  if (file !== undefined && from !== undefined) {
    throw new RehearsalError("a file or --from HOST:PORT is expected, not both");
  }
  if (file !== undefined) return knownFromFile(file, master);
  if (from === undefined) {
    throw new RehearsalError("expected a sentinel.conf, or --from HOST:PORT of a running sentinel");
  }
  const password = passwordEnv === undefined ? undefined : process.env[passwordEnv];
  if (passwordEnv !== undefined && password === undefined) {
    throw new RehearsalError(`--password-env ${passwordEnv}: there is no such variable`);
  }
  return knownFromSentinel(from, { master, password });
}

function countOption(name: string, value: number | undefined): number | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new RehearsalError(`${name}: a whole number above 0 is expected`);
}

function timeOption(name: string, text: string): number {
  const ms = parseTime(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new RehearsalError(`${name} ${text}: expected a time like 500ms, 60s or 2m`);
}

/** Networks are quicker than a millisecond. */
function delayOption(text: string): number {
  const [, micros] = /^(\d{1,6})us$/.exec(text) ?? [];
  const ms = micros === undefined ? parseTime(text) : Number(micros) / 1_000;
  if (ms !== undefined && ms > 0 && ms <= 10_000) return ms;
  throw new RehearsalError(`--delay ${text}: expected a time like 500us, 2ms or 40ms`);
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (cause) {
    throw new RehearsalError(`--html ${path}: cannot be written: ${reasonOf(cause)}`);
  }
}
