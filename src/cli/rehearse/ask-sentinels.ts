import { Redis } from "ioredis";
import { masterName, parseRunId } from "../../base/ids.ts";
import { reasonOf } from "../../shell/system-reason.ts";
import { RehearsalError } from "../../sim/rehearsal/rehearsal-error.ts";
import type { KnownGroup } from "../../sim/rehearsal/topology.ts";
import { parsePort } from "../../wire/host.ts";

const PATIENCE_MS = 3_000;

/** What a running sentinel knows of the master, the first one unless a name is given. */
export async function knownFromSentinel(
  place: string,
  {
    master,
    password,
  }: { readonly master: string | undefined; readonly password: string | undefined },
): Promise<KnownGroup> {
  const { host, port } = placeOf(place);
  const redis = new Redis({
    host,
    port,
    ...(password === undefined ? {} : { password }),
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    commandTimeout: PATIENCE_MS,
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let failure: unknown;
  // Whatever goes wrong rejects the command that waits; the event only says it better.
  redis.on("error", (cause) => (failure ??= cause));
  try {
    await redis.connect();
    const masters = tables(await redis.call("SENTINEL", "MASTERS"));
    const found =
      master === undefined ? masters[0] : masters.find((each) => each.get("name") === master);
    const name = found?.get("name");
    if (found === undefined || name === undefined) {
      const known = masters.map((each) => each.get("name")).join(", ");
      throw new RehearsalError(`--master ${master ?? ""}: ${place} watches ${known || "nothing"}`);
    }
    const replicas = tables(await redis.call("SENTINEL", "REPLICAS", name));
    const sentinels = tables(await redis.call("SENTINEL", "SENTINELS", name));
    return {
      ownHost: host,
      master: {
        name: masterName(name),
        address: addressIn(found),
        replicas: replicas.map(addressIn),
        sentinels: sentinels.flatMap((peer) => {
          const runId = parseRunId(peer.get("runid") ?? "");
          return runId === undefined ? [] : [{ runId, address: addressIn(peer) }];
        }),
        quorum: numberIn(found, "quorum"),
        downAfterMs: numberIn(found, "down-after-milliseconds"),
        failoverTimeoutMs: numberIn(found, "failover-timeout"),
        parallelSyncs: numberIn(found, "parallel-syncs"),
        crashDetectionMs: 0,
        rebootDownAfterMs: 0,
      },
    };
  } catch (cause) {
    if (cause instanceof RehearsalError) throw cause;
    throw new RehearsalError(
      `--from ${place}: no answer from a sentinel: ${reasonOf(failure ?? cause)}`,
    );
  } finally {
    redis.disconnect();
  }
}

function placeOf(place: string): { readonly host: string; readonly port: number } {
  const [, host = "", digits = ""] = /^(.+):(\d+)$/.exec(place) ?? [];
  const port = parsePort(digits);
  if (port === undefined) {
    throw new RehearsalError(
      `--from ${place}: expected HOST:PORT of a sentinel, for example 192.0.2.11:26379`,
    );
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
}

type Fields = ReadonlyMap<string, string>;

/** RESP2 gives flat lists, RESP3 maps that ioredis makes objects of. */
function tables(reply: unknown): Fields[] {
  return Array.isArray(reply) ? reply.map(fieldsOf) : [];
}

function fieldsOf(row: unknown): Fields {
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

function addressIn(fields: Fields): { readonly host: string; readonly port: number } {
  return { host: fields.get("ip") ?? "", port: parsePort(fields.get("port") ?? "") ?? 0 };
}

function numberIn(fields: Fields, field: string): number {
  const value = Number(fields.get(field));
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RehearsalError(`the sentinel's answer has no ${field}: is it a sentinel?`);
}
