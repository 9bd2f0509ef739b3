import type { Bytes } from "../../base/bytes.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import type { ConfigMistake } from "../../wire/conf/config-mistake.ts";
import { type RenamedCommand, renameMistake } from "../../wire/server-conf/server-config.ts";

/** What no client can type, and so no command is called. */
const NOBODY = "\0";

/**
 * The names that `rename-command` gives and takes, by lower-case name as clients type it. Only
 * clients see new names: the replication stream has the true ones, and so has the master's.
 */
export function renamedCommands(lines: readonly RenamedCommand[]): {
  readonly names: ReadonlyMap<string, Bytes>;
  readonly mistakes: readonly ConfigMistake[];
} {
  const names = new Map<string, Bytes>();
  const mistakes: ConfigMistake[] = [];
  for (const line of lines) {
    const command = line.command.toLowerCase();
    const newName = line.newName.toLowerCase();
    if (!COMMANDS.has(command)) {
      mistakes.push(renameMistake(line, "no such command"));
    } else if (COMMANDS.has(newName) && names.get(newName) !== NOBODY) {
      mistakes.push(renameMistake(line, "target exists"));
    } else {
      names.set(command, NOBODY);
      if (newName !== "") names.set(newName, command);
    }
  }
  return { names, mistakes };
}
