import { formatAddress } from "../../base/address.ts";
import type { DurableMaster } from "../../wire/sentinel-conf/durable-sentinel.ts";
import { RehearsalError } from "./rehearsal-error.ts";

/** What of a sentinel's settings decides how a failover goes. */
export interface Settings {
  readonly quorum: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
  readonly crashDetectionMs: number;
  readonly rebootDownAfterMs: number;
}

/** One of the user's machines, and who plays it: `m`, `r1`, `s1`. */
export interface Role {
  readonly node: string;
  /** The host it is on, where that is known. */
  readonly host: string | undefined;
  /** How it is told of: its address, or `sentinel 2`. */
  readonly label: string;
}

export interface Topology {
  readonly master: string;
  readonly settings: Settings;
  /** The master first. */
  readonly servers: readonly Role[];
  readonly sentinels: readonly Role[];
  /** Names of nodes by the zone that they are in. */
  readonly zones: ReadonlyMap<string, readonly string[]>;
}

/** What is known of the sentinels and servers, and what the user adds to it. */
export interface KnownGroup {
  readonly master: Pick<DurableMaster, "name" | "address" | "replicas" | "sentinels"> & Settings;
  /** Where the sentinel is that this comes from. */
  readonly ownHost: string | undefined;
}

export interface Additions {
  /** How many there are in all; undefined: as many as are known. */
  readonly sentinels: number | undefined;
  readonly replicas: number | undefined;
  /** `NAME=HOST,HOST`. */
  readonly zones: readonly string[];
}

/** A way from one node to another has a number of 16 bits in the simulated network. */
const NODES_MAX = 64;

/** @throws {RehearsalError} when there is nothing to rehearse with */
export function topologyOf({ master, ownHost }: KnownGroup, additions: Additions): Topology {
  const { name, address } = master;
  const known = [
    { host: ownHost, label: ownHost ?? "this sentinel" },
    ...master.sentinels.map((peer) => ({
      host: peer.address.host,
      label: formatAddress(peer.address),
    })),
  ];
  const replicas = master.replicas.map((replica) => ({
    host: replica.host,
    label: formatAddress(replica),
  }));
  if (master.sentinels.length === 0 && additions.sentinels === undefined) {
    throw new RehearsalError(
      `the other sentinels of ${name} are not known yet: expected --sentinels N, for example --sentinels 3`,
    );
  }
  if (replicas.length === 0 && additions.replicas === undefined) {
    throw new RehearsalError(
      `the replicas of ${name} are not known yet: expected --replicas N, for example --replicas 2`,
    );
  }
  const sentinels = filled(known, { count: additions.sentinels, what: "sentinel", prefix: "s" });
  const others = filled(replicas, { count: additions.replicas, what: "replica", prefix: "r" });
  const servers = [{ node: "m", host: address.host, label: formatAddress(address) }, ...others];
  if (servers.length + sentinels.length > NODES_MAX) {
    throw new RehearsalError(`at most ${NODES_MAX} servers and sentinels can be rehearsed`);
  }
  const { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = master;
  const { crashDetectionMs, rebootDownAfterMs } = master;
  return {
    master: name,
    settings: {
      quorum,
      downAfterMs,
      failoverTimeoutMs,
      parallelSyncs,
      crashDetectionMs,
      rebootDownAfterMs,
    },
    servers,
    sentinels,
    zones: zonesOf(additions.zones, [...servers, ...sentinels]),
  };
}

function filled(
  known: readonly Omit<Role, "node">[],
  {
    count,
    what,
    prefix,
  }: { readonly count: number | undefined; readonly what: string; readonly prefix: string },
): Role[] {
  const total = count ?? known.length;
  if (total < known.length && count !== undefined) {
    throw new RehearsalError(`--${what}s ${count}: the file knows ${known.length} already`);
  }
  return Array.from({ length: total }, (_, index) => ({
    node: `${prefix}${index + 1}`,
    ...(known[index] ?? { host: undefined, label: `${what} ${index + 1}` }),
  }));
}

const ZONE_NAME = /^[A-Za-z][\w.-]*$/;

function zonesOf(texts: readonly string[], roles: readonly Role[]): Map<string, string[]> {
  const zones = new Map<string, string[]>();
  const zoneOf = new Map<string, string>();
  for (const text of texts) {
    const [name = "", list, ...rest] = text.split("=");
    if (!ZONE_NAME.test(name) || list === undefined || rest.length > 0) {
      throw new RehearsalError(
        `--zone '${text}': expected NAME=HOST,HOST, for example --zone zone-a=${roles[0]?.host ?? "192.0.2.1"},s1`,
      );
    }
    if (zones.has(name)) throw new RehearsalError(`--zone '${text}': ${name} is named twice`);
    const hosts = list.split(",").filter((host) => host !== "");
    if (hosts.length === 0) {
      throw new RehearsalError(`--zone '${text}': a zone without hosts; expected NAME=HOST,HOST`);
    }
    const nodes = hosts.flatMap((host) => nodesAt(host, roles, `--zone '${text}'`));
    for (const node of nodes) {
      const other = zoneOf.get(node);
      if (other !== undefined && other !== name) {
        throw new RehearsalError(`--zone '${text}': ${node} is in ${other} already`);
      }
      zoneOf.set(node, name);
    }
    zones.set(name, [...new Set(nodes)]);
  }
  return zones;
}

/**
 * Who is meant by a host, an address, or a short name such as `s1`.
 * @throws {RehearsalError} when nobody is
 */
export function nodesAt(text: string, roles: readonly Role[], where: string): string[] {
  const found = roles.filter(
    ({ node, host, label }) => node === text || host === text || label === text,
  );
  if (found.length > 0) return found.map(({ node }) => node);
  const known = roles.map(({ node, label }) => `${node} (${label})`).join(", ");
  throw new RehearsalError(`${where}: there is no '${text}'; expected one of ${known}`);
}
