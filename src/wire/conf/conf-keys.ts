import { findParameter } from "./redis-parameters.ts";

/**
 * Directives that are no parameter: they cannot be asked for by CONFIG GET. The last three are
 * accepted without effect by Redis too, for old files.
 */
const FILE_DIRECTIVES: ReadonlySet<string> = new Set([
  "include",
  "loadmodule",
  "rename-command",
  "user",
  "list-max-ziplist-entries",
  "list-max-ziplist-value",
  "lua-replicate-commands",
]);

/** Words of a `sentinel` line that older or other versions spell differently. */
const SENTINEL_SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["known-slave", "known-replica"],
  ["primary-reboot-down-after-period", "master-reboot-down-after-period"],
]);

/** The name of a `sentinel` line's setting, in lower case and in its one spelling. */
export function sentinelSetting(word: string): string {
  const name = word.toLowerCase();
  return SENTINEL_SYNONYMS.get(name) ?? name;
}

/** Whether a file may hold the directive (lower case), apart from parameters. */
export function isFileDirective(directive: string): boolean {
  return FILE_DIRECTIVES.has(directive);
}

/**
 * What the lines of one option share: the parameter's name, or `sentinel <setting>`, so that all
 * masters share a key (sentinel spec §9.3).
 * @returns undefined when Redis knows no such directive
 */
export function keyOfConfWords([first = "", second]: readonly string[]): string | undefined {
  const directive = first.toLowerCase();
  switch (directive) {
    case "sentinel":
      return second === undefined ? directive : `${directive} ${sentinelSetting(second)}`;
    case "vedette":
      return second === undefined ? directive : `${directive} ${second.toLowerCase()}`;
    default:
      return isFileDirective(directive) ? directive : findParameter(directive);
  }
}
