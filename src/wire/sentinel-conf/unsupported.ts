import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { type Refusal, UNKNOWN_DIRECTIVE } from "../conf/parameter-lines.ts";
import { parameterOf } from "../conf/redis-parameters.ts";
import { DAEMONIZE } from "../conf/refusals.ts";

/** Refuses what would be set in vain. */
export const sentinelRefusal: Refusal = (name, value) => {
  if (name.startsWith("vedette-")) return UNKNOWN_DIRECTIVE;
  const { kind, initial } = parameterOf(name);
  if (kind.format(value) === kind.format(initial)) return undefined;
  if (name === "daemonize") return DAEMONIZE;
  return undefined;
};

/** Checks the directives that are no parameter; `user` lines are checked where they are read. */
export function sentinelDirectiveMistakes(lines: readonly ConfLine[]): ConfigMistake[] {
  return lines.flatMap((line) => {
    switch (line.directive) {
      case "include":
        return [mistakeAt(line, UNKNOWN_DIRECTIVE, "include <path>")];
      case "rename-command":
        return line.words.length === 2
          ? []
          : [mistakeAt(line, UNKNOWN_DIRECTIVE, "rename-command <command> <new name>")];
      default:
        return [];
    }
  });
}
