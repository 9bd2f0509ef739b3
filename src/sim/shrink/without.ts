import { type Cast, castOf, everybodyOf } from "../cast.ts";
import { groupInQuestion } from "../faults/detail-reader.ts";
import type { Detail, Details } from "../faults/fault.ts";
import { makesSense } from "../faults/makes-sense.ts";
import type { ClusterPlan, SimulationPlan } from "../plan.ts";

/** Without the sentinel of that index; those behind it move up. */
export function withoutSentinel(plan: SimulationPlan, index: number): SimulationPlan {
  const { cluster } = plan;
  const gone = castOf(cluster).sentinels[index];
  return reduced(plan, { ...cluster, sentinels: cluster.sentinels - 1 }, gone);
}

export function withoutReference(plan: SimulationPlan, index: number): SimulationPlan {
  const { cluster } = plan;
  const gone = castOf(cluster).references[index];
  return reduced(plan, { ...cluster, references: cluster.references - 1 }, gone);
}

export function withoutServer(
  plan: SimulationPlan,
  place: { readonly group: number; readonly server: number },
): SimulationPlan {
  const { cluster } = plan;
  const groups = cluster.groups.map((group, index) =>
    index === place.group
      ? { ...group, servers: group.servers.filter((_, server) => server !== place.server) }
      : group,
  );
  const gone = castOf(cluster).groups[place.group]?.servers[place.server];
  return reduced(plan, { ...cluster, groups }, gone);
}

export function withoutGroup(plan: SimulationPlan, index: number): SimulationPlan {
  const { cluster } = plan;
  const groups = cluster.groups.filter((_, group) => group !== index);
  return reduced(plan, { ...cluster, groups }, cluster.groups[index]?.name);
}

/** @param gone the node or group that is left out */
function reduced(
  plan: SimulationPlan,
  cluster: ClusterPlan,
  gone: string | undefined,
): SimulationPlan {
  const cast = castOf(cluster);
  const names = newNames(castOf(plan.cluster), cast, gone);
  const faults = plan.faults.flatMap((fault) => {
    const renamed = { ...fault, with: rename(fault.with, names) };
    return makesSense(renamed, cast) ? [renamed] : [];
  });
  return { ...plan, cluster, faults };
}

/** What everybody is called afterwards; undefined for who is gone. */
function newNames(
  before: Cast,
  after: Cast,
  gone: string | undefined,
): ReadonlyMap<string, string | undefined> {
  const groups = before.groups.filter(({ name }) => name !== gone);
  const left = everybodyOf({ ...before, groups }).filter((name) => name !== gone);
  const called = everybodyOf(after);
  const names = new Map<string, string | undefined>();
  for (const name of everybodyOf(before)) names.set(name, undefined);
  for (const [index, name] of left.entries()) names.set(name, called[index]);
  for (const { name } of before.groups) names.set(name, name === gone ? undefined : name);
  return names;
}

function rename(details: Details, names: ReadonlyMap<string, string | undefined>): Details {
  const renamed: Record<string, Detail> = {};
  for (const [key, value] of Object.entries(details)) {
    if (typeof value === "number") renamed[key] = value;
    else if (typeof value === "string") renamed[key] = newName(value, names) ?? GONE;
    else renamed[key] = value.flatMap((name) => newName(name, names) ?? []);
  }
  return renamed;
}

/** No name of anybody: whatever is about it makes no sense. */
const GONE = "";

function newName(name: string, names: ReadonlyMap<string, string | undefined>): string | undefined {
  const subject = groupInQuestion(name) ?? name;
  if (!names.has(subject)) return name;
  const called = names.get(subject);
  return subject === name || called === undefined ? called : name;
}
