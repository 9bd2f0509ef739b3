import { type ConfLine, type ConfSource, mistakeAt, readConfLines } from "../conf/conf-lines.ts";
import { type ConfigMistake, inFileOrder } from "../conf/config-mistake.ts";
import { readRenamedCommands, type RenamedCommand } from "../conf/renamed-command.ts";
import { isFileDirective } from "../conf/conf-keys.ts";
import { readParameterLines } from "../conf/parameter-lines.ts";
import { INITIAL_VALUES, type ParameterValues } from "../conf/redis-parameters.ts";
import { serverDirectiveMistakes, serverRefusal } from "./unsupported.ts";

/**
 * The bundled server's parameters: typed by their names (`values["repl-timeout"]`), asked for and
 * changed by `configGet` and `configSet`. A value, not a place: a change makes a new table.
 */
export type ServerConfigTable = ParameterValues;

/** Redis' values, but for what a replica does when it cannot apply a command (server spec §5.12). */
export const SERVER_INITIAL_VALUES: ServerConfigTable = {
  ...INITIAL_VALUES,
  "propagation-error-behavior": "halt",
};

/** Everything a redis.conf says, with defaults where it says nothing. */
export interface ServerConfig {
  readonly table: ServerConfigTable;
  readonly renamedCommands: readonly RenamedCommand[];
  /** Lines `user …`, for the one who knows the commands. */
  readonly userLines: readonly ConfLine[];
}

export type ServerConfigResult =
  | { readonly kind: "config"; readonly config: ServerConfig }
  /** All of them, in the order of the file; those of the `user` lines are still to be found. */
  | {
      readonly kind: "mistakes";
      readonly mistakes: readonly ConfigMistake[];
      readonly userLines: readonly ConfLine[];
    };

/** Reads a redis.conf with what it includes and the command line; takes any text, never throws. */
export function parseServerConf(source: ConfSource): ServerConfigResult {
  const { lines: all, mistakes } = readConfLines(source);
  const strangers = all.filter(({ directive }) => directive === "sentinel");
  const lines = all.filter(({ directive }) => directive !== "sentinel");
  const parameters = readParameterLines(lines, {
    initial: SERVER_INITIAL_VALUES,
    refusal: serverRefusal,
  });
  const wrong = inFileOrder([
    ...mistakes,
    ...strangers.map((line) => mistakeAt(line, "sentinel directive while not in sentinel mode")),
    ...parameters.mistakes,
    ...serverDirectiveMistakes(lines.filter(({ directive }) => isFileDirective(directive))),
  ]);
  const userLines = lines.filter(({ directive }) => directive === "user");
  if (wrong.length > 0) return { kind: "mistakes", mistakes: wrong, userLines };
  return {
    kind: "config",
    config: { table: parameters.values, renamedCommands: readRenamedCommands(lines), userLines },
  };
}
