import { createHash } from "node:crypto";
import { Violation } from "./violation.ts";

/** What a whole journal comes down to. */
export function journalHash(lines: readonly string[]): string {
  const hash = createHash("sha256");
  for (const line of lines) hash.update(line).update("\n");
  return hash.digest("hex");
}

/**
 * Replay determinism: hash(journal of a run) = hash(journal of the same plan again).
 * @throws {Violation} with the first line that differs
 */
export function mustBeTheSame(once: readonly string[], again: readonly string[]): void {
  if (journalHash(once) === journalHash(again)) return;
  const at = once.findIndex((line, index) => line !== again[index]);
  const line = at < 0 ? once.length : at;
  throw new Violation(
    "a seed is played the same way each time",
    `line ${line + 1} is ${once[line] ?? "missing"} and then ${again[line] ?? "missing"}`,
  );
}
