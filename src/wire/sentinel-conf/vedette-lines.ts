import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";

/**
 * Settings of our own, as `vedette <name> …` lines: to go back to redis-sentinel, delete them. This
 * version has none, so each such line comes from a newer one and must not be ignored.
 */
const VEDETTE_SETTINGS: ReadonlySet<string> = new Set();

export function vedetteMistakes(lines: readonly ConfLine[]): ConfigMistake[] {
  return lines.flatMap((line) => {
    const [name = ""] = line.words;
    if (VEDETTE_SETTINGS.has(name.toLowerCase())) return [];
    const expected =
      VEDETTE_SETTINGS.size === 0
        ? "no vedette line: this version has no settings of its own"
        : `one of ${[...VEDETTE_SETTINGS].join(", ")}`;
    return [mistakeAt(line, `Unknown vedette setting '${name}'`, expected)];
  });
}
