import { textOf } from "../base/bytes.ts";
import { type Command, calledName } from "./command.ts";
import type { Arguments } from "./environment.ts";

/** What a request calls. */
export interface FoundRequest {
  readonly command: Command;
  /** `get`, `config|get` */
  readonly name: string;
  readonly fitsArity: boolean;
}

/** @returns undefined where there is no such command or subcommand */
export function findRequest(
  table: ReadonlyMap<string, Command>,
  args: Arguments,
): FoundRequest | undefined {
  const command = table.get(textOf(args[0] ?? "").toLowerCase());
  if (command === undefined) return undefined;
  const fits = fitsArity(command.arity, args.length);
  if (command.subcommands === undefined || args.length < 2) {
    return { command, name: command.name, fitsArity: fits };
  }
  const subcommand = command.subcommands.get(textOf(args[1] ?? "").toLowerCase());
  if (subcommand === undefined) return undefined;
  const name = calledName(command, args);
  return { command, name, fitsArity: fits && fitsArity(subcommand.arity, args.length) };
}

/** @param arity words including the name; negative for at least that many */
export function fitsArity(arity: number, count: number): boolean {
  return arity < 0 ? count >= -arity : count === arity;
}
