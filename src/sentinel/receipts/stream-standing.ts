import type { Millis } from "../../base/units.ts";
import type { InfoReport } from "../../wire/info.ts";
import { type History, historyOf } from "../lineage.ts";
import type { Reported } from "../state.ts";
import type { Fork } from "./receipt.ts";

/** How far a data server's replication stream has come, and how fast it grows. */
export interface StreamStanding {
  readonly history: History | undefined;
  /** Undefined where the text does not say. */
  readonly offset: number | undefined;
  readonly at: Millis;
  /** Between the latest two INFOs of one history that are far enough apart. */
  readonly bytesPerSecond: number | undefined;
  readonly bytesPerCommand: number | undefined;
  /** The highest rate seen lately, and when it was seen. */
  readonly peak: { readonly bytesPerSecond: number; readonly at: Millis } | undefined;
  /** Where the next rate is measured from. */
  readonly measuredFrom: Mark;
}

interface Mark {
  readonly at: Millis;
  readonly offset: number | undefined;
  readonly commands: number | undefined;
}

/** INFOs closer together than this do not make a rate. */
const RATE_MS_MIN = 500;
/** How long the highest rate counts. */
const PEAK_LASTS_MS = 60_000;

/** What the next INFO makes of what was known. */
export function nextStanding(
  known: StreamStanding | undefined,
  info: InfoReport,
  now: Millis,
): StreamStanding {
  const offset = info.masterReplOffset;
  const mark: Mark = { at: now, offset, commands: commandsProcessed(info.text) };
  const base = {
    history: historyOf(info),
    offset,
    at: now,
  };
  if (known === undefined || offset === undefined || !goesOn(known, info)) {
    const rates = { bytesPerSecond: undefined, bytesPerCommand: undefined, peak: undefined };
    return { ...base, ...rates, measuredFrom: mark };
  }
  const { measuredFrom, bytesPerSecond, bytesPerCommand } = known;
  const peak = now - (known.peak?.at ?? now) > PEAK_LASTS_MS ? undefined : known.peak;
  const elapsedMs = now - measuredFrom.at;
  if (elapsedMs < RATE_MS_MIN || measuredFrom.offset === undefined) {
    return { ...base, bytesPerSecond, bytesPerCommand, peak, measuredFrom };
  }
  const bytes = Math.max(0, offset - measuredFrom.offset);
  const rate = (bytes * 1000) / elapsedMs;
  const isPeak = peak === undefined || rate >= peak.bytesPerSecond;
  const commands = (mark.commands ?? 0) - (measuredFrom.commands ?? 0);
  return {
    ...base,
    bytesPerSecond: rate,
    bytesPerCommand: commands > 0 && bytes > 0 ? bytes / commands : bytesPerCommand,
    peak: isPeak ? { bytesPerSecond: rate, at: now } : peak,
    measuredFrom: mark,
  };
}

/** Where a server says that it left the history before its own. */
export function forkOf({ stream }: Reported): Fork | undefined {
  return stream?.history?.before;
}

/** The same history, or the one that a promotion has made of it. */
function goesOn(known: StreamStanding, info: InfoReport): boolean {
  const replid = known.history?.replid;
  if (replid === undefined) return false;
  return replid === info.masterReplid || replid === info.masterReplid2;
}

const COMMANDS = "\ntotal_commands_processed:";

/** One of some hundred lines that nobody else reads. */
function commandsProcessed(text: string): number | undefined {
  const at = text.indexOf(COMMANDS);
  if (at === -1) return undefined;
  const count = Number.parseInt(text.slice(at + COMMANDS.length, at + COMMANDS.length + 20), 10);
  return Number.isSafeInteger(count) ? count : undefined;
}
