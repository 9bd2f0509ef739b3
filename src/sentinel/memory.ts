import { after } from "../base/units.ts";
import { requestSave, logLine, touch, type Turn } from "./turn.ts";

/**
 * A sentinel that started from an old copy of its configuration may have voted since the copy was
 * made. Until it has heard every other sentinel it knows, it gives no vote and starts no election:
 * whoever got such a vote had its epoch, and told it around. Then it votes only in epochs above all
 * that it has heard of, so none of its votes is given twice.
 * See docs/decisions, "a damaged configuration file".
 */
export function regainMemory(turn: Turn): void {
  const { state, now } = turn;
  const { memory } = state;
  if (memory.isWhole) return;
  memory.since ??= now;
  // Who is new to us too speaks up within one period.
  if (now < after(memory.since, 2 * state.tunables.publishPeriodMs)) return;
  for (const { sentinels } of state.masters.values()) {
    for (const runId of sentinels.keys()) if (!memory.heard.has(runId)) return;
  }
  memory.isWhole = true;
  memory.heard.clear();
  for (const master of state.masters.values()) {
    master.vote.leader = undefined;
    master.vote.leaderEpoch = state.currentEpoch;
    touch(turn, master);
  }
  requestSave(turn);
  logLine(turn, "notice", "All other sentinels have been heard: this one votes again");
}
