import { MASTER_STATES } from "../../sentinel/views/master-summary.ts";
import type { Schema } from "./route.ts";

/** The shapes of answers, for the OpenAPI document; docs/http-api.md explains them. */

const text: Schema = { type: "string" };
const count: Schema = { type: "integer", minimum: 0 };
const flag: Schema = { type: "boolean" };

export function orNull(schema: Schema): Schema {
  return { anyOf: [schema, { type: "null" }] };
}

export function list(items: Schema): Schema {
  return { type: "array", items };
}

/** An object of which every property is there. More may come with later versions. */
export function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: "object", properties, required: Object.keys(properties) };
}

export const TEXT = text;
export const COUNT = count;
export const FLAG = flag;

export const NAME: Schema = {
  type: "string",
  minLength: 1,
  maxLength: 512,
  description: "Name of a master",
};

export const PLACE: Schema = {
  type: "string",
  minLength: 3,
  maxLength: 300,
  description: "host:port, IPv6 in brackets",
};

const okOf = object({ ok: count, total: count });

export const MASTER_SUMMARY = object({
  name: text,
  state: { type: "string", enum: MASTER_STATES },
  address: text,
  replicas: okOf,
  sentinels: okOf,
  quorum: object({ needed: count, majority: count, ok: flag }),
  failoverReady: flag,
  paused: flag,
  failover: text,
  configEpoch: count,
  version: count,
});

const INSTANCE = {
  address: text,
  runId: orNull(text),
  link: { type: "string", enum: ["up", "connecting", "down"] },
  down: { type: "string", enum: ["no", "sdown", "odown"] },
  downForMs: orNull(count),
  lastOkPingMs: orNull(count),
} as const;

const SERVER = {
  ...INSTANCE,
  reportedRole: { type: "string", enum: ["master", "replica"] },
  infoAgeMs: orNull(count),
  offset: orNull(count),
  serverVersion: orNull(text),
  clients: orNull(count),
  usedMemoryBytes: orNull(count),
} as const;

export const REPLICA = object({
  ...SERVER,
  lagBytes: orNull(count),
  masterLink: { type: "string", enum: ["up", "down"] },
  masterLinkDownMs: orNull(count),
  follows: orNull(text),
  priority: count,
  announced: flag,
  step: text,
  promotable: flag,
  whyNot: orNull(text),
});

export const SENTINEL = object({
  ...INSTANCE,
  self: flag,
  lastHelloMs: orNull(count),
  saysMasterDown: flag,
  votedFor: orNull(text),
  votedEpoch: count,
  version: orNull(text),
});

export const RECEIPT: Schema = { type: "object", description: "An entry of the history" };

export const MASTER_DETAILS = object({
  name: text,
  state: { type: "string", enum: MASTER_STATES },
  address: text,
  version: count,
  configEpoch: count,
  currentEpoch: count,
  settings: object({ downAfterMs: count, failoverTimeoutMs: count, parallelSyncs: count }),
  paused: orNull(object({ until: text, by: text, reason: orNull(text) })),
  master: object(SERVER),
  replicas: list(REPLICA),
  sentinels: list(SENTINEL),
  quorum: object({
    needed: count,
    majority: count,
    voters: count,
    up: count,
    ok: flag,
    spare: { type: "integer", minimum: -1 },
  }),
  ifMasterDied: object({ promoted: orNull(text), reason: orNull(text), blockedBy: list(text) }),
  failover: object({
    phase: text,
    epoch: orNull(count),
    forMs: orNull(count),
    promoted: orNull(text),
    forced: flag,
  }),
  receipts: list(RECEIPT),
});

export const EVENT = object({
  id: text,
  at: text,
  name: text,
  level: { type: "string", enum: ["verbose", "notice", "warning"] },
  message: text,
  master: orNull(text),
  role: orNull(text),
  address: orNull(text),
  runId: orNull(text),
  epoch: orNull(count),
  leader: orNull(text),
  votes: orNull(count),
  quorum: orNull(count),
  reason: orNull(text),
});

export const ERROR = object({ error: text, message: text, hint: orNull(text) });
