import type { Address } from "../base/address.ts";
import { type Bytes, textOf } from "../base/bytes.ts";
import { parseRunId, type RunId } from "../base/ids.ts";
import { isHost, parsePort } from "./host.ts";
import { parseInteger } from "./integers.ts";
import { NO_REPLICATION_ID, parseReplicationId, type ReplicationId } from "./psync.ts";

/**
 * What a sentinel reads from INFO (sentinel spec §3.1). A field that is absent or unreadable is
 * undefined, never an error: a server may leave out what it likes (W-32).
 */
export interface InfoReport {
  /** The whole text as it came, latin1. */
  readonly text: string;
  readonly runId: RunId | undefined;
  readonly redisVersion: string | undefined;
  /** Only a vedette has one. */
  readonly vedetteVersion: string | undefined;
  readonly isLoading: boolean | undefined;
  /** undefined when the text has no role line: then nothing is known about the role. */
  readonly role: "master" | "replica" | undefined;
  /** The replicas attached to this server, each address once, in the order of the text; not all of thousands. */
  readonly replicas: readonly Address[];
  readonly masterReplid: ReplicationId | undefined;
  readonly masterReplOffset: number | undefined;
  /** The history before the last promotion or restart; undefined: none. */
  readonly masterReplid2: ReplicationId | undefined;
  /** The first byte that is not of that history any more; -1: there is none. */
  readonly secondReplOffset: number | undefined;
  readonly isAofEnabled: boolean | undefined;
  /** Keys found in the snapshot by the last start; only Redis 7 and later tell. */
  readonly keysLoaded: number | undefined;
  /** Keys of all databases; undefined when the text has no such section. */
  readonly keys: number | undefined;
  /** Those among them that will expire. */
  readonly expiringKeys: number | undefined;
  /** Whole seconds since the link to the master broke; -1: it was never up. */
  readonly masterLinkDownSeconds: number | undefined;

  // Read only behind `role:slave`, as Redis reads them.
  readonly masterHost: string | undefined;
  readonly masterPort: number | undefined;
  readonly masterLinkStatus: "up" | "down" | undefined;
  /** Whole seconds since it last heard anything of its master; -1 while the link is down. */
  readonly masterLastIoSecondsAgo: number | undefined;
  readonly isMasterSyncInProgress: boolean | undefined;
  /** 0: never to be promoted; else the lower is preferred. */
  readonly replicaPriority: number | undefined;
  readonly replicaReplOffset: number | undefined;
  readonly isReplicaAnnounced: boolean | undefined;
}

type Draft = { -readonly [Field in keyof InfoReport]: InfoReport[Field] } & {
  replicas: Address[];
};

/** Reads a whole INFO text; takes any bytes and never throws. */
export function parseInfo(info: Bytes): InfoReport {
  const text = textOf(info);
  const report: Draft = {
    text,
    runId: undefined,
    redisVersion: undefined,
    vedetteVersion: undefined,
    isLoading: undefined,
    role: undefined,
    replicas: [],
    masterReplid: undefined,
    masterReplOffset: undefined,
    masterReplid2: undefined,
    secondReplOffset: undefined,
    isAofEnabled: undefined,
    keysLoaded: undefined,
    keys: undefined,
    expiringKeys: undefined,
    masterLinkDownSeconds: undefined,
    masterHost: undefined,
    masterPort: undefined,
    masterLinkStatus: undefined,
    masterLastIoSecondsAgo: undefined,
    isMasterSyncInProgress: undefined,
    replicaPriority: undefined,
    replicaReplOffset: undefined,
    isReplicaAnnounced: undefined,
  };
  const seen = new Set<string>();
  for (let at = 0; at < text.length;) {
    const lineFeed = text.indexOf("\n", at);
    const lineEnd = lineFeed === -1 ? text.length : lineFeed;
    // Nearly all lines are of no interest, which their first letters tell without a copy.
    if (BEGINNINGS_READ[beginning(text, at)] === 1) readLine(report, text, { at, lineEnd }, seen);
    at = lineEnd + 1;
  }
  return report;
}

/** The first two letters, as one number. */
function beginning(text: string, at: number): number {
  return (text.charCodeAt(at) << 8) | text.charCodeAt(at + 1);
}

const KEYSPACE = "# Keyspace";
/** 1 where a key of interest may begin so: latin1 has as many pairs. */
const BEGINNINGS_READ = new Uint8Array(2 ** 16);
const KEYS_READ = [KEYSPACE, "run_id", "redis_version", "replica_announced", "role"].concat(
  ["rdb_last_load_keys_loaded", "vedette_version", "loading", "master_host", "slave0"],
  ["second_repl_offset", "aof_enabled", "db0"],
);
for (const key of KEYS_READ) BEGINNINGS_READ[beginning(key, 0)] = 1;

