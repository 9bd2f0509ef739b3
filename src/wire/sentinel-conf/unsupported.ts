import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { type Refusal, UNKNOWN_DIRECTIVE } from "../conf/parameter-lines.ts";
import { type ParameterName, parameterOf } from "../conf/redis-parameters.ts";
import { DAEMONIZE, NOT_SUPPORTED } from "../conf/refusals.ts";

/** What would have an effect in Redis Sentinel and has none here must not be set in vain. */
const UNSUPPORTED: ReadonlySet<string> = new Set<ParameterName>([
  "aclfile",
  "supervised",
  "syslog-enabled",
]);

/** Refuses everything but the value that turns an absent feature off, and what only servers have. */
export const sentinelRefusal: Refusal = (name, value) => {
  if (name.startsWith("vedette-")) return UNKNOWN_DIRECTIVE;
  const { kind, initial } = parameterOf(name);
  if (kind.format(value) === kind.format(initial)) return undefined;
  if (name === "daemonize") return DAEMONIZE;
  return UNSUPPORTED.has(name) ? `${name} is ${NOT_SUPPORTED}` : undefined;
};

/** Checks the directives that are no parameter. */
export function sentinelDirectiveMistakes(lines: readonly ConfLine[]): ConfigMistake[] {
  const hasPassword = lines.some(
    ({ directive, words }) => directive === "requirepass" && words[0] !== "",
  );
  return lines.flatMap((line) => {
    switch (line.directive) {
      case "include":
        return [mistakeAt(line, UNKNOWN_DIRECTIVE, "include <path>")];
      case "rename-command":
        return [mistakeAt(line, `rename-command is ${NOT_SUPPORTED}`)];
      case "user":
        return isDefaultUser(line.words, { hasPassword })
          ? []
          : [mistakeAt(line, `user (ACL) is ${NOT_SUPPORTED}`)];
      default:
        return [];
    }
  });
}

/**
 * redis-sentinel writes its default user into the file at each save; such a line says nothing new.
 * With a password it carries the hash of `requirepass`.
 */
function isDefaultUser(
  words: readonly string[],
  { hasPassword }: { readonly hasPassword: boolean },
): boolean {
  const rule = words.filter((word) => word !== "sanitize-payload").join(" ");
  return hasPassword
    ? /^default on #[0-9a-f]{64} ~\* &\* \+@all$/.test(rule)
    : rule === "default on nopass ~* &* +@all";
}
