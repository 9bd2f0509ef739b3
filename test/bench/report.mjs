// The figures of programs that were measured side by side, as text or as JSON.
import { median, percentile, table } from "./statistics.mjs";

/**
 * @typedef {object} Figure
 * @property {string} key in each round's measurements
 * @property {string} meaning with its unit
 * @property {number} [digits] behind the point; 0 by default
 */

/**
 * What was measured of one program, or of one program in one setting.
 * @typedef {object} Column
 * @property {string} title
 * @property {readonly Readonly<Record<string, number>>[]} rounds
 */

/**
 * @param {string} name of the benchmark
 * @param {readonly Figure[]} figures
 * @param {readonly Column[]} columns the first is the reference that the others are compared with
 * @param {{ json?: boolean }} options
 */
export function report(name, figures, columns, { json = false }) {
  for (const figure of figures) {
    const rows = rowsOf(figure, columns);
    if (json) {
      for (const row of rows) console.log(JSON.stringify({ benchmark: name, ...row }));
    } else {
      console.log(`\n${figure.meaning}`);
      console.log(textOf(rows, figure.digits ?? 0));
    }
  }
}

/**
 * @param {Figure} figure
 * @param {readonly Column[]} columns
 */
function rowsOf({ key, meaning }, columns) {
  const compared = median(valuesOf(columns[0], key));
  return columns.flatMap((column) => {
    const values = valuesOf(column, key);
    if (values.length === 0) return [];
    return [
      {
        figure: key,
        meaning,
        program: column.title,
        median: median(values),
        p95: percentile(values, 0.95),
        min: Math.min(...values),
        max: Math.max(...values),
        ratio: median(values) / compared,
        rounds: values.length,
      },
    ];
  });
}

/**
 * @param {Column | undefined} column
 * @param {string} key
 */
function valuesOf(column, key) {
  return (column?.rounds ?? []).flatMap((measured) => measured[key] ?? []);
}

/**
 * @param {ReturnType<typeof rowsOf>} rows
 * @param {number} digits
 */
function textOf(rows, digits) {
  return table([
    ["", "median", "p95", "spread", "ratio", "rounds"],
    ...rows.map((row) => [
      row.program,
      row.median.toFixed(digits),
      row.p95.toFixed(digits),
      `${row.min.toFixed(digits)}–${row.max.toFixed(digits)}`,
      row.ratio.toFixed(2),
      String(row.rounds),
    ]),
  ]);
}

/**
 * One line while the rounds go on; on standard error, so that `--json` stays JSON.
 * @param {string} title
 * @param {Readonly<Record<string, number>>} measured
 */
export function tellRound(title, measured) {
  const figures = Object.entries(measured).map(([key, value]) => `${key} ${value.toFixed(2)}`);
  console.error(`${title}: ${figures.join(", ")}`);
}
