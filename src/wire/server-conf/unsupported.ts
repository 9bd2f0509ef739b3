import { CLUSTER_PARAMETERS } from "../conf/absent-parameters.ts";
import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { type Refusal, UNKNOWN_DIRECTIVE } from "../conf/parameter-lines.ts";
import { type ParameterName, parameterOf } from "../conf/redis-parameters.ts";
import { DAEMONIZE, NOT_SUPPORTED } from "../conf/refusals.ts";

/** Parameters of features that the bundled server lacks, and the feature: only the default holds. */
const ABSENT_FEATURES: ReadonlyMap<string, string> = new Map<ParameterName, string>([
  ...featureOf(CLUSTER_PARAMETERS, "Redis Cluster"),
  ["appendonly", "an append-only file"],
  ["maxmemory-clients", "eviction of clients"],
  ["activedefrag", "defragmentation"],
]);

function featureOf<Name extends ParameterName>(
  parameters: Readonly<Record<Name, unknown>>,
  feature: string,
): [Name, string][] {
  return (Object.keys(parameters) as Name[]).map((name) => [name, feature]);
}

/** A setting that could have no effect is refused, in the file and by CONFIG SET. */
export const serverRefusal: Refusal = (name, value) => {
  const { kind, initial } = parameterOf(name);
  if (kind.format(value) === kind.format(initial)) return undefined;
  if (name === "daemonize") return DAEMONIZE;
  const feature = ABSENT_FEATURES.get(name);
  return feature === undefined ? undefined : `${feature} is ${NOT_SUPPORTED}`;
};

/** Checks the directives that are no parameter; `user` lines are checked where they are read. */
export function serverDirectiveMistakes(lines: readonly ConfLine[]): ConfigMistake[] {
  return lines.flatMap((line) => {
    switch (line.directive) {
      case "include":
        return [mistakeAt(line, UNKNOWN_DIRECTIVE, "include <path>")];
      case "loadmodule":
        return [mistakeAt(line, `a module is ${NOT_SUPPORTED}`)];
      case "rename-command":
        return line.words.length === 2
          ? []
          : [mistakeAt(line, UNKNOWN_DIRECTIVE, "rename-command <command> <new name>")];
      default:
        return [];
    }
  });
}
