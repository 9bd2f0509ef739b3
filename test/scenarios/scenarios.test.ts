import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { playScenario } from "../../src/sim/scenario/play.ts";

const folder = dirname(fileURLToPath(import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith(".txt"));

/** Each file is its own golden copy; `vitest -u` rewrites the transcripts. Read what it writes. */
describe("scenarios", () => {
  it.each(files)("%s", async (name) => {
    const path = join(folder, name);
    await expect(playScenario(readFileSync(path, "utf8"))).toMatchFileSnapshot(path);
  });
});
