import { type Address, formatAddress } from "../../base/address.ts";
import { masterDetails } from "../../sentinel/views/master-details.ts";
import { canonicalHost } from "../../wire/host.ts";
import { askSentinel } from "./core-client.ts";
import { HttpError } from "./http-error.ts";
import { type JsonValue, readableText, wordOf } from "./reply-value.ts";
import { masterNamed } from "./routes/masters.ts";
import { type HttpSource, ownAddress } from "./source.ts";

/**
 * The questions of load balancers, with one answer for HTTP and for the agent check. Every yes is what
 * SENTINEL CONFIRM found out for this question (docs/load-balancers.md).
 */
export const HEALTH_KINDS = ["master", "replica", "read-only", "quorum", "failover-ready"] as const;
export type HealthKind = (typeof HEALTH_KINDS)[number];

export interface HealthQuestion {
  readonly kind: HealthKind;
  /** As the core knows it. */
  readonly name: string;
  /** Undefined: is there any such server? */
  readonly address: Address | undefined;
  /** A replica may lack at most this much, in bytes. */
  readonly lagBytesMax: number | undefined;
}

export interface HealthAnswer {
  readonly ok: boolean;
  readonly name: string;
  readonly kind: HealthKind;
  /** That was asked about, or is the answer. */
  readonly address: string | null;
  readonly role: "master" | "replica" | null;
  /** Why not; null where it is ok. */
  readonly reason: string | null;
  readonly lagBytes: number | null;
  readonly configEpoch: number;
  readonly sentinels: { readonly behind: number; readonly needed: number; readonly total: number };
  /** Every replica with its own answer, where replicas were asked. */
  readonly replicas: readonly ReplicaHealth[];
}

export interface ReplicaHealth {
  readonly address: string;
  readonly ok: boolean;
  readonly reason: string | null;
  readonly lagBytes: number | null;
  /** An operator has taken it out for a while. */
  readonly inDowntime: boolean;
}

/** @throws {HttpError} 404 for a master that is not watched, 503 where the sentinel does not answer */
export async function askHealth(
  source: HttpSource,
  question: HealthQuestion,
): Promise<HealthAnswer> {
  const wantsReplicas = question.kind === "replica" || question.kind === "read-only";
  const scope = wantsReplicas ? ["ALL"] : [];
  const told = await askSentinel(source, ["SENTINEL", "CONFIRM", question.name, ...scope]);
  const confirmed = readConfirmation(told, question.lagBytesMax);
  const answer = { ...verdictOf(source, question, confirmed), replicas: confirmed.replicas };
  return {
    ok: answer.reason === null,
    name: readableText(question.name),
    kind: question.kind,
    configEpoch: confirmed.configEpoch,
    sentinels: confirmed.sentinels,
    ...answer,
  };
}

interface Confirmation {
  readonly address: Address;
  readonly confirmed: boolean;
  readonly majority: boolean;
  readonly reason: string;
  readonly configEpoch: number;
  readonly sentinels: HealthAnswer["sentinels"];
  readonly replicas: readonly (ReplicaHealth & { readonly place: Address })[];
}

type Verdict = Pick<HealthAnswer, "address" | "role" | "reason" | "lagBytes">;

function verdictOf(source: HttpSource, question: HealthQuestion, found: Confirmation): Verdict {
  switch (question.kind) {
    case "master":
      return masterVerdict(question, found);
    case "replica":
      return replicaVerdict(question, found);
    case "read-only": {
      const asMaster = masterVerdict(question, found);
      return asMaster.reason === null ? asMaster : replicaVerdict(question, found);
    }
    case "quorum":
      return aboutGroup(found, found.majority ? null : found.reason);
    case "failover-ready":
      return aboutGroup(found, found.majority ? notReady(source, question.name) : found.reason);
  }
}

function masterVerdict({ address }: HealthQuestion, found: Confirmation): Verdict {
  const shown = formatAddress(address ?? found.address);
  const isOther = address !== undefined && !isSamePlace(address, found.address);
  const reason = isOther
    ? `the master is ${formatAddress(found.address)}`
    : found.confirmed
      ? null
      : found.reason;
  return { address: shown, role: reason === null ? "master" : null, reason, lagBytes: null };
}

