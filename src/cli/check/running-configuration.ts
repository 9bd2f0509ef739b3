import type { CheckedFile, PathFacts } from "../../advice/checked-file.ts";
import { type Address, formatAddress } from "../../base/address.ts";
import type { ConfigMistake } from "../../wire/conf/config-mistake.ts";
import { readConfLines } from "../../wire/conf/conf-lines.ts";
import { parseSentinelConf } from "../../wire/sentinel-conf/sentinel-config.ts";
import type { MasterView, SentinelView } from "../operator/sentinel-set.ts";

export type RunningConfiguration =
  | { readonly kind: "file"; readonly file: CheckedFile }
  | { readonly kind: "mistakes"; readonly mistakes: readonly ConfigMistake[] };

const ABSENT: PathFacts = { exists: false, isReadable: false, isWritable: false, mode: 0 };

/**
 * What a running sentinel has in force, as the sentinel.conf that says the same, so that the rules
 * for files judge it; or why its answers make none.
 */
export function runningConfiguration(
  view: SentinelView,
  settings: ReadonlyMap<string, string>,
): RunningConfiguration {
  const path = formatAddress(view.address);
  const text = [...ownLines(view, settings), ...view.masters.flatMap(masterLines)].join("\n");
  const source = { main: { name: path, text }, commandLine: "", include: nothing };
  const parsed = parseSentinelConf({ ...source, isExecutable: () => true });
  if (parsed.kind === "mistakes") return parsed;
  const file = {
    path,
    config: parsed.config,
    lines: readConfLines(source).lines,
    itself: ABSENT,
    folder: ABSENT,
    look: () => ABSENT,
    plannedSentinels: undefined,
  };
  return { kind: "file", file };
}

/** Nothing is included by what we have written ourselves. */
function nothing() {
  return { kind: "files", files: [] } as const;
}

/** What SENTINEL CONFIG GET tells; an answer without a setting leaves the default. */
function ownLines(view: SentinelView, settings: ReadonlyMap<string, string>): string[] {
  const names = view.masters.some(({ address }) => /[^0-9a-f.:]/i.test(address.host));
  const resolve = settings.get("resolve-hostnames") ?? (names ? "yes" : "no");
  const lines = [`sentinel resolve-hostnames ${resolve}`];
  if (/^[0-9a-f]{40}$/.test(view.runId)) lines.push(`sentinel myid ${view.runId}`);
  const announceHostnames = settings.get("announce-hostnames");
  if (announceHostnames !== undefined) {
    lines.push(`sentinel announce-hostnames ${announceHostnames}`);
  }
  const announceIp = settings.get("announce-ip");
  if (announceIp !== undefined && announceIp !== "") {
    lines.push(`sentinel announce-ip ${announceIp}`);
  }
  return lines;
}

function masterLines(master: MasterView): string[] {
  const { name, address, quorum } = master;
  return [
    `sentinel monitor ${name} ${placeText(address)} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${master.downAfterMs}`,
    `sentinel failover-timeout ${name} ${master.failoverTimeoutMs}`,
    `sentinel parallel-syncs ${name} ${master.parallelSyncs}`,
    `sentinel config-epoch ${name} ${master.configEpoch}`,
    ...master.replicaRows.map((row) => `sentinel known-replica ${name} ${placeText(row.address)}`),
    ...master.sentinelRows.map(
      (row) => `sentinel known-sentinel ${name} ${placeText(row.address)} ${row.runId}`,
    ),
  ];
}

function placeText({ host, port }: Address): string {
  return `${host} ${port}`;
}
