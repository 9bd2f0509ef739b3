import { parseCategory } from "./categories.ts";
import type { AclCommand, CommandCatalog } from "./command-catalog.ts";
import { RULE_PROBLEM, type RuleProblem } from "./rule-problem.ts";

/** Which commands a selector allows. */
export interface CommandRules {
  /** One byte for each command of the catalog: 1 where it is allowed. */
  readonly allowed: Uint8Array;
  /** The rules began with `+@all`: what they do not name is allowed. */
  allowsAll: boolean;
  /** `+select|0`: a command that is not allowed but with this first argument. */
  readonly firstArguments: Map<AclCommand, string[]>;
}

export function noCommands(catalog: CommandCatalog): CommandRules {
  return {
    allowed: new Uint8Array(catalog.all.length),
    allowsAll: false,
    firstArguments: new Map(),
  };
}

export function copyCommandRules(rules: CommandRules): CommandRules {
  return {
    allowed: Uint8Array.from(rules.allowed),
    allowsAll: rules.allowsAll,
    firstArguments: new Map(
      [...rules.firstArguments].map(([command, words]) => [command, [...words]]),
    ),
  };
}

/** Whether a command may run. @param firstArgument the word behind its name */
export function allowsCommand(
  rules: CommandRules,
  command: AclCommand,
  firstArgument: string | undefined,
): boolean {
  if (rules.allowed[command.index] === 1) return true;
  if (firstArgument === undefined || rules.firstArguments.size === 0) return false;
  return rules.firstArguments.get(command)?.includes(firstArgument.toLowerCase()) ?? false;
}

/** @returns whether each command is allowed, those that the catalog lacks too */
export function allowsEveryCommand({ allowed, allowsAll }: CommandRules): boolean {
  return allowsAll && !allowed.includes(0);
}

export function allowAllCommands(rules: CommandRules): void {
  setAll(rules, true);
}

export function forbidAllCommands(rules: CommandRules): void {
  setAll(rules, false);
}

/**
 * Applies `+get`, `-config|set`, `+@read`, `+select|0` and the like.
 * @param rule with its sign
 * @returns why it is refused
 */
export function applyCommandRule(
  rules: CommandRules,
  catalog: CommandCatalog,
  rule: string,
): RuleProblem | undefined {
  const isAllowed = rule.startsWith("+");
  const name = rule.slice(1).toLowerCase();
  if (name.startsWith("@")) return applyCategory(rules, catalog, { name, isAllowed });
  const command = catalog.find(name);
  if (command !== undefined) {
    setCommand(rules, command, isAllowed);
    return undefined;
  }
  return isAllowed ? allowFirstArgument(rules, catalog, name) : RULE_PROBLEM.unknownCommand;
}

function applyCategory(
  rules: CommandRules,
  catalog: CommandCatalog,
  { name, isAllowed }: { readonly name: string; readonly isAllowed: boolean },
): RuleProblem | undefined {
  if (name === "@all") {
    setAll(rules, isAllowed);
    return undefined;
  }
  const category = parseCategory(name.slice(1));
  if (category === undefined) return RULE_PROBLEM.unknownCommand;
  for (const command of catalog.coveredBy(category)) setOne(rules, command, isAllowed);
  return undefined;
}

/** `select|0`; what stands behind a container must be a subcommand, which was looked up before. */
function allowFirstArgument(
  rules: CommandRules,
  catalog: CommandCatalog,
  name: string,
): RuleProblem | undefined {
  const words = name.split("|");
  const [commandName = "", argument] = words;
  const command = catalog.find(commandName);
  if (command === undefined || argument === undefined) return RULE_PROBLEM.unknownCommand;
  if (argument === "" && words.length === 2) return RULE_PROBLEM.syntax;
  if (words.length > 2) {
    const isSubcommand = catalog.find(`${commandName}|${argument}`) !== undefined;
    return isSubcommand ? RULE_PROBLEM.argumentOfSubcommand : RULE_PROBLEM.unknownCommand;
  }
  if (command.subcommands.length > 0) return RULE_PROBLEM.unknownCommand;
  const known = rules.firstArguments.get(command);
  if (known === undefined) rules.firstArguments.set(command, [argument]);
  else if (!known.includes(argument)) known.push(argument);
  return undefined;
}

function setAll(rules: CommandRules, isAllowed: boolean): void {
  rules.allowed.fill(isAllowed ? 1 : 0);
  rules.allowsAll = isAllowed;
  rules.firstArguments.clear();
}

/** A container takes its subcommands with it. */
function setCommand(rules: CommandRules, command: AclCommand, isAllowed: boolean): void {
  setOne(rules, command, isAllowed);
  for (const subcommand of command.subcommands) setOne(rules, subcommand, isAllowed);
}

function setOne(rules: CommandRules, command: AclCommand, isAllowed: boolean): void {
  rules.allowed[command.index] = isAllowed ? 1 : 0;
  rules.firstArguments.delete(command);
}
