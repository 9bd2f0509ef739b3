import type { Action, PlannedFault, Target } from "./fault-text.ts";
import { RehearsalError } from "./rehearsal-error.ts";
import { nodesAt, type Topology } from "./topology.ts";

/**
 * Makes sure that a plan can be carried out: everybody whom it names is there, and it ends in time.
 * @returns the plan in the order of its times
 * @throws {RehearsalError}
 */
export function checkedPlan(
  faults: readonly PlannedFault[],
  topology: Topology,
  endMs: number | undefined,
): PlannedFault[] {
  if (faults.length === 0) {
    throw new RehearsalError(
      "nothing goes wrong: expected --fault, for example --fault 'at 10s kill master'",
    );
  }
  for (const { text, atMs, action } of faults) {
    const target = targetOf(action);
    if (target !== undefined) nodesOf(target, topology, text);
    if (endMs !== undefined && atMs >= endMs) {
      throw new RehearsalError(
        `--fault '${text}': at ${atMs} ms the run is over (--for ${endMs}ms)`,
      );
    }
    if (action.kind === "slow" && action.byMs === 0) {
      throw new RehearsalError(`--fault '${text}': slower by nothing; expected a time like 300ms`);
    }
  }
  return [...faults].sort((a, b) => a.atMs - b.atMs);
}

export function targetOf(action: Action): Target | undefined {
  return action.kind === "failover" ? undefined : action.target;
}

/**
 * The nodes that a target stands for; none for those that are known only when it happens.
 * @throws {RehearsalError} when there is nobody of that name
 */
export function nodesOf(target: Target, topology: Topology, text: string): readonly string[] {
  const where = `--fault '${text}'`;
  switch (target.kind) {
    case "master":
    case "leader":
      return [];
    case "replica":
    case "sentinel": {
      const isSentinel = target.kind === "sentinel";
      const count = isSentinel ? topology.sentinels.length : topology.servers.length - 1;
      if (target.number > count) {
        throw new RehearsalError(
          `${where}: there is no ${target.kind} ${target.number}; expected 1 to ${count}`,
        );
      }
      return [`${isSentinel ? "s" : "r"}${target.number}`];
    }
    case "zone":
    case "named": {
      const zone = topology.zones.get(target.name);
      if (zone !== undefined) return zone;
      if (target.kind === "named" && !/^zone\b/.test(target.name)) {
        return nodesAt(target.name, [...topology.servers, ...topology.sentinels], where);
      }
      const known = [...topology.zones.keys()].join(", ") || `--zone ${target.name}=HOST,HOST`;
      throw new RehearsalError(`${where}: there is no zone '${target.name}'; expected ${known}`);
    }
  }
}

/** When the last thing of the plan has happened, in ms since it began. */
export function planEndMs(faults: readonly PlannedFault[]): number {
  const ends = faults.map(({ atMs, action }) =>
    "forMs" in action ? atMs + (action.forMs ?? 0) : atMs,
  );
  return Math.max(0, ...ends);
}
