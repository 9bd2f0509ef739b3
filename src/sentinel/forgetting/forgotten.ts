import type { RunId } from "../../base/ids.ts";
import { type Millis, after } from "../../base/units.ts";
import { forgottenKey, forgottenWords, parseForgotten } from "../../wire/forgotten-instance.ts";
import type { Forgotten } from "../../wire/forgotten-instance.ts";
import type { ExtensionLines } from "../../wire/sentinel-conf/extension-kinds.ts";
import { setExtension } from "../../wire/sentinel-conf/extension-settings.ts";
import type { Link, Master } from "../state.ts";
import { requestSave, type Turn } from "../turn.ts";
import type { Removal } from "./removal.ts";

export type ForgottenSentinel = Extract<Forgotten, { readonly kind: "sentinel" | "returned" }>;
export type ForgottenReplica = Extract<Forgotten, { readonly kind: "replica" }>;

/** What is known of instances that were forgotten on purpose, and of who is being forgotten. */
export interface Forgetting {
  readonly sentinels: Map<RunId, ForgottenSentinel>;
  readonly replicas: Map<string, LostReplica>;
  /** Our word that a sentinel may be forgotten: for one at a time. */
  promise: { readonly runId: RunId; readonly by: RunId; readonly until: Millis } | undefined;
  /** Who has just started does not know what it has promised before. */
  readonly promisesFrom: Millis;
  /** One that this sentinel asks the others to forget. */
  removal: Removal | undefined;
  /** Sentinels whose removal was agreed on just now: others may be told without another look. */
  readonly agreedAt: Map<RunId, Millis>;
}

export interface LostReplica {
  readonly record: ForgottenReplica;
  /** When somebody is looked for there again, and how long after that. */
  probeAt: Millis;
  waitMs: number;
  /** The connection that looks. */
  link: Link | undefined;
}

/** A promise is for this long; the removal that rests on it is done well before. */
export const PROMISE_MS = 10_000;
/** Of one master, in memory and in the file. */
export const FORGOTTEN_MAX = 200;
const FIRST_PROBE_MS = 10_000;

export function newForgetting(lines: ExtensionLines, now: Millis): Forgetting {
  const sentinels = new Map<RunId, ForgottenSentinel>();
  const replicas = new Map<string, LostReplica>();
  for (const [key, words] of lines) {
    const record = parseForgotten([key, ...words]);
    if (record === undefined) continue;
    if (record.kind === "replica") replicas.set(key, lostReplica(record, now));
    else sentinels.set(record.runId, record);
  }
  return {
    sentinels,
    replicas,
    promise: undefined,
    promisesFrom: after(now, PROMISE_MS),
    removal: undefined,
    agreedAt: new Map(),
  };
}

function lostReplica(record: ForgottenReplica, now: Millis): LostReplica {
  return {
    record,
    probeAt: after(now, FIRST_PROBE_MS),
    waitMs: FIRST_PROBE_MS,
    link: undefined,
  };
}

/** Remembers it in place of what was known under the same key; of too many the oldest go. */
export function remember(turn: Turn, { forgetting, settings }: Master, record: Forgotten): void {
  const { sentinels, replicas } = forgetting;
  if (record.kind === "replica") {
    replicas.set(forgottenKey(record.place), lostReplica(record, turn.now));
  } else {
    sentinels.set(record.runId, record);
  }
  for (const map of [sentinels, replicas]) {
    for (const key of map.keys()) if (map.size > FORGOTTEN_MAX) map.delete(key as RunId);
  }
  write(turn, forgetting, settings);
}

export function unremember(turn: Turn, { forgetting, settings }: Master, key: string): void {
  if (!forgetting.replicas.delete(key)) return;
  write(turn, forgetting, settings);
}

function write(
  turn: Turn,
  { sentinels, replicas }: Forgetting,
  settings: Master["settings"],
): void {
  const records = [...sentinels.values(), ...[...replicas.values()].map(({ record }) => record)];
  const lines = new Map(
    records.map((record) => {
      const [key, ...rest] = forgottenWords(record);
      return [key, rest] as const;
    }),
  );
  setExtension(settings.extensions, "forgotten", lines);
  requestSave(turn);
}

/** It was forgotten, and not everybody counts it again: it has no vote, and gets none. */
export function isVoteless({ forgetting }: Master, runId: RunId): boolean {
  return forgetting.sentinels.get(runId)?.kind === "sentinel";
}

/** Those that were forgotten and have not been taken back. */
export function votelessOf({ forgetting }: Master): readonly RunId[] {
  if (forgetting.sentinels.size === 0) return [];
  return [...forgetting.sentinels.values()].flatMap(({ kind, runId }) =>
    kind === "sentinel" ? [runId] : [],
  );
}
