import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "src");

/** What is loaded with the file: its imports and theirs, without those that are loaded when they are needed. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const pattern = /^(?:import|export) (?!type )[^;]*?from "([^"]+)";/gm;
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(pattern)) {
    if (target.startsWith(".")) loadedWith(join(dirname(file), target), found);
    else found.add(target);
  }
  return found;
}

it("the tool starts without the client library, which only some commands need", () => {
  const loaded = loadedWith(join(source, "cli", "operate.ts"));
  expect(loaded).toContain("yargs");
  expect(loaded).not.toContain("ioredis");
  expect(loadedWith(join(source, "cli", "operator", "conversation.ts"))).toContain("ioredis");
});
