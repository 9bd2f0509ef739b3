import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { type Refusal, UNKNOWN_DIRECTIVE } from "../conf/parameter-lines.ts";
import { type ParameterName, parameterOf } from "../conf/redis-parameters.ts";
import { DAEMONIZE, NOT_SUPPORTED } from "../conf/refusals.ts";

/** What would have an effect in Redis Sentinel and has none here must not be set in vain. */
const UNSUPPORTED: ReadonlySet<string> = new Set<ParameterName>(["supervised", "syslog-enabled"]);

/** Refuses everything but the value that turns an absent feature off, and what only servers have. */
export const sentinelRefusal: Refusal = (name, value) => {
  if (name.startsWith("vedette-")) return UNKNOWN_DIRECTIVE;
  const { kind, initial } = parameterOf(name);
  if (kind.format(value) === kind.format(initial)) return undefined;
  if (name === "daemonize") return DAEMONIZE;
  return UNSUPPORTED.has(name) ? `${name} is ${NOT_SUPPORTED}` : undefined;
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