function replicaVerdict(question: HealthQuestion, found: Confirmation): Verdict {
  const { address } = question;
  const shown = address === undefined ? null : formatAddress(address);
  const no = (reason: string): Verdict => ({ address: shown, role: null, reason, lagBytes: null });
  if (!found.majority) return no(found.reason);
  const asked =
    address === undefined
      ? found.replicas
      : found.replicas.filter(({ place }) => isSamePlace(address, place));
  if (asked.length === 0) return no("there is no such replica of this master");
  const good = asked.find(({ ok }) => ok);
  if (good === undefined) return no(asked[0]?.reason ?? "it is not healthy");
  return { address: good.address, role: "replica", reason: null, lagBytes: good.lagBytes };
}

function aboutGroup({ address }: Confirmation, reason: string | null): Verdict {
  return { address: formatAddress(address), role: null, reason, lagBytes: null };
}

function notReady(source: HttpSource, name: string): string | null {
  const { state, now, facts } = source;
  const master = masterNamed(source, name);
  const self = { address: ownAddress(state), version: facts.version };
  const details = masterDetails(state, master, { now: now(), self });
  const { blockedBy } = details.ifMasterDied;
  if (blockedBy.length > 0) return blockedBy.join("; ");
  return details.state === "failover" ? "a failover is under way" : null;
}

function isSamePlace(a: Address, b: Address): boolean {
  return a.port === b.port && canonicalHost(a.host) === canonicalHost(b.host);
}

function readConfirmation(told: JsonValue, lagBytesMax: number | undefined): Confirmation {
  const fields = fieldsOf(told);
  return {
    address: placeOf(fields),
    confirmed: fields["confirmed"] === "yes",
    majority: fields["majority"] === "yes",
    reason: wordOf(fields["reason"]),
    configEpoch: Number(fields["config-epoch"]),
    sentinels: {
      behind: Number(fields["behind"]),
      needed: Number(fields["needed"]),
      total: Number(fields["sentinels"]),
    },
    replicas: listOf(fields["replicas"]).map((each) => readReplica(fieldsOf(each), lagBytesMax)),
  };
}

function readReplica(fields: Fields, lagBytesMax: number | undefined) {
  const lag = Number(fields["lag"]);
  const trouble = fields["healthy"] === "yes" ? undefined : wordOf(fields["reason"]);
  const reason = trouble ?? tooFarBehind(lag, lagBytesMax) ?? null;
  const place = placeOf(fields);
  return {
    place,
    address: formatAddress(place),
    ok: reason === null,
    reason,
    lagBytes: lag < 0 ? null : lag,
    inDowntime: fields["downtime"] === "yes",
  };
}

function tooFarBehind(lag: number, lagBytesMax: number | undefined): string | undefined {
  if (lagBytesMax === undefined) return undefined;
  if (lag < 0) return "its lag is not known: its link is down, or the master does not answer";
  return lag > lagBytesMax ? `it lacks ${lag} bytes, ${lagBytesMax} are allowed` : undefined;
}

type Fields = Readonly<Record<string, JsonValue>>;

function fieldsOf(value: JsonValue): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new HttpError(503, "NO_ANSWER", "the sentinel answered something else than a confirmation");
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function placeOf(fields: Fields): Address {
  return { host: wordOf(fields["ip"]), port: Number(fields["port"]) };
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 2 ** 10,
  m: 2 ** 20,
  g: 2 ** 30,
  t: 2 ** 40,
};
const LAG = /^(\d{1,12})\s*([kmgt]?)i?b?$/i;

/** Bytes of `10MB`, `64kB`, `1000`; units count by 1024, as Patroni's do. Undefined for anything else. */
export function parseLag(text: string): number | undefined {
  const [, digits, unit = ""] = LAG.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit.toLowerCase()] ?? 1);
}
