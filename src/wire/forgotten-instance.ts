import type { Address } from "../base/address.ts";
import { parseRunId, type RunId } from "../base/ids.ts";
import { type UnixMillis, unixMillis } from "../base/units.ts";
import { isHost, parsePort } from "./host.ts";
import { parseInteger } from "./integers.ts";
import { parseReplicationId, type ReplicationId } from "./psync.ts";

/** What is remembered of a sentinel or replica that was forgotten, so that its return is safe. */
export type Forgotten =
  /**
   * It does not vote, and gets no vote, before all others count it again; then it has `returned`, and who comes late with
   * the news that it was forgotten is not believed.
   */
  | { readonly kind: "sentinel" | "returned"; readonly runId: RunId; readonly at: UnixMillis }
  /** Looked for now and then: whoever answers there must be the same, or belong to the group. */
  | {
      readonly kind: "replica";
      readonly place: Address;
      readonly at: UnixMillis;
      /** Of its last lifetime and history that were seen. */
      readonly runId: RunId | undefined;
      readonly replid: ReplicationId | undefined;
    };

const NOTHING = "-";

/** The words of its line, behind the master's name; the first one is its key. */
export function forgottenWords(forgotten: Forgotten): readonly [string, ...string[]] {
  if (forgotten.kind !== "replica") {
    return [forgotten.runId, forgotten.kind, String(forgotten.at)];
  }
  const { place, at, runId, replid } = forgotten;
  return [
    forgottenKey(place),
    "replica",
    String(at),
    place.host,
    String(place.port),
    runId ?? NOTHING,
    replid ?? NOTHING,
  ];
}

/** One word, whatever the host looks like. */
export function forgottenKey({ host, port }: Address): string {
  return `${host.toLowerCase()},${port}`;
}

/** @param words all of the line behind the master's name */
export function parseForgotten(words: readonly string[]): Forgotten | undefined {
  const [key = "", kind, atText = "", host = "", portText = "", runId = "", replid = ""] = words;
  const at = parseInteger(atText);
  if (at === undefined || at < 0) return undefined;
  if (kind === "sentinel" || kind === "returned") {
    const id = parseRunId(key);
    if (id === undefined || words.length !== 3) return undefined;
    return { kind, runId: id, at: unixMillis(at) };
  }
  const port = parsePort(portText);
  if (kind !== "replica" || !isHost(host) || port === undefined) return undefined;
  const place = { host, port };
  if (forgottenKey(place) !== key) return undefined;
  return {
    kind,
    place,
    at: unixMillis(at),
    runId: parseRunId(runId),
    replid: parseReplicationId(replid),
  };
}

/** @returns what was expected instead */
export function expectedForgotten(words: readonly string[]): string | undefined {
  return parseForgotten(words) === undefined
    ? "<run id> sentinel|returned <time>, or <host>,<port> replica <time> <host> <port> <run id> <replid>"
    : undefined;
}
