import { USUAL_DISK, USUAL_GROUP, USUAL_NETWORK, USUAL_SERVER } from "../plan-file/usual.ts";
import type { ClusterPlan, GroupPlan, SimulationPlan } from "../plan.ts";
import type { Search } from "./shrink.ts";
import { withoutGroup, withoutReference, withoutSentinel, withoutServer } from "./without.ts";

/** Groups, sentinels and replicas that have nothing to do with it go; one of each stays. */
export function fewerNodes(search: Search): void {
  whileOneGoes(
    () => indices(search.plan.cluster.groups.length, 1),
    (index) => search.try(withoutGroup(search.plan, index)),
  );
  whileOneGoes(
    () => indices(search.plan.cluster.references, 0),
    (index) => search.try(withoutReference(search.plan, index)),
  );
  whileOneGoes(
    () => indices(search.plan.cluster.sentinels, 1),
    (index) => search.try(withoutSentinel(search.plan, index)),
  );
  for (const [group] of search.plan.cluster.groups.entries()) {
    const count = () => search.plan.cluster.groups[group]?.servers.length ?? 0;
    whileOneGoes(
      () => indices(count(), 1),
      (server) => search.try(withoutServer(search.plan, { group, server })),
    );
  }
}

/** The last ones first: then nobody else is called otherwise. */
function indices(count: number, least: number): number[] {
  return count <= least ? [] : Array.from({ length: count }, (_, index) => count - 1 - index);
}

function whileOneGoes(left: () => readonly number[], goes: (index: number) => boolean): void {
  while (left().some(goes)) {
    // Another one, perhaps.
  }
}

/** Whatever has nothing to do with it is as in any small installation. */
export function usualSettings(search: Search): void {
  const { cluster } = search.plan;
  const groups = cluster.groups.map(({ servers, name }) => ({
    ...USUAL_GROUP,
    name,
    servers: servers.map(() => USUAL_SERVER),
  }));
  const all = { ...cluster, groups, network: USUAL_NETWORK, disk: USUAL_DISK, hasNames: false };
  if (tryCluster(search, all)) return;
  tryCluster(search, { ...cluster, hasNames: false });
  tryCluster(search, { ...search.plan.cluster, network: USUAL_NETWORK });
  tryCluster(search, { ...search.plan.cluster, disk: USUAL_DISK });
  for (const [index] of cluster.groups.entries()) usualGroup(search, index);
}

function usualGroup(search: Search, index: number): void {
  const group = () => search.plan.cluster.groups[index];
  for (const [key, usual] of Object.entries(USUAL_GROUP)) {
    if (key !== "name") change(search, index, (old) => ({ ...old, [key]: usual }));
  }
  for (const [place] of (group()?.servers ?? []).entries()) {
    const fields: readonly [string, unknown][] = Object.entries(USUAL_SERVER);
    for (const usual of [USUAL_SERVER, ...fields.map(([key, value]) => ({ [key]: value }))]) {
      change(search, index, (old) => ({
        ...old,
        servers: old.servers.map((server, other) =>
          other === place ? { ...server, ...usual } : server,
        ),
      }));
    }
  }
}

function change(search: Search, index: number, to: (group: GroupPlan) => GroupPlan): void {
  const { cluster } = search.plan;
  const groups = cluster.groups.map((group, other) => (other === index ? to(group) : group));
  tryCluster(search, { ...cluster, groups });
}

function tryCluster(search: Search, cluster: ClusterPlan): boolean {
  const plan: SimulationPlan = { ...search.plan, cluster };
  return search.try(plan);
}
