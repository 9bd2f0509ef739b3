import { type ConfLine, mistakeAt } from "./conf-lines.ts";
import type { ConfigMistake } from "./config-mistake.ts";

/** `rename-command`: the command answers to the new name only, or to none when that is empty. */
export interface RenamedCommand {
  readonly command: string;
  readonly newName: string;
  /** For mistakes that only the one who knows the commands can see. */
  readonly line: ConfLine;
}

export function readRenamedCommands(lines: readonly ConfLine[]): RenamedCommand[] {
  return lines.flatMap((line) => {
    const [command = "", newName = ""] = line.words;
    return line.directive === "rename-command" ? [{ command, newName, line }] : [];
  });
}

/** Redis' mistake for a line whose command does not exist, or whose new name does. */
export function renameMistake(
  renamed: RenamedCommand,
  problem: "no such command" | "target exists",
): ConfigMistake {
  return mistakeAt(
    renamed.line,
    problem === "no such command"
      ? "No such command in rename-command"
      : "Target command name already exists",
  );
}
