import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { Master } from "../../sentinel/state.ts";
import type { RedisServer } from "../redis-server.ts";
import type { ReferenceSentinel } from "../reference/reference-sentinel.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Group, World } from "../world.ts";

/**
 * Liveness, asked while nothing is broken: for every group,
 *   all sentinels have the same master address and config epoch, no failover runs,
 *   no pause, downtime or cooldown is in force any more,
 *   nobody is SDOWN or ODOWN to anybody, everybody knows all replicas and sentinels,
 *   the server at that address is a master, every other one follows it with its link up;
 *   no server holds up writes.
 * Where an operator has given RESET, REMOVE, MONITOR or SET, only of the servers that a sentinel knows:
 * what is down or follows another replica at that moment is forgotten, in Redis too.
 * @returns why not, or undefined when it is so
 */
export function whyNoAgreement(world: World): string | undefined {
  const dead = world.nodes.find((node) => !node.isRunning);
  if (dead !== undefined) return `${dead.name} is ${dead.process}`;
  for (const group of world.groups) {
    const closed = group.servers.find((server) => server.holdsUpWrites);
    if (closed !== undefined) return `${closed.name} holds up writes`;
    const reason = whyNotIn(world, group);
    if (reason !== undefined) return `${group.plan.name}: ${reason}`;
  }
  return undefined;
}

function whyNotIn(world: World, group: Group): string | undefined {
  const [first, ...others] = world.sentinels;
  if (first === undefined) return "no sentinel";
  const blind = world.sentinels.find((sentinel) => findMaster(sentinel, group) === undefined);
  if (blind !== undefined) return `${blind.name} does not watch it`;
  const agreed = masterSeenBy(first, group);
  for (const other of others) {
    const seen = masterSeenBy(other, group);
    if (!sameAddress(seen.address, agreed.address) || seen.configEpoch !== agreed.configEpoch) {
      return `${first.name} has ${text(agreed)}, ${other.name} has ${text(seen)}`;
    }
  }
  for (const sentinel of world.sentinels) {
    const reason = whyUnsettled(world, group, sentinel);
    if (reason !== undefined) return `${sentinel.name} ${reason}`;
  }
  for (const reference of world.references) {
    const reason = whyReferenceUnsettled(world, { reference, agreed, group });
    if (reason !== undefined) return `${reference.name} ${reason}`;
  }
  const members = isByOperator(world, group) ? membersOf(world, group) : group.servers;
  return whyServersDiffer(world, members, agreed.address);
}

function isByOperator({ disturbed }: World, group: Group): boolean {
  return [...disturbed.values()].some((each) => each.group === group);
}

/** Servers that some sentinel knows. */
function membersOf({ sentinels, network }: World, group: Group): RedisServer[] {
  const known = new Set<unknown>();
  for (const sentinel of sentinels) {
    const master = masterSeenBy(sentinel, group);
    for (const { address } of [master, ...master.replicas.values()]) {
      known.add(network.nodeAt(address));
    }
  }
  return group.servers.filter((server) => known.has(server));
}

function text({ address, configEpoch }: Master): string {
  return `${formatAddress(address)} in epoch ${configEpoch}`;
}

function findMaster(sentinel: SentinelNode, { plan }: Group): Master | undefined {
  for (const master of sentinel.state.masters.values()) {
    if (master.name === plan.name) return master;
  }
  return undefined;
}

export function masterSeenBy(sentinel: SentinelNode, group: Group): Master {
  const master = findMaster(sentinel, group);
  if (master === undefined) throw new Error(`${sentinel.name} does not watch ${group.plan.name}`);
  return master;
}

function whyUnsettled(world: World, group: Group, sentinel: SentinelNode): string | undefined {
  const master = masterSeenBy(sentinel, group);
  if (sentinel.state.tilt.mode === "on") return "is in TILT";
  if (master.failover.phase !== "none") return `is in ${master.failover.phase}`;
  if (master.reconfiguration.phase !== "none") return "is still reconfiguring";
  const [inForce] = master.maintenance.told.keys();
  if (inForce !== undefined) return `still has the ${inForce} in force`;
  if (master.sdown.down) return "sees the master SDOWN";
  const isDisturbed = isByOperator(world, group);
  if (!isDisturbed && master.replicas.size !== group.servers.length - 1) {
    return `knows ${master.replicas.size} replicas`;
  }
  if (master.sentinels.size !== world.allSentinels.length - 1) {
    return `knows ${master.sentinels.size} other sentinels`;
  }
  for (const other of [...master.replicas.values(), ...master.sentinels.values()]) {
    if (other.sdown.down) return `sees ${other.name} SDOWN`;
  }
  return undefined;
}

function whyReferenceUnsettled(
  world: World,
  what: {
    readonly reference: ReferenceSentinel;
    readonly agreed: Master;
    readonly group: Group;
  },
): string | undefined {
  const { reference, agreed, group } = what;
  const master = reference.masterOf(group.plan.name);
  if (master === undefined) return "is dead";
  if (reference.isTilted) return "is in TILT";
  if (!sameAddress(master.address, agreed.address) || master.configEpoch !== agreed.configEpoch) {
    return `has ${formatAddress(master.address)} in epoch ${master.configEpoch}`;
  }
  if (master.phase !== "none") return `is in ${master.phase}`;
  if (master.isSdown) return "sees the master SDOWN";
  if (master.peers.size !== world.allSentinels.length - 1)
    return `knows ${master.peers.size} peers`;
  for (const other of [...master.replicas.values(), ...master.peers.values()]) {
    if (other.isSdown) return `sees ${other.name} SDOWN`;
  }
  return undefined;
}

function whyServersDiffer(
  { network }: World,
  servers: readonly RedisServer[],
  master: Address,
): string | undefined {
  const there = network.nodeAt(master);
  for (const server of servers) {
    const { name, masterAddress } = server;
    if (server === there) {
      if (!server.isMaster) return `${name} should be the master`;
    } else if (masterAddress === undefined || network.nodeAt(masterAddress) !== there) {
      return `${name} does not follow ${formatAddress(master)}`;
    } else if (!server.isLinkUp) return `${name} follows, but its link is down`;
  }
  return undefined;
}
