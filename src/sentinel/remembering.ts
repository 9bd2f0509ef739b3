import type { Address } from "../base/address.ts";
import { after, type Millis } from "../base/units.ts";
import type { RememberedGroup, RememberedServer } from "../wire/instance-memory.ts";
import { joins, type KnownData } from "./lineage.ts";
import type { Master, Remembering, SentinelState } from "./state.ts";
import type { Turn } from "./turn.ts";

/**
 * What is known of the servers' data is written down now and then, behind everything else: nothing
 * waits for it, and it may be lost. Each write carries all.
 */

/** Between two writes, and as much more for each server: the file is written as a whole. */
const PERIOD_MS = 10_000;
const PERIOD_PER_SERVER_MS = 30;

export function nothingWritten(): Remembering {
  return { isDue: false, writtenAt: Number.NEGATIVE_INFINITY as Millis };
}

/** Something that is remembered has changed. */
export function noteMemory({ state }: Turn): void {
  state.remembering.isDue = true;
}

/** With the watchdog, whose wake-up costs nothing more. */
export function rememberData({ state, now, effects }: Turn): void {
  const { remembering, links } = state;
  const periodMs = PERIOD_MS + PERIOD_PER_SERVER_MS * links.size;
  if (!remembering.isDue || now < after(remembering.writtenAt, periodMs)) return;
  remembering.isDue = false;
  remembering.writtenAt = now;
  effects.push({ kind: "remember" });
}

/** What is written down, as it is now. */
export function rememberedView({ masters }: SentinelState): RememberedGroup[] {
  return [...masters.values()].map((master) => ({
    name: master.masterName,
    lineage: master.lineage,
    servers: serversOf(master),
  }));
}

function serversOf(master: Master): RememberedServer[] {
  const servers = [serverOf(master.place, master.known)];
  for (const { place, joined, known } of master.replicas.values()) {
    servers.push(serverOf(place, joined ?? known));
  }
  return servers.filter((server) => server !== undefined);
}

function serverOf(address: Address, data: KnownData | undefined): RememberedServer | undefined {
  if (data === undefined) return undefined;
  const { runId, history, keys } = data;
  return { address, runId, history, keys };
}

/** Gives the masters what was written down of their groups, where they have not told themselves. */
export function recall({ masters }: SentinelState, groups: readonly RememberedGroup[]): void {
  const byName = new Map(groups.map((group) => [group.name, group]));
  for (const master of masters.values()) {
    const group = byName.get(master.masterName);
    if (group !== undefined && master.known === undefined) recallGroup(master, group);
  }
}

function recallGroup(master: Master, group: RememberedGroup): void {
  master.lineage = group.lineage;
  master.known = recalled(group, master.place);
  for (const replica of master.replicas.values()) {
    replica.known = recalled(group, replica.place);
    if (joins(group.lineage, replica.known?.history)) replica.joined = replica.known;
  }
}

function recalled({ servers }: RememberedGroup, { host, port }: Address): KnownData | undefined {
  const found = servers.find(({ address }) => address.host === host && address.port === port);
  if (found === undefined) return undefined;
  const { runId, history, keys } = found;
  return { runId, history, keys, heardAt: Number.NEGATIVE_INFINITY as Millis };
}
