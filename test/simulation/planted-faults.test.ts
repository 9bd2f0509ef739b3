import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { runPlan, simulate } from "../../src/sim/simulation.ts";
import { PLANTED_FAULTS } from "./planted-faults.ts";
import type { PlantedFault } from "./planting.ts";

const DOCUMENT = new URL("../../docs/simulation.md", import.meta.url);
const TABLE = /(<!-- planted faults -->\n)[^]*?(\n<!-- end of planted faults -->)/;

const IS_WRITTEN = process.env["VEDETTE_WRITE_TABLE"] !== undefined;

/** The seed that the documentation names for each fault. */
const DOCUMENTED: ReadonlyMap<string, number> = new Map(
  [...readFileSync(DOCUMENT, "utf8").matchAll(/^\| (.*?) *\| .*? *\| (\d+) *\|$/gm)].map(
    ([, name = "", seed]) => [name, Number(seed)],
  ),
);

const found = new Map<string, { readonly seed: number; readonly invariant: string }>();

/**
 * The first seed in which its own checker speaks first; in others another one may. Where the
 * documentation names one, it is tried before the search.
 */
function firstViolation(
  { program, invariant, within, plan }: PlantedFault,
  documented: number | undefined,
): {
  seed: number;
  invariant: string;
} {
  const all = Array.from({ length: within }, (_, at) => at + 1);
  for (const seed of documented === undefined ? all : [documented, ...all]) {
    const { violation } =
      plan === undefined ? simulate(seed, { program }) : runPlan(plan(seed), { program });
    if (violation?.invariant === invariant) return { seed, invariant };
  }
  return { seed: within, invariant: "none broken" };
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** As prettier likes it: every column as wide as its widest cell. */
function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  const padded = rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  const line = widths.map((width) => "-".repeat(width));
  const [head = [], ...body] = padded;
  return [row(head), row(line), ...body.map(row)].join("\n");
}

/** `npm run mutations` writes the table; other runs leave the document alone. */
function writeTable(): void {
  const rows = [...found].map(([name, { seed, invariant }]) => [name, invariant, String(seed)]);
  const table = formatTable([["planted fault", "checker that fired", "seeds needed"], ...rows]);
  const text = readFileSync(DOCUMENT, "utf8");
  writeFileSync(DOCUMENT, text.replace(TABLE, `$1\n${table}\n$2`));
}

describe("every checker can fail", () => {
  it.each(Object.entries(PLANTED_FAULTS))("%s", (name, fault) => {
    const first = firstViolation(fault, IS_WRITTEN ? undefined : DOCUMENTED.get(name));
    found.set(name, first);
    expect(first).toMatchObject({ invariant: fault.invariant });
  });

  it("each planted fault and its checker stand in the documentation", () => {
    const [table = ""] = TABLE.exec(readFileSync(DOCUMENT, "utf8")) ?? [];
    const told = [...table.matchAll(/^\| (.*?) *\| (.*?) *\| \d+ *\|$/gm)];
    const rows = told.map(([, name, checker]) => [name, checker]);
    const planted = Object.entries(PLANTED_FAULTS).map(([name, { invariant }]) => [
      name,
      invariant,
    ]);
    if (!IS_WRITTEN) {
      expect(rows, "npm run mutations writes the table").toEqual(planted);
    }
  });

  afterAll(() => {
    if (IS_WRITTEN) writeTable();
  });
});
