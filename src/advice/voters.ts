import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import type { CheckedFile } from "./checked-file.ts";

/**
 * How many sentinels there are for a master: what the file knows and this one, or what the user says
 * where the file is new. Undefined where nobody knows.
 */
export function votersOf(file: CheckedFile, master: DurableMaster): number | undefined {
  const known = master.sentinels.length;
  const planned = file.plannedSentinels;
  if (known > 0) return Math.max(known + 1, planned ?? 0);
  return planned;
}

/** More than half: what an election needs. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}
