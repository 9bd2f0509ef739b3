import type { Database } from "../keyspace.ts";
import type { ServerState } from "../state.ts";
import type { Field } from "./info.ts";

export function cpuFields(state: ServerState): readonly Field[] {
  const { cpuSystemSeconds, cpuUserSeconds } = state.environment.facts();
  return [
    ["used_cpu_sys", cpuSystemSeconds.toFixed(6)],
    ["used_cpu_user", cpuUserSeconds.toFixed(6)],
    ["used_cpu_sys_children", "0.000000"],
    ["used_cpu_user_children", "0.000000"],
    ["used_cpu_sys_main_thread", cpuSystemSeconds.toFixed(6)],
    ["used_cpu_user_main_thread", cpuUserSeconds.toFixed(6)],
  ];
}

export function errorFields(state: ServerState): readonly Field[] {
  const { errorsByCode } = state.environment.facts().connections;
  return [...errorsByCode].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

export function clusterFields(): readonly Field[] {
  return [["cluster_enabled", 0]];
}

export function keyspaceFields(state: ServerState): readonly Field[] {
  return state.keyspace.databases
    .filter(({ entries }) => entries.size > 0)
    .map((database) => {
      const keys = database.entries.size;
      const expires = database.expiring.size;
      const average = averageTimeToLive(state, database);
      return [`db${database.index}`, `keys=${keys},expires=${expires},avg_ttl=${average}`];
    });
}

/** Enough for an estimate; a scan of all would cost with every INFO. */
const SAMPLED_KEYS = 64;

/** In ms, over some of the keys that expire. */
function averageTimeToLive(state: ServerState, database: Database): number {
  let seen = 0;
  let total = 0;
  for (const { entry } of database.expiring) {
    if (seen === SAMPLED_KEYS) break;
    seen++;
    total += Math.max(0, (entry.expireAt ?? 0) - state.unixNow);
  }
  return seen === 0 ? 0 : Math.floor(total / seen);
}
