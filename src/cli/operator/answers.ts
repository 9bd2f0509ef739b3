import type { Address } from "../../base/address.ts";
import { parsePort } from "../../wire/host.ts";

/** One row of SENTINEL MASTERS, REPLICAS or SENTINELS: field to text. */
export type Fields = ReadonlyMap<string, string>;

/** What one sentinel holds of a master. Times are ms ago. */
export interface MasterRow {
  readonly name: string;
  readonly address: Address;
  readonly flags: ReadonlySet<string>;
  readonly configEpoch: number;
  readonly quorum: number;
  /** The asked sentinel is not counted. */
  readonly otherSentinels: number;
  readonly replicas: number;
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
  readonly parallelSyncs: number;
  /** Undefined unless a failover is in progress. */
  readonly failoverState: string | undefined;
  readonly roleReported: string;
  readonly fields: Fields;
}

export interface ReplicaRow {
  readonly address: Address;
  readonly flags: ReadonlySet<string>;
  readonly isLinkUp: boolean;
  readonly linkDownMs: number;
  /** Whom it follows; undefined when it has not said. */
  readonly follows: Address | undefined;
  readonly priority: number;
  readonly offset: number;
  readonly infoAgeMs: number;
  readonly fields: Fields;
}

export interface SentinelRow {
  readonly runId: string;
  readonly address: Address;
  readonly flags: ReadonlySet<string>;
  readonly helloAgeMs: number;
  readonly fields: Fields;
}

/** RESP2 gives flat lists, RESP3 maps that ioredis makes objects of; anything else has no rows. */
export function tableOf(reply: unknown): Fields[] {
  return Array.isArray(reply) ? reply.map(fieldsOf) : [];
}

export function fieldsOf(row: unknown): Fields {
  const fields = new Map<string, string>();
  if (Array.isArray(row)) {
    for (let index = 0; index + 1 < row.length; index += 2) {
      fields.set(String(row[index]), String(row[index + 1]));
    }
  } else if (row instanceof Map) {
    for (const [key, value] of row) fields.set(String(key), String(value));
  } else if (typeof row === "object" && row !== null) {
    for (const [key, value] of Object.entries(row)) fields.set(key, String(value));
  }
  return fields;
}

export function addressIn(fields: Fields, host = "ip", port = "port"): Address {
  return { host: fields.get(host) ?? "", port: parsePort(fields.get(port) ?? "") ?? 0 };
}

export function masterRow(fields: Fields): MasterRow {
  return {
    name: fields.get("name") ?? "",
    address: addressIn(fields),
    flags: flagsIn(fields),
    configEpoch: numberIn(fields, "config-epoch"),
    quorum: numberIn(fields, "quorum"),
    otherSentinels: numberIn(fields, "num-other-sentinels"),
    replicas: numberIn(fields, "num-slaves"),
    downAfterMs: numberIn(fields, "down-after-milliseconds"),
    failoverTimeoutMs: numberIn(fields, "failover-timeout"),
    parallelSyncs: numberIn(fields, "parallel-syncs"),
    failoverState: fields.get("failover-state"),
    roleReported: fields.get("role-reported") ?? "",
    fields,
  };
}

export function replicaRow(fields: Fields): ReplicaRow {
  const follows = addressIn(fields, "master-host", "master-port");
  return {
    address: addressIn(fields),
    flags: flagsIn(fields),
    isLinkUp: fields.get("master-link-status") === "ok",
    linkDownMs: numberIn(fields, "master-link-down-time"),
    follows: follows.host === "?" || follows.port === 0 ? undefined : follows,
    priority: numberIn(fields, "slave-priority"),
    offset: numberIn(fields, "slave-repl-offset"),
    infoAgeMs: numberIn(fields, "info-refresh"),
    fields,
  };
}

export function sentinelRow(fields: Fields): SentinelRow {
  return {
    runId: fields.get("runid") ?? "",
    address: addressIn(fields),
    flags: flagsIn(fields),
    helloAgeMs: numberIn(fields, "last-hello-message"),
    fields,
  };
}

/** Whether the row's sentinel reaches it: it is neither held for down nor without a connection. */
export function isReached({ flags }: { readonly flags: ReadonlySet<string> }): boolean {
  return !flags.has("s_down") && !flags.has("disconnected");
}

function flagsIn(fields: Fields): ReadonlySet<string> {
  return new Set((fields.get("flags") ?? "").split(","));
}

function numberIn(fields: Fields, field: string): number {
  const value = Number(fields.get(field));
  return Number.isFinite(value) ? value : 0;
}
