import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);
/** The items of each checklist: the sentinel's, the bundled server's. */
const LAST_IDS = { S: 180, R: 196 } as const;
/** Shown by no test of ours. */
const REDIS_SUITE = /^Redis' suite: ./;

interface Row {
  readonly id: string;
  readonly status: string;
  readonly shown: string;
  /** The test file, and the name of the test in it where one is named. */
  readonly file: string | undefined;
  readonly test: string | undefined;
}

function readRows(): Row[] {
  const text = readFileSync(new URL("docs/conformance.md", ROOT), "utf8");
  return text
    .split("\n")
    .filter((line) => /^\| [SR]-/.test(line))
    .map((line) => {
      const [, id = "", , status = "", shown = ""] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      const [, file, test] = /^`([^`]+)`(?:: (.*))?$/.exec(shown) ?? [];
      return { id, status, shown, file, test };
    });
}

const ROWS = readRows();

describe("docs/conformance.md", () => {
  it("has one row for each item of the checklists", () => {
    const ids = Object.entries(LAST_IDS).flatMap(([list, last]) =>
      Array.from({ length: last }, (_, at) => `${list}-${String(at + 1).padStart(3, "0")}`),
    );
    expect(ROWS.map(({ id }) => id)).toEqual(ids);
  });

  it.each(ROWS)("$id has a status, and a test that exists", ({ status, shown, file, test }) => {
    expect(status).toMatch(/^(yes(, beyond)?(: .+)?|not run(: .+)?|no: .+)$/);
    if (REDIS_SUITE.test(shown)) return;
    if (file === undefined) {
      expect(status).toMatch(/^(no: |not run)/);
      return;
    }
    const path = new URL(file, ROOT);
    expect(existsSync(path), file).toBe(true);
    if (test !== undefined) expect(readFileSync(path, "utf8")).toContain(test);
  });
});
