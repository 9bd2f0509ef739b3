import { formatAddress } from "../../base/address.ts";
import type { Cluster, DemoHttp } from "./cluster.ts";
import { MASTER_NAME, QUORUM } from "./configuration.ts";
import type { Daemon } from "./daemon.ts";
import type { FailoverRecord, ReturnRecord } from "./failover.ts";
import type { Paint } from "../paint.ts";
import type { Step } from "./timeline.ts";

const INDENT = "  ";

/** Where everybody is, and how to talk to them. */
export function describeGroup(
  cluster: Cluster,
  about: {
    readonly version: string;
    readonly server: string;
    readonly sentinel: string;
    readonly downAfterMs: number;
  },
  paint: Paint,
): string[] {
  const { servers, sentinels, http } = cluster;
  const [master] = servers;
  const rows = [
    ...servers.map((server) => rowOf(server, server === master ? "master" : "replica")),
    ...sentinels.map((sentinel) => rowOf(sentinel, "")),
  ];
  const asked = sentinels[0]?.address;
  const ports = sentinels.map(({ address }) => address.port).join(", ");
  return [
    `${paint.bold(`vedette ${about.version}`)}: a master, two replicas (${about.server}), three ` +
      `sentinels (${about.sentinel}), quorum ${QUORUM}, down-after ${about.downAfterMs} ms`,
    "",
    ...aligned(rows).map((row) => INDENT + row),
    "",
    `${INDENT}redis-cli -p ${asked?.port} SENTINEL MASTERS`,
    `${INDENT}const sentinels = [${ports}].map((port) => ({ host: "${asked?.host}", port }));`,
    `${INDENT}new Redis({ name: "${MASTER_NAME}", sentinels }); ${paint.faint("// ioredis")}`,
    ...describeHttp(http, paint),
    "",
  ];
}

function describeHttp(http: DemoHttp | undefined, paint: Paint): string[] {
  const port = http?.ports[0];
  if (http === undefined || port === undefined) return [];
  const token = `token for its buttons: ${http.token}`;
  return [
    "",
    `${INDENT}http://127.0.0.1:${port}/  ${paint.faint(`the dashboard; ${token}`)}`,
    `${INDENT}curl http://127.0.0.1:${port}/api/v1/masters`,
  ];
}

function rowOf(daemon: Daemon, role: string): string[] {
  return [daemon.name, role, formatAddress(daemon.address), `pid ${daemon.pid}`];
}

/** The timeline of one failover, its phases, and what became of the writes. */
export function describeFailover(record: FailoverRecord, paint: Paint): string[] {
  return [
    ...describeSteps(record.steps, paint),
    "",
    ...aligned([...phaseRow(record.steps), ...writeRows(record)]).map((row) => INDENT + row),
    ...describeProblems(record.problems, paint),
  ];
}

function describeSteps(steps: readonly Step[], paint: Paint): string[] {
  const whatWidth = widest(steps.map((step) => step.what));
  const whoWidth = widest(steps.map((step) => step.who));
  let previousMs = 0;
  const lines = steps.map((step) => {
    const at = String(Math.round(step.atMs)).padStart(7);
    const later = `+${Math.round(step.atMs) - previousMs}`.padStart(7);
    previousMs = Math.round(step.atMs);
    const what = paint.tone(step.tone, step.what.padEnd(whatWidth));
    return `${at}${paint.faint(later)}  ${what}  ${step.who.padEnd(whoWidth)}  ${step.detail}`;
  });
  return [paint.faint(`${"ms".padStart(7)}${"step".padStart(7)}`), ...lines];
}

/** The steps that end a phase, and what the phase is called. */
const PHASES: readonly (readonly [what: string, which: "first" | "last", name: string])[] = [
  ["+sdown", "first", "noticed"],
  ["+odown", "first", "agreed"],
  ["+elected-leader", "last", "elected"],
  ["+promoted-slave", "last", "promoted"],
  ["+switch-master", "last", "announced by all"],
];

function phaseRow(steps: readonly Step[]): string[][] {
  let previousMs = 0;
  const parts = PHASES.flatMap(([what, which, name]) => {
    const step =
      which === "first"
        ? steps.find((candidate) => candidate.what === what)
        : steps.findLast((candidate) => candidate.what === what);
    if (step === undefined) return [];
    const tookMs = Math.round(step.atMs) - previousMs;
    previousMs = Math.round(step.atMs);
    return [`${name} ${previousMs === tookMs ? "" : "+"}${tookMs}`];
  });
  return parts.length === 0 ? [] : [["phases", `${parts.join(", ")} ms`]];
}

function writeRows(record: FailoverRecord): string[][] {
  const rows: string[][] = [];
  if (record.outageMs !== undefined) {
    rows.push(["write outage", `${Math.round(record.outageMs)} ms`]);
  }
  if (record.losses !== undefined) {
    rows.push([
      "writes",
      `${record.acknowledged} acknowledged since the start, ${lossText(record.losses.lost)}`,
    ]);
  }
  return rows;
}

function lossText(lost: readonly number[]): string {
  const [first] = lost;
  if (first === undefined) return "none of them lost";
  const which = lost.length === 1 ? `number ${first}` : `numbers ${first} to ${lost.at(-1)}`;
  return `${lost.length} of them lost (${which}: the old master had not replicated them)`;
}

export function describeReturn(
  oldMaster: Daemon,
  newMaster: Daemon,
  returned: ReturnRecord,
): string {
  const closed = Math.round(returned.closedAfterMs);
  const linkUp = Math.round(returned.linkUpAfterMs);
  return (
    `${oldMaster.name} restarted (pid ${oldMaster.pid}): a replica after ${closed} ms, ` +
    `link to ${newMaster.name} up after ${linkUp} ms`
  );
}

export function describeProblems(problems: readonly string[], paint: Paint): string[] {
  return problems.map((problem) => paint.tone("bad", `${INDENT}does not hold: ${problem}`));
}

/** The cells of a table in columns; the last one ragged. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    widest(rows.map((row) => row[column] ?? "")),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}
