import type { ClusterPlan } from "./plan.ts";

/** Who takes part in a run, by name: what a plan may speak of before there is a world. */
export interface Cast {
  readonly sentinels: readonly string[];
  /** Models of redis-sentinel. */
  readonly references: readonly string[];
  readonly groups: readonly CastGroup[];
  /** Hosts have names, so that machines can move. */
  readonly hasNames: boolean;
}

export interface CastGroup {
  readonly name: string;
  /** The first one begins as the master. */
  readonly servers: readonly string[];
  readonly client: string;
}

/** `s1`, `q1`, and of the groups `m`, `r1`, `c`, then `xm`, then `g2m`. */
export function castOf(cluster: ClusterPlan): Cast {
  return {
    sentinels: numbered("s", cluster.sentinels),
    references: numbered("q", cluster.references),
    hasNames: cluster.hasNames,
    groups: cluster.groups.map(({ name, servers }, index) => {
      const prefix = groupPrefix(index);
      const replicas = numbered(`${prefix}r`, servers.length - 1);
      return { name, servers: [`${prefix}m`, ...replicas], client: `${prefix}c` };
    }),
  };
}

export function allSentinelsOf(cast: Cast): readonly string[] {
  return [...cast.sentinels, ...cast.references];
}

export function serversOf(cast: Cast): readonly string[] {
  return cast.groups.flatMap((group) => group.servers);
}

/** Everything that the network can part, in the order of the world. */
export function everybodyOf(cast: Cast): readonly string[] {
  const clients = cast.groups.map((group) => group.client);
  return [...allSentinelsOf(cast), ...serversOf(cast), ...clients];
}

function groupPrefix(index: number): string {
  return ["", "x"][index] ?? `g${index}`;
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`);
}
