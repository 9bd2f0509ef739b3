import type { Address } from "../base/address.ts";
import { type MasterName, masterName, parseRunId, type RunId } from "../base/ids.ts";
import { isHost, parsePort } from "./host.ts";
import { parseReplicationId, type ReplicationId } from "./psync.ts";

/**
 * The file `memory.json`: what a sentinel remembers of the data of the servers it watches. It helps
 * to tell, after a restart of this sentinel too, that a server has come back without them.
 */

export interface RememberedGroup {
  readonly name: MasterName;
  /** The replication ids that its masters have had, newest first. */
  readonly lineage: readonly ReplicationId[];
  readonly servers: readonly RememberedServer[];
}

export interface RememberedServer {
  /** Where it is, as the configuration has it. */
  readonly address: Address;
  readonly runId: RunId;
  readonly history: RememberedHistory | undefined;
  readonly keys: number | undefined;
}

export interface RememberedHistory {
  readonly replid: ReplicationId;
  readonly offset: number;
  readonly before: { readonly replid: ReplicationId; readonly offset: number } | undefined;
}

const VERSION = 1;

export type ReadMemory =
  | { readonly kind: "groups"; readonly groups: readonly RememberedGroup[] }
  | { readonly kind: "damaged"; readonly reason: string };

export function formatInstanceMemory(groups: readonly RememberedGroup[]): string {
  return `${JSON.stringify({ version: VERSION, groups })}\n`;
}

/** Takes any text. What does not look as it was written makes the whole worthless. */
export function parseInstanceMemory(text: string): ReadMemory {
  try {
    const whole: unknown = JSON.parse(text);
    const { version, groups } = recordOf(whole, "the file");
    if (version !== VERSION) throw new Damage(`version ${String(version)}, not ${VERSION}`);
    return { kind: "groups", groups: listOf(groups, "groups").map(readGroup) };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: "damaged", reason: "it is no JSON" };
    if (error instanceof Damage) return { kind: "damaged", reason: error.message };
    throw error;
  }
}

class Damage extends Error {
  override readonly name = "Damage";
}

function readGroup(value: unknown): RememberedGroup {
  const { name, lineage, servers } = recordOf(value, "a group");
  if (typeof name !== "string") throw new Damage("a group without a name");
  return {
    name: masterName(name),
    lineage: listOf(lineage, "lineage").map(readReplid),
    servers: listOf(servers, "servers").map(readServer),
  };
}

function readServer(value: unknown): RememberedServer {
  const { address, runId, history, keys } = recordOf(value, "a server");
  const { host, port } = recordOf(address, "address");
  const id = typeof runId === "string" ? parseRunId(runId) : undefined;
  const number = parsePort(String(port));
  if (id === undefined) throw new Damage("a server without a run id");
  if (typeof host !== "string" || !isHost(host) || number === undefined) {
    throw new Damage("a server without an address");
  }
  return {
    address: { host, port: number },
    runId: id,
    history: history === undefined ? undefined : readHistory(history),
    keys: keys === undefined ? undefined : readCount(keys),
  };
}

function readHistory(value: unknown): RememberedHistory {
  const { replid, offset, before } = recordOf(value, "history");
  return {
    ...readPoint(replid, offset),
    before: before === undefined ? undefined : pointOf(before),
  };
}

function pointOf(value: unknown): { readonly replid: ReplicationId; readonly offset: number } {
  const { replid, offset } = recordOf(value, "before");
  return readPoint(replid, offset);
}

function readPoint(replid: unknown, offset: unknown) {
  return { replid: readReplid(replid), offset: readCount(offset) };
}

function readReplid(value: unknown): ReplicationId {
  const id = typeof value === "string" ? parseReplicationId(value) : undefined;
  if (id === undefined) throw new Damage("a replication id that is none");
  return id;
}

function readCount(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= -1) return value;
  throw new Damage("a number that is none");
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Damage(`${what} is no object`);
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Damage(`${what} is no list`);
}
