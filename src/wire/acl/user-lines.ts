import type { OptionLine } from "../conf-document.ts";
import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { RULE_PROBLEM } from "./rule-problem.ts";
import { joinSelectors } from "./selector-words.ts";
import type { User } from "./user.ts";
import { isUserName, type UserDirectory } from "./user-directory.ts";

const BAD_DIRECTIVE = "Bad directive or wrong number of arguments";
const BOTH_PLACES =
  "Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.";

/**
 * Declares the users of `user NAME rules…` lines, in whatever order they stand (sentinel spec §9.5).
 * @param usersFile `aclfile`: there may be no lines then
 * @returns everything that is wrong; no user is declared then
 */
export function declareUsers(
  directory: UserDirectory,
  lines: readonly ConfLine[],
  usersFile: string,
): ConfigMistake[] {
  const [first] = lines;
  if (first !== undefined && usersFile !== "") return [hidingSecrets(first, BOTH_PLACES)];
  const users = new Map<string, User>();
  const mistakes = lines.flatMap((line) => readLine(directory, users, line));
  if (mistakes.length === 0) directory.declare([...users.values()]);
  return mistakes;
}

function readLine(
  directory: UserDirectory,
  users: Map<string, User>,
  line: ConfLine,
): ConfigMistake[] {
  const [name, ...words] = line.words;
  if (name === undefined) return [mistakeAt(line, BAD_DIRECTIVE, "user <name> [<rule> ...]")];
  if (!isUserName(name)) return [hidingSecrets(line, "Spaces not allowed in ACL usernames")];
  if (users.has(name)) return [declarationMistake(line, name, RULE_PROBLEM.duplicateUser)];
  const joined = joinSelectors(words);
  if (joined.kind === "unmatched") {
    return [
      hidingSecrets(line, `Unmatched parenthesis in acl selector starting at '${joined.word}'.`),
    ];
  }
  const user = directory.try({ name, rules: joined.rules });
  if ("problem" in user) return [declarationMistake(line, user.rule, user.problem)];
  users.set(name, user);
  return [];
}

function declarationMistake(line: ConfLine, word: string, problem: string): ConfigMistake {
  return hidingSecrets(line, `Error in user declaration '${withoutSecret(word)}': ${problem}`);
}

/** Redis shows the whole line, passwords too; what is written on a terminal or into a log stays there. */
function hidingSecrets(line: ConfLine, message: string): ConfigMistake {
  const shown = [line.directive, ...line.words.map(withoutSecret)].join(" ");
  return { ...mistakeAt(line, message), text: shown };
}

function withoutSecret(word: string): string {
  return /^[><#!]/.test(word) ? `${word.charAt(0)}(hidden)` : word;
}

/** What a rewritten configuration has of the users: all of them, or none where a file has them. */
export function userOptionLines(directory: UserDirectory, usersFile: string): OptionLine[] {
  if (usersFile !== "") return [];
  return directory.lines().map((text) => ({ key: "user", text, isForced: true }));
}
