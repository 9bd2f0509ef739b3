import { trimBlanks } from "../conf/conf-lines.ts";
import { RULE_PROBLEM } from "./rule-problem.ts";
import { joinSelectors } from "./selector-words.ts";
import type { User } from "./user.ts";
import type { UserDirectory } from "./user-directory.ts";

/** What an `aclfile` says, or everything that is wrong in it, in Redis' words. */
export type UsersFileReading =
  | { readonly kind: "users"; readonly users: readonly User[] }
  | { readonly kind: "mistakes"; readonly text: string };

const NOTHING_CHANGED =
  "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

/**
 * Reads the text of an `aclfile`: lines `user NAME rules…`, words parted by blanks, no quotes and no
 * comments. Observed with redis-server 7.0.15.
 * @param name of the file, for the mistakes
 */
export function readUsersFile(
  directory: UserDirectory,
  { name, text }: { readonly name: string; readonly text: string },
): UsersFileReading {
  const users = new Map<string, User | undefined>();
  let mistakes = "";
  for (const [index, raw] of text.split("\n").entries()) {
    const line = trimBlanks(raw);
    if (line === "") continue;
    const mistake = readLine(directory, users, { line, number: index + 1, place: name });
    if (mistake !== undefined) mistakes += mistake;
  }
  if (mistakes !== "") return { kind: "mistakes", text: mistakes + NOTHING_CHANGED };
  return { kind: "users", users: [...users.values()].filter((user) => user !== undefined) };
}

/** @returns what is wrong with the line */
function readLine(
  directory: UserDirectory,
  users: Map<string, User | undefined>,
  { line, number, place }: { readonly line: string; number: number; place: string },
): string | undefined {
  const [keyword, name, ...words] = line.split(" ");
  if (keyword !== "user" || name === undefined) {
    return `${place}:${number} should start with user keyword followed by the username. `;
  }
  if (users.has(name)) return `WARNING: Duplicate user '${name}' found on line ${number}. `;
  // The name is taken, also by a line with mistakes.
  users.set(name, undefined);
  const joined = joinSelectors(words);
  if (joined.kind === "unmatched") {
    return `${place}:${number}: Unmatched parenthesis in selector definition.`;
  }
  const outcome = applied(directory, name, joined.rules.map(trimBlanks));
  if ("problems" in outcome) {
    return outcome.problems.map((problem) => `${place}:${number}: ${problem}. `).join("");
  }
  users.set(name, outcome);
  return undefined;
}

/** Every unknown command is told, with its rule, which holds no secret; of other problems the first. */
function applied(
  directory: UserDirectory,
  name: string,
  rules: readonly string[],
): User | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  let hasOther = false;
  for (let left = rules; ;) {
    const outcome = directory.try({ name, rules: left });
    if (!("problem" in outcome)) return problems.length === 0 ? outcome : { problems };
    const { rule, problem } = outcome;
    if (problem === RULE_PROBLEM.unknownCommand) {
      problems.push(`Error in applying operation '${rule}': ${problem}`);
    } else if (!hasOther) {
      hasOther = true;
      problems.push(problem);
    }
    const at = left.indexOf(rule);
    if (at < 0) return { problems };
    left = left.toSpliced(at, 1);
  }
}

/** The text that `ACL SAVE` writes. */
export function formatUsersFile(directory: UserDirectory): string {
  return directory
    .lines()
    .map((line) => `${line}\n`)
    .join("");
}
