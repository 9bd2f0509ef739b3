import { formatAddress } from "../../../base/address.ts";
import type { MasterName } from "../../../base/ids.ts";
import {
  masterDetails,
  type PauseView,
  replicaViews,
  sentinelViews,
} from "../../../sentinel/views/master-details.ts";
import { MASTER_STATES, masterSummary } from "../../../sentinel/views/master-summary.ts";
import type { Master } from "../../../sentinel/state.ts";
import type { EventIds } from "../event-json.ts";
import { noSuchMaster } from "../http-error.ts";
import type { MasterVersions } from "../master-versions.ts";
import { binaryText, readableText } from "../reply-value.ts";
import type { Route, RouteRequest } from "../route.ts";
import {
  COUNT,
  FLAG,
  list,
  MASTER_DETAILS,
  MASTER_SUMMARY,
  NAME,
  object,
  REPLICA,
  SENTINEL,
  TEXT,
} from "../schemas.ts";
import { type HttpSource, ownAddress } from "../source.ts";
import { hasToken } from "../token.ts";
import { latestReceipts } from "./history.ts";

/** What is watched, and how it is. */
export function masterRoutes(
  source: HttpSource,
  { versions, ids }: { readonly versions: MasterVersions; readonly ids: EventIds },
): readonly Route[] {
  const { state, now, facts } = source;
  const self = () => ({ address: ownAddress(state), version: facts.version });
  const named = (request: RouteRequest): Master => masterNamed(source, request.param("name"));
  return [
    {
      method: "GET",
      url: "/api/v1/sentinel",
      tag: "state",
      summary: "This sentinel",
      answers: {
        200: {
          description: "This sentinel",
          schema: object({
            runId: TEXT,
            version: TEXT,
            address: { anyOf: [TEXT, { type: "null" }] },
            startedAt: TEXT,
            now: TEXT,
            currentEpoch: COUNT,
            tilt: FLAG,
            masters: COUNT,
            lastEvent: TEXT,
            changes: { type: "string", enum: ["token", "off"] },
          }),
        },
      },
      handle: () => {
        const { address } = self();
        return {
          runId: state.myId,
          version: facts.version,
          address: address === undefined ? null : formatAddress(address),
          startedAt: new Date(facts.startedAtMs).toISOString(),
          now: new Date().toISOString(),
          currentEpoch: state.currentEpoch,
          tilt: state.tilt.mode === "on",
          masters: state.masters.size,
          lastEvent: ids.last,
          changes: hasToken(state) ? "token" : "off",
        };
      },
    },
    {
      method: "GET",
      url: "/api/v1/masters",
      tag: "state",
      summary: "All masters, a little about each",
      query: {
        changedSince: { type: "integer", minimum: 0 },
        name: { type: "string", maxLength: 512 },
        state: { type: "string", enum: MASTER_STATES },
        limit: { type: "integer", minimum: 1, maximum: 100_000 },
        offset: { type: "integer", minimum: 0 },
      },
      answers: {
        200: {
          description: "Masters",
          schema: object({ version: COUNT, total: COUNT, masters: list(MASTER_SUMMARY) }),
        },
      },
      handle: (request) => {
        const offset = request.queryNumber("offset") ?? 0;
        const limit = request.queryNumber("limit") ?? Number.POSITIVE_INFINITY;
        const found = [...summaries(source, versions, request)];
        return {
          version: versions.last,
          total: state.masters.size,
          masters: found.slice(offset, offset + limit),
        };
      },
    },
    {
      method: "GET",
      url: "/api/v1/masters/:name",
      tag: "state",
      summary: "Everything about one master",
      params: { name: NAME },
      answers: { 200: { description: "The master", schema: MASTER_DETAILS } },
      handle: (request) => {
        const master = named(request);
        const details = masterDetails(state, master, { now: now(), self: self() });
        return {
          ...details,
          paused: pausedJson(details.paused),
          name: readableText(master.name),
          version: versions.of(master.masterName),
          receipts: latestReceipts(source, master.name),
        };
      },
    },
    {
      method: "GET",
      url: "/api/v1/masters/:name/replicas",
      tag: "state",
      summary: "The replicas of a master",
      params: { name: NAME },
      answers: { 200: { description: "Replicas", schema: object({ replicas: list(REPLICA) }) } },
      handle: (request) => ({ replicas: replicaViews(state, named(request), now()) }),
    },
    {
      method: "GET",
      url: "/api/v1/masters/:name/sentinels",
      tag: "state",
      summary: "The sentinels of a master, this one first",
      params: { name: NAME },
      answers: { 200: { description: "Sentinels", schema: object({ sentinels: list(SENTINEL) }) } },
      handle: (request) => ({
        sentinels: sentinelViews(state, named(request), { now: now(), self: self() }),
      }),
    },
  ];
}

/** @throws {HttpError} 404 */
export function masterNamed({ state }: HttpSource, name: string): Master {
  const master = state.masters.get(name as MasterName);
  if (master === undefined) throw noSuchMaster();
  return master;
}

function pausedJson(paused: PauseView | null) {
  if (paused === null) return null;
  const { until, by, reason } = paused;
  return {
    until: new Date(until).toISOString(),
    by,
    reason: reason === null ? null : readableText(reason),
  };
}

function* summaries({ state, now }: HttpSource, versions: MasterVersions, request: RouteRequest) {
  const since = request.queryNumber("changedSince") ?? -1;
  const part = binaryText(request.query("name") ?? "").toLowerCase();
  const wanted = request.query("state");
  for (const master of state.masters.values()) {
    const version = versions.of(master.masterName);
    if (version <= since || !master.name.toLowerCase().includes(part)) continue;
    const summary = masterSummary(state, master, now());
    if (wanted !== undefined && summary.state !== wanted) continue;
    yield { ...summary, name: readableText(master.name), version };
  }
}
