import type { ClientRecord, RunRecord } from "./record.ts";

/** A shorter pause between two acknowledged writes is none that a user would see. */
const SHORTEST_OUTAGE_MS = 100;

/** How long a client's writes were not acknowledged, all in all, in ms since the plan began. */
export function withoutWritesMs(
  { acknowledgedAt }: ClientRecord,
  { endMs }: Pick<RunRecord, "endMs">,
): number {
  let last = 0;
  let totalMs = 0;
  for (const at of [...acknowledgedAt.filter((time) => time >= 0), endMs]) {
    if (at - last > SHORTEST_OUTAGE_MS) totalMs += at - last;
    last = at;
  }
  return totalMs;
}
