import { rewriteConf } from "../conf-document.ts";
import { keyOfConfWords } from "../conf/conf-keys.ts";
import { parameterLines } from "../conf/parameter-lines.ts";
import { findParameter, PARAMETER_NAMES } from "../conf/redis-parameters.ts";
import { SERVER_INITIAL_VALUES, type ServerConfigTable } from "./server-config.ts";

/**
 * The text that CONFIG REWRITE leaves in the file: parameters in place, what differs from the
 * defaults at the end, `replicaof` only on a replica. `user`, `rename-command` and `include` lines
 * stay as they are.
 * @param text the file as it is now
 * @param table with `replicaof` and `dir` as they are in force
 */
export function rewriteServerConf(text: string, table: ServerConfigTable): string {
  const options = PARAMETER_NAMES.flatMap((name) =>
    parameterLines(name, table, SERVER_INITIAL_VALUES),
  );
  return rewriteConf(text, options, {
    keyOf: keyOfConfWords,
    isWrittenByUs: (key) => findParameter(key) !== undefined,
  });
}
