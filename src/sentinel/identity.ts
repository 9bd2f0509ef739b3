import type { Address } from "../base/address.ts";
import { formatAddress } from "../base/address.ts";
import type { InfoReport } from "../wire/info.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { areRelated, dataOf, joins, type KnownData } from "./lineage.ts";
import { noteMemory } from "./remembering.ts";
import { wordOf } from "./resolvers-word.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import { publish, type Turn } from "./turn.ts";
import { isAt, mayBeAt } from "./whereabouts.ts";

/**
 * Is the server that answers at a known address still one of the group? An address may be another's
 * by now: a container's IP is given away, a name leads elsewhere. A server that goes its own way with
 * other data is never told to follow (which would wipe them), followed or promoted.
 *
 * Only what speaks *for* another group counts, never mere ignorance: a server that lost its data, or
 * kept them in an append-only file, returns with a history that nobody knows, and is still ours.
 */

/** Why the server at the master's address is none of the group; undefined when nothing says so. */
export function whyForeignMaster(
  state: SentinelState,
  master: Master,
  { data, replicas }: { readonly data: KnownData; readonly replicas: readonly Address[] },
): string | undefined {
  if (isOneOfUs(master, data)) return undefined;
  return whyOfOtherGroup(state, master, data) ?? whyFollowedByOthers(state, master, replicas);
}

function isOneOfUs({ lineage }: Master, { history }: KnownData): boolean {
  return lineage.length === 0 || history === undefined || joins(lineage, history);
}

/** Its history, or the process itself, is known in another group that has other data. */
function whyOfOtherGroup(
  { masters }: SentinelState,
  master: Master,
  { runId, history }: KnownData,
): string | undefined {
  for (const other of masters.values()) {
    if (other === master || areRelated(other.lineage, master.lineage)) continue;
    if (joins(other.lineage, history)) return `it has the data of master ${other.name}`;
    const replicas = [...other.replicas.values()].filter(({ foreign }) => foreign === undefined);
    const isTheirs = [other, ...replicas].some(({ known }) => known?.runId === runId);
    if (isTheirs) return `it is known as one of master ${other.name}`;
  }
  return undefined;
}

/** Its replicas are those of another group, and none is one of this. */
function whyFollowedByOthers(
  state: SentinelState,
  master: Master,
  replicas: readonly Address[],
): string | undefined {
  if (replicas.some((address) => isMember(state, master, address))) return undefined;
  for (const other of state.masters.values()) {
    if (other === master || areRelated(other.lineage, master.lineage)) continue;
    const theirs = replicas.find((address) => isMember(state, other, address));
    if (theirs !== undefined) {
      return `it is followed by ${formatAddress(theirs)} of master ${other.name}`;
    }
  }
  return undefined;
}

function isMember(state: SentinelState, master: Master, address: Address): boolean {
  return [master, ...master.replicas.values()].some(
    (member) => isAt(state, member, address) || mayBeAt(state, member, address),
  );
}

/** Takes what a replica says of its data, and judges whether it is one of the group's. */
export function takeReplicaData(turn: Turn, replica: Replica, info: InfoReport): void {
  const data = dataOf(info, turn.now);
  if (data === undefined || info.isLoading === true) return;
  const { master, foreign } = replica;
  if (joins(master.lineage, data.history)) replica.joined = data;
  else if (replica.joined?.runId === data.runId && data.history !== undefined) {
    // It has copied another's data over what it had.
    replica.joined = { ...replica.joined, keys: 0 };
  }
  const isGuarded = master.settings.extensions["identity-guard"];
  const reason = isGuarded ? whyForeignReplica(turn, replica, data, info) : undefined;
  replica.known = data;
  noteMemory(turn);
  tellForeign(turn, replica, reason === undefined ? undefined : { runId: data.runId, reason });
  if (foreign !== undefined && replica.foreign === undefined) replica.slaveConfChangedAt = turn.now;
}

function whyForeignReplica(
  turn: Turn,
  replica: Replica,
  data: KnownData,
  info: InfoReport,
): string | undefined {
  const { state } = turn;
  const { master, joined, foreign } = replica;
  if (isOneOfUs(master, data)) return undefined;
  const follows = followedBy(info);
  // It does what it should, and gets the group's data with it.
  if (follows !== undefined && isMember(state, master, follows)) return undefined;
  // What has not restarted since it was one of us is one of us, wherever it was led.
  if (joined?.runId === data.runId) return undefined;
  if (joined !== undefined && wordOf(turn, replica) === "given") return undefined;
  const ofOther = whyOfOtherGroup(state, master, data);
  // What has been seen once is not unseen because its replicas are away.
  if (foreign?.runId === data.runId) return foreign.reason;
  // Without data there is nothing to lose, and whoever is new was not taken for another.
  if (ofOther !== undefined || joined === undefined || data.keys === 0) return ofOther;
  if (follows !== undefined && info.masterLinkStatus === "up") {
    return `it has data of ${formatAddress(follows)}, which is none of the group`;
  }
  const { replicas } = info;
  if (replicas.length > 0 && !replicas.some((address) => isMember(state, master, address))) {
    return "it has replicas of its own, none of which is one of the group";
  }
  return undefined;
}

/** May somebody of another group answer under the replica's name, which led there before? */
export function mayBeAnothers(turn: Turn, replica: Replica): boolean {
  if (turn.state.masters.size === 1 || joins(replica.master.lineage, replica.known?.history)) {
    return false;
  }
  return wordOf(turn, replica) === "awaited";
}

/** Whom it says to follow; undefined of a master. */
export function followedBy({ role, masterHost, masterPort }: InfoReport): Address | undefined {
  if (role !== "replica" || masterHost === undefined || masterPort === undefined) return undefined;
  return { host: masterHost, port: masterPort };
}

function tellForeign(turn: Turn, replica: Replica, foreign: Replica["foreign"]): void {
  const before = replica.foreign;
  replica.foreign = foreign;
  if ((before === undefined) === (foreign === undefined)) return;
  const name = foreign === undefined ? "-vedette-foreign-replica" : "+vedette-foreign-replica";
  const reason = foreign?.reason ?? "it is one of the group";
  const payload = `${describeInstance(replica)} #${reason}`;
  publish(turn, name, payload, aboutInstance(replica, { reason }));
}
