import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const ROOT = new URL("../", import.meta.url);
const LAST_ID = 180;

interface Row {
  readonly id: string;
  readonly status: string;
  /** The test file, and the name of the test in it where one is named. */
  readonly file: string | undefined;
  readonly test: string | undefined;
}

function readRows(): Row[] {
  const text = readFileSync(new URL("docs/conformance.md", ROOT), "utf8");
  return text
    .split("\n")
    .filter((line) => line.startsWith("| S-"))
    .map((line) => {
      const [, id = "", , status = "", shown = ""] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      const [, file, test] = /^`([^`]+)`(?:: (.*))?$/.exec(shown) ?? [];
      return { id, status, file, test };
    });
}

const ROWS = readRows();

describe("docs/conformance.md", () => {
  it("has one row for each item of the checklist", () => {
    const ids = Array.from({ length: LAST_ID }, (_, at) => `S-${String(at + 1).padStart(3, "0")}`);
    expect(ROWS.map(({ id }) => id)).toEqual(ids);
  });

  it.each(ROWS)("$id has a status, and a test that exists", ({ status, file, test }) => {
    expect(status).toMatch(/^(yes(, beyond)?(: .+)?|not run(: .+)?|no: .+)$/);
    if (file === undefined) {
      expect(status).toMatch(/^(no: |not run)/);
      return;
    }
    const path = new URL(file, ROOT);
    expect(existsSync(path), file).toBe(true);
    if (test !== undefined) expect(readFileSync(path, "utf8")).toContain(test);
  });
});