function readLine(
  report: Draft,
  text: string,
  { at, lineEnd }: { readonly at: number; readonly lineEnd: number },
  seen: Set<string>,
): void {
  const colon = text.indexOf(":", at);
  if (colon === -1 || colon > lineEnd) {
    // A server without a key has the section without a line.
    if (text.startsWith(KEYSPACE, at)) report.keys ??= 0;
    return;
  }
  const end = text[lineEnd - 1] === "\r" ? lineEnd - 1 : lineEnd;
  readField(report, text.slice(at, colon), text.slice(colon + 1, end), seen);
}

const REPLICA_KEY = /^slave[0-9]/;
const DATABASE_KEY = /^db[0-9]+$/;
const RUN_ID_LENGTH = 40;
/** No master has as many; a text with more is a lie, and costs as much as it is long. */
const REPLICAS_READ_MAX = 2000;

function readField(report: Draft, key: string, value: string, seenReplicas: Set<string>): void {
  switch (key) {
    case "run_id":
      report.runId = parseRunId(value.slice(0, RUN_ID_LENGTH));
      return;
    case "redis_version":
      report.redisVersion = value;
      return;
    case "vedette_version":
      report.vedetteVersion = value;
      return;
    case "loading":
      report.isLoading = parseFlag(value);
      return;
    case "role":
      report.role = parseRole(value);
      return;
    case "master_replid":
      report.masterReplid = parseReplicationId(value);
      return;
    case "master_repl_offset":
      report.masterReplOffset = parseInteger(value);
      return;
    case "master_replid2":
      report.masterReplid2 = parsePreviousId(value);
      return;
    case "second_repl_offset":
      report.secondReplOffset = parseInteger(value);
      return;
    case "aof_enabled":
      report.isAofEnabled = parseFlag(value);
      return;
    case "rdb_last_load_keys_loaded":
      report.keysLoaded = parseInteger(value);
      return;
    case "master_link_down_since_seconds":
      report.masterLinkDownSeconds = parseInteger(value);
      return;
    default:
      if (REPLICA_KEY.test(key)) addReplica(report, value, seenReplicas);
      else if (DATABASE_KEY.test(key)) addDatabase(report, value);
      else if (report.role === "replica") readReplicaField(report, key, value);
  }
}

function readReplicaField(report: Draft, key: string, value: string): void {
  switch (key) {
    case "master_host":
      report.masterHost = isHost(value) ? value : undefined;
      return;
    case "master_port":
      report.masterPort = parsePort(value);
      return;
    case "master_link_status":
      report.masterLinkStatus = value === "up" ? "up" : "down";
      return;
    case "master_last_io_seconds_ago":
      report.masterLastIoSecondsAgo = parseInteger(value);
      return;
    case "master_sync_in_progress":
      report.isMasterSyncInProgress = parseFlag(value);
      return;
    case "slave_priority":
      report.replicaPriority = parseInteger(value);
      return;
    case "slave_repl_offset":
      report.replicaReplOffset = parseInteger(value);
      return;
    case "replica_announced":
      report.isReplicaAnnounced = parseFlag(value);
      return;
    default:
  }
}

function parseRole(value: string): "master" | "replica" | undefined {
  if (value.startsWith("master")) return "master";
  return value.startsWith("slave") ? "replica" : undefined;
}

function parsePreviousId(value: string): ReplicationId | undefined {
  const id = parseReplicationId(value);
  return id === NO_REPLICATION_ID ? undefined : id;
}

function parseFlag(value: string): boolean | undefined {
  const number = parseInteger(value);
  return number === undefined ? undefined : number !== 0;
}

/** `keys=5,expires=0,avg_ttl=0` */
function addDatabase(report: Draft, value: string): void {
  const words = value.split(",");
  const keys = parseInteger(valueOf(words, "keys=") ?? "");
  const expiring = parseInteger(valueOf(words, "expires=") ?? "");
  report.keys = (report.keys ?? 0) + Math.max(0, keys ?? 0);
  report.expiringKeys = (report.expiringKeys ?? 0) + Math.max(0, expiring ?? 0);
}

function addReplica(report: Draft, value: string, seen: Set<string>): void {
  const address = parseReplicaLine(value);
  if (address === undefined) return;
  const key = `${address.host.toLowerCase()},${address.port}`;
  if (seen.has(key) || seen.size >= REPLICAS_READ_MAX) return;
  seen.add(key);
  report.replicas.push(address);
}

/** `ip=<ip>,port=<port>,…`, or the form of old servers: `<ip>,<port>,<state>`. */
function parseReplicaLine(value: string): Address | undefined {
  const words = value.split(",");
  const host = valueOf(words, "ip=") ?? words[0] ?? "";
  const port = parsePort(valueOf(words, "port=") ?? words[1] ?? "");
  return isHost(host) && port !== undefined ? { host, port } : undefined;
}

function valueOf(words: readonly string[], prefix: string): string | undefined {
  return words.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}
