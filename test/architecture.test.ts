import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The floor plan of docs/architecture.md: a file imports from its own folder and lower floors. */
const FLOORS: Readonly<Record<string, number>> = {
  base: 0,
  resp: 1,
  wire: 1,
  sentinel: 2,
  server: 2,
  advice: 2,
  shell: 3,
  sim: 3,
  dashboard: 3,
  cli: 4,
};
const FORBIDDEN_NAMES = /(^|[/-])(utils?|helpers?|common|misc|manager)([./-]|$)/i;
const HIGHEST_PURE_FLOOR = 2;
/** The page runs in a browser: of what lies below it may know only what needs no Node. */
const IN_A_BROWSER = {
  folders: new Set(["base", "advice"]),
  packages: /^preact(?:\/|$)/,
} as const;

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts") || name.endsWith(".tsx"))
  .map((name) => name.split(sep).join("/"));

function folderOf(file: string): string {
  return file.split("/")[0] ?? "";
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(source, file), "utf8");
  const pattern = /(?<![\w+-])(?:from|import)\s*\(?\s*"([^"]+)"/g;
  return [...text.matchAll(pattern)].map((match) => match[1] ?? "");
}

/** One line a breach: the file, what it imports, and the rule. */
function breachesOf(file: string): string[] {
  const folder = folderOf(file);
  const floor = FLOORS[folder];
  if (floor === undefined) return [`${file}: folder ${folder}/ has no floor`];
  return importsOf(file).flatMap((target) => {
    if (!target.startsWith(".")) {
      if (folder === "dashboard" && !IN_A_BROWSER.packages.test(target)) {
        return [`${file}: the page imports ${target}`];
      }
      return floor <= HIGHEST_PURE_FLOOR ? [`${file}: a pure floor imports ${target}`] : [];
    }
    if (!target.endsWith(".ts") && !target.endsWith(".tsx")) {
      return [`${file}: ${target} does not name the real file`];
    }
    const path = relative(source, join(source, dirname(file), target))
      .split(sep)
      .join("/");
    const other = folderOf(path);
    if (other === folder) return [];
    if (folder === "dashboard" && !IN_A_BROWSER.folders.has(other)) {
      return [`${file}: the page imports ${path}`];
    }
    const otherFloor = FLOORS[other];
    if (otherFloor !== undefined && otherFloor < floor) return [];
    return [`${file}: ${folder}/ (floor ${floor}) imports ${path}`];
  });
}

describe("the floor plan", () => {
  it("has only imports that go down", () => {
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(breachesOf)).toEqual([]);
  });

  it("has no rooms without a name", () => {
    expect(files.filter((file) => FORBIDDEN_NAMES.test(file))).toEqual([]);
  });
});
