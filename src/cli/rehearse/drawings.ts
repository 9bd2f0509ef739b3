import type { Measure } from "../../sim/rehearsal/rehearsal.ts";
import type { Distribution } from "../../sim/rehearsal/statistics.ts";
import type { Line } from "../../sim/rehearsal/record.ts";
import { escaped } from "./html-text.ts";
import { valueText } from "./text-report.ts";

const BARS = 24;
const WIDTH = 320;
const HEIGHT = 64;
const BASE = HEIGHT - 14;

/** How the values lie: a bar for each of equal steps from the least to the most. */
export function histogram({ values, max }: Distribution, unit: Measure["unit"]): string {
  const min = values[0] ?? 0;
  const step = (max - min) / BARS;
  const counts = Array.from({ length: BARS }, () => 0);
  for (const value of values) {
    const bar = step === 0 ? 0 : Math.min(BARS - 1, Math.floor((value - min) / step));
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const most = Math.max(...counts);
  const barWidth = WIDTH / BARS;
  const bars = counts.map((count, index) => {
    const height = count === 0 ? 0 : Math.max(2, (count / most) * (BASE - 2));
    const from = valueText(min + index * step, unit);
    const x = (index * barWidth + 1).toFixed(1);
    return count === 0
      ? ""
      : `<rect x="${x}" y="${(BASE - height).toFixed(1)}" width="${(barWidth - 2).toFixed(1)}" height="${height.toFixed(1)}"><title>${count} from ${escaped(from)}</title></rect>`;
  });
  return [
    `<svg class="histogram" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="distribution">`,
    ...bars,
    `<line x1="0" y1="${BASE}" x2="${WIDTH}" y2="${BASE}"/>`,
    `<text x="0" y="${HEIGHT - 2}">${escaped(valueText(min, unit))}</text>`,
    step === 0
      ? ""
      : `<text x="${WIDTH}" y="${HEIGHT - 2}" text-anchor="end">${escaped(valueText(max, unit))}</text>`,
    "</svg>",
  ].join("");
}

const LANE = 26;
const LEFT = 96;
const TIMELINE_WIDTH = 900;
/** More would lie upon each other. */
const DOTS_MAX = 60;
const TIMES_MAX = 9;

const MARKS: readonly { readonly begins: string; readonly mark: string }[] = [
  { begins: "+sdown master", mark: "sdown" },
  { begins: "+odown", mark: "odown" },
  { begins: "+elected-leader", mark: "elected" },
  { begins: "is a master now", mark: "promoted" },
  { begins: "+switch-master", mark: "switch" },
  { begins: "-failover-abort", mark: "abort" },
];

/**
 * Who said what when: a lane for each node, a dot for each event that matters. The dots keep their
 * order and not their distance, since what matters is milliseconds apart behind seconds of waiting.
 */
export function timeline(
  lines: readonly Line[],
  lanes: readonly { readonly node: string; readonly label: string }[],
): string {
  const rows = [{ node: "", label: "plan" }, ...lanes];
  const marked = lines.flatMap((line) => {
    const mark = markOf(line);
    const row = rows.findIndex(({ node }) => node === line.node);
    return mark === undefined || row < 0 ? [] : [{ ...line, mark, row }];
  });
  const shown = marked.slice(0, DOTS_MAX);
  if (shown.length === 0) return "<p>Nothing happened.</p>";
  const step = (TIMELINE_WIDTH - LEFT - 40) / Math.max(1, shown.length - 1);
  const x = (index: number) => (LEFT + 12 + index * step).toFixed(1);
  const y = (row: number) => row * LANE + LANE / 2;
  const height = rows.length * LANE + 20;
  const everyNth = Math.ceil(shown.length / TIMES_MAX);
  return [
    `<svg class="timeline" viewBox="0 0 ${TIMELINE_WIDTH} ${height}" role="img" aria-label="a typical run">`,
    ...rows.map(
      ({ label }, row) =>
        `<text x="0" y="${y(row) + 4}">${escaped(label.length > 14 ? `${label.slice(0, 13)}…` : label)}</text><line x1="${LEFT}" y1="${y(row)}" x2="${TIMELINE_WIDTH}" y2="${y(row)}"/>`,
    ),
    ...shown.map(
      ({ atMs, what, mark, row }, index) =>
        `<circle class="${mark}" cx="${x(index)}" cy="${y(row)}" r="5"><title>${escaped(`${exactly(atMs)} ${what}`)}</title></circle>`,
    ),
    ...shown.map(({ atMs }, index) =>
      index % everyNth === 0
        ? `<text x="${x(index)}" y="${height - 2}" text-anchor="middle">${escaped(exactly(atMs))}</text>`
        : "",
    ),
    "</svg>",
  ].join("");
}

function exactly(ms: number): string {
  return `${(ms / 1_000).toFixed(3)} s`;
}

/** What of a line is drawn; undefined for what is only in the table below it. */
function markOf({ node, what }: Line): string | undefined {
  if (node === "") return "fault";
  return MARKS.find(({ begins }) => what.startsWith(begins))?.mark;
}

export const LEGEND: readonly (readonly [string, string])[] = [
  ["fault", "a fault of the plan"],
  ["sdown", "+sdown: does not answer one"],
  ["odown", "+odown: the quorum agrees"],
  ["elected", "+elected-leader"],
  ["promoted", "is a master now"],
  ["switch", "+switch-master: announces it"],
  ["abort", "an attempt is given up"],
];
