import { type OptionLine, rewriteConf } from "../conf-document.ts";
import { keyOfConfWords } from "../conf/conf-keys.ts";
import { parameterLines } from "../conf/parameter-lines.ts";
import { findParameter, PARAMETER_NAMES } from "../conf/redis-parameters.ts";
import { SERVER_INITIAL_VALUES, type ServerConfigTable } from "./server-config.ts";

/**
 * The text that CONFIG REWRITE leaves in the file: parameters in place, what differs from the
 * defaults at the end, `replicaof` only on a replica. `rename-command` and `include` lines stay as
 * they are.
 * @param text the file as it is now
 * @param table with `replicaof` and `dir` as they are in force
 * @param users their lines, see `userOptionLines`
 */
export function rewriteServerConf(
  text: string,
  table: ServerConfigTable,
  users: readonly OptionLine[],
): string {
  const options = PARAMETER_NAMES.flatMap((name) =>
    parameterLines(name, table, SERVER_INITIAL_VALUES),
  );
  return rewriteConf(text, [...options, ...users], {
    keyOf: keyOfConfWords,
    isWrittenByUs: (key) => key === "user" || findParameter(key) !== undefined,
  });
}
