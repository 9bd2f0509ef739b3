import type { Measure, Rehearsal, TriedBlame } from "../../sim/rehearsal/rehearsal.ts";
import { textOfTime } from "../../sim/rehearsal/words.ts";

/** What came of a rehearsal, for a terminal. */
export function formatRehearsal(rehearsal: Rehearsal): string {
  const { runs, firstSeed } = rehearsal;
  return [
    describeCluster(rehearsal),
    ...rehearsal.plan.map(({ text }) => `  ${text}`),
    "",
    ...table(rehearsal.measures),
    "",
    `${runs} runs, seeds ${firstSeed} to ${firstSeed + runs - 1}: ${outcomesText(rehearsal)}`,
    "",
    ...blamesText(rehearsal.blames),
    "",
    `Assumed: ${assumptions(rehearsal).join("; ")}.`,
  ].join("\n");
}

export function describeCluster({ topology }: Rehearsal): string {
  const { settings, servers, sentinels, master } = topology;
  const { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs, crashDetectionMs } = settings;
  return (
    `${master}: master ${servers[0]?.label ?? ""}, ${servers.length - 1} replicas, ` +
    `${sentinels.length} sentinels, quorum ${quorum}, down-after ${textOfTime(downAfterMs)}, ` +
    `failover-timeout ${textOfTime(failoverTimeoutMs)}, parallel-syncs ${parallelSyncs}` +
    (crashDetectionMs > 0 ? `, crash-detection ${textOfTime(crashDetectionMs)}` : "")
  );
}

export function valueText(value: number, unit: Measure["unit"]): string {
  return unit === "ms" ? textOfTime(value) : String(Math.round(value));
}

function table(measures: readonly Measure[]): string[] {
  const width = Math.max(...measures.map(({ label }) => label.length));
  const head = `${"".padEnd(width)}  ${["p50", "p95", "max"].map((name) => name.padStart(10)).join("")}`;
  const rows = measures.map(({ label, unit, distribution }) => {
    if (distribution === undefined) return `${label.padEnd(width)}  ${"never".padStart(10)}`;
    const { p50, p95, max } = distribution;
    const values = [p50, p95, max].map((value) => valueText(value, unit).padStart(10)).join("");
    return `${label.padEnd(width)}  ${values}`;
  });
  return [head, ...rows];
}

export function outcomesText({ outcomes, reasons }: Rehearsal): string {
  const texts = [...outcomes].map(([outcome, count]) => {
    if (outcome !== "no master") return `${count} ${outcome}`;
    const why = [...reasons].map(([reason, times]) => `${times} ${reason}`).join(", ");
    return `${count} end without a master (${why})`;
  });
  return texts.join(", ");
}

function blamesText(blames: readonly TriedBlame[]): string[] {
  if (blames.length === 0) return ["Nothing to blame."];
  return blames.flatMap((blame) => [
    `${blame.setting ?? "not a setting of the sentinels"} (${blame.runs} runs): ${blame.message}`,
    `    help: ${blame.help}`,
    ...(blame.tried === undefined ? [] : [`    tried: ${triedText(blame)}`]),
  ]);
}

export function triedText({ tried }: TriedBlame): string {
  if (tried === undefined) return "";
  const { withoutWrites, runs, noMaster, needless } = tried;
  const bad = [
    noMaster > 0 ? `${noMaster} end without a master` : "",
    needless > 0 ? `${needless} fail over a master that lives` : "",
  ].filter((text) => text !== "");
  return (
    `with that, ${runs} runs are without writes for ${textOfTime(withoutWrites.p50)} (p50), ` +
    `${textOfTime(withoutWrites.p95)} (p95)${bad.length > 0 ? `; ${bad.join(", ")}` : ""}`
  );
}

/** What the figures rest on. */
export function assumptions({ surroundings, writesPerSecond, topology }: Rehearsal): string[] {
  const { delayMs, fullSyncMs, loadMs } = surroundings;
  return [
    `${writesPerSecond} writes a second from clients outside of all zones${topology.zones.size > 0 ? ", and as many in each zone" : ""}`,
    `a network of ${delayMs} to ${2 * delayMs} ms one way`,
    "clients that ask the sentinels again 100 ms after an error and give a silent server up after 500 ms",
    `a full copy in ${textOfTime(fullSyncMs)}, loading in ${textOfTime(loadMs)}`,
    "servers and sentinels of which no machine is overloaded",
  ];
}
