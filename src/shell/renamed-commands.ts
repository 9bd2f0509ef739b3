import { type Bytes, textOf } from "../base/bytes.ts";
import type { ConfigMistake } from "../wire/conf/config-mistake.ts";
import { type RenamedCommand, renameMistake } from "../wire/conf/renamed-command.ts";

/** What no client can type, and so no command is called. */
const NOBODY = "\0";

/** What commands are called, by the lower-case name that clients type. */
export type CommandNames = ReadonlyMap<string, Bytes>;

/**
 * The names that `rename-command` gives and takes, by lower-case name as clients type it. Only
 * clients see new names: the replication stream has the true ones, and so has the master's.
 */
export function renamedCommands(
  lines: readonly RenamedCommand[],
  commands: ReadonlyMap<string, unknown>,
): {
  readonly names: CommandNames;
  readonly mistakes: readonly ConfigMistake[];
} {
  const names = new Map<string, Bytes>();
  const mistakes: ConfigMistake[] = [];
  for (const line of lines) {
    const command = line.command.toLowerCase();
    const newName = line.newName.toLowerCase();
    if (!commands.has(command)) {
      mistakes.push(renameMistake(line, "no such command"));
    } else if (commands.has(newName) && names.get(newName) !== NOBODY) {
      mistakes.push(renameMistake(line, "target exists"));
    } else {
      names.set(command, NOBODY);
      if (newName !== "") names.set(newName, command);
    }
  }
  return { names, mistakes };
}

/** A command under its new name; the old one is unknown. */
export function withTrueName(names: CommandNames, args: readonly Bytes[]): readonly Bytes[] {
  if (names.size === 0) return args;
  const [typed = "", ...rest] = args;
  const trueName = names.get(textOf(typed).toLowerCase());
  if (trueName === undefined) return args;
  // An error shows what stands before the zero byte: the name as it was typed.
  return [trueName === NOBODY ? `${textOf(typed)}${NOBODY}` : trueName, ...rest];
}
