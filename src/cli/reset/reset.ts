import { setTimeout as sleep } from "node:timers/promises";
import { formatAddress, sameAddress } from "../../base/address.ts";
import { isReached, replicaRow, sentinelRow, tableOf } from "../operator/answers.ts";
import { confirmed } from "../operator/confirmation.ts";
import type { Conversation } from "../operator/conversation.ts";
import { EXIT, type ExitStatus, OperatorError } from "../operator/exit-status.ts";
import type { GroupView } from "../operator/group-view.ts";
import { placeOf } from "../operator/places.ts";
import { jsonText, printable } from "../operator/printed.ts";
import { type Console, withSentinels } from "../operator/run-command.ts";
import type { SentinelSet } from "../operator/sentinel-set.ts";
import { groupOf } from "../status/status.ts";
import type { ResetOptions } from "./command.ts";

const LOOK_EVERY_MS = 250;

/** @returns the exit status: 0 done, 1 somebody was not found again, 2 refused */
export async function runReset(options: ResetOptions): Promise<ExitStatus> {
  return withSentinels("reset", options, async ({ set, console }) => {
    const group = await groupOf(set, options.master);
    const sentinels = resettable(set, group, options.only);
    refuseInTrouble(group);
    await confirmed(consequenceOf(group, sentinels), options);
    const expected = expectedOf(group);
    const results: ResetResult[] = [];
    for (const sentinel of sentinels) {
      const result = await resetOne(sentinel, group.name, expected, options, console);
      results.push(result);
      if (!options.json) console.out(resultLine(result));
    }
    if (options.json) console.out(jsonText({ master: group.name, sentinels: results }));
    return results.every(({ missing }) => missing.length === 0) ? EXIT.well : EXIT.degraded;
  });
}

interface ResetResult {
  readonly sentinel: string;
  readonly tookMs: number;
  /** Who was reached before and was not found again in time. */
  readonly missing: readonly string[];
}

function resettable(set: SentinelSet, group: GroupView, only: string | undefined): Conversation[] {
  const watching = set.conversations.filter(({ address }) =>
    group.sentinels.some((each) => each.names !== undefined && sameAddress(each.address, address)),
  );
  if (only === undefined) return watching;
  const place = placeOf(only, "--only");
  const one = watching.filter(({ address }) => sameAddress(address, place));
  if (one.length > 0) return one;
  const known = watching.map(({ name }) => name).join(", ");
  throw new OperatorError(`--only ${only}: expected one of ${known}`, EXIT.failed);
}

function refuseInTrouble(group: GroupView): void {
  const why =
    group.state !== "ok"
      ? `the master is ${group.state}`
      : group.areAgreed
        ? undefined
        : "the sentinels do not agree where the master is";
  if (why === undefined) return;
  throw new OperatorError(
    `${group.name}: ${why}; a sentinel that forgets the replicas now could promote none`,
    EXIT.failed,
  );
}

/** What the person has to know before saying yes. */
export function consequenceOf(
  group: GroupView,
  sentinels: readonly { readonly name: string }[],
): string[] {
  const gone = gonePlaces(group);
  const lines = [
    `${group.name}: ${sentinels.length === 1 ? "the sentinel" : `${sentinels.length} sentinels, one after the other,`} ${sentinels.map(({ name }) => name).join(", ")} will forget every replica and every other sentinel and look for them anew.`,
    gone.length === 0
      ? "Nobody is missing: there is nothing that a reset would mend."
      : `Forgotten for good, unless they come back: ${gone.join(", ")}.`,
    "While one is looking (some seconds), it promotes nobody: a master that dies meanwhile is failed over by the others, or later.",
  ];
  const lost = group.sentinels.filter(({ unreached }) => unreached !== undefined).length;
  if (lost > 0) {
    lines.push(
      `${lost} of ${group.voters} sentinels do not answer. If they are only cut off and not gone, the majority is counted without them from now on, and two masters become possible: be sure that they are gone.`,
    );
  }
  return lines;
}

function gonePlaces(group: GroupView): string[] {
  return [
    ...group.replicas
      .filter(({ row, downFor }) => !isReached(row) && downFor.length > 0)
      .map(({ row }) => `replica ${formatAddress(row.address)}`),
    ...group.sentinels
      .filter(({ unreached }) => unreached !== undefined)
      .map(({ address }) => `sentinel ${formatAddress(address)}`),
  ];
}

interface Expected {
  readonly replicas: readonly string[];
  readonly sentinels: readonly string[];
}

/** Who is there now, and so should be found again. */
function expectedOf(group: GroupView): Expected {
  return {
    replicas: group.replicas
      .filter(({ row }) => isReached(row))
      .map(({ row }) => formatAddress(row.address)),
    sentinels: group.sentinels.filter(({ names }) => names !== undefined).map(({ runId }) => runId),
  };
}

async function resetOne(
  sentinel: Conversation,
  master: string,
  expected: Expected,
  { pause, json }: ResetOptions,
  console: Console,
): Promise<ResetResult> {
  const startedAtMs = performance.now();
  const myId = String(await sentinel.ask("SENTINEL", "MYID"));
  await sentinel.ask("SENTINEL", "RESET", literalPattern(master));
  if (!json) console.err(`${sentinel.name}: reset, looking for the others`);
  let missing: string[] = [];
  while (performance.now() - startedAtMs < pause * 1_000) {
    missing = await missingOn(sentinel, master, expected, myId);
    if (missing.length === 0) break;
    await sleep(LOOK_EVERY_MS);
  }
  return {
    sentinel: sentinel.name,
    tookMs: Math.round(performance.now() - startedAtMs),
    missing,
  };
}

/** RESET takes a pattern: this one matches the name alone. */
function literalPattern(name: string): string {
  return name.replace(/[*?[\]]/g, "\\$&");
}

async function missingOn(
  sentinel: Conversation,
  master: string,
  { replicas, sentinels }: Expected,
  myId: string,
): Promise<string[]> {
  const [replicaAnswer, sentinelAnswer] = await sentinel.askAll([
    ["SENTINEL", "REPLICAS", master],
    ["SENTINEL", "SENTINELS", master],
  ]);
  const found = new Set(
    tableOf(replicaAnswer)
      .map(replicaRow)
      .filter(isReached)
      .map(({ address }) => formatAddress(address)),
  );
  const peers = new Set(tableOf(sentinelAnswer).map((fields) => sentinelRow(fields).runId));
  return [
    ...replicas.filter((each) => !found.has(each)).map((each) => `replica ${each}`),
    ...sentinels
      .filter((each) => each !== myId && !peers.has(each))
      .map((each) => `sentinel ${each.slice(0, 8)}`),
  ];
}

function resultLine({ sentinel, tookMs, missing }: ResetResult): string {
  return missing.length === 0
    ? `${sentinel}: has found everybody again after ${tookMs} ms`
    : printable(`${sentinel}: has not found ${missing.join(", ")} within ${tookMs} ms`);
}
