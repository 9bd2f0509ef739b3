import type { CommandCatalog } from "./command-catalog.ts";
import type { ChannelDefault } from "./selector.ts";
import { joinSelectors } from "./selector-words.ts";
import {
  applyRules,
  copyUser,
  DEFAULT_USER,
  formatRules,
  type HashPassword,
  makeAllPowerful,
  newDefaultUser,
  newUser,
  type RuleContext,
  type User,
} from "./user.ts";

export type SetUserResult =
  | {
      readonly kind: "set";
      readonly user: User;
      /** As it was; undefined for a new user. */
      readonly before: User | undefined;
    }
  /** Nothing changes; the text of the error reply. */
  | { readonly kind: "refused"; readonly error: string };

/** A user as a file declares it. */
export interface DeclaredUser {
  readonly name: string;
  /** See `joinSelectors`. */
  readonly rules: readonly string[];
}

export interface UserDirectoryOptions {
  readonly catalog: CommandCatalog;
  readonly hash: HashPassword;
  /** `acl-pubsub-default`, read at each use. */
  readonly channelDefault: () => ChannelDefault;
}

const BAD_NAME = "ERR Usernames can't contain spaces or null characters";

/** The users of a daemon. The default one is always among them, and always the same object. */
export class UserDirectory {
  readonly catalog: CommandCatalog;
  readonly default: User;
  readonly #options: UserDirectoryOptions;
  readonly #users = new Map<string, User>();

  constructor(options: UserDirectoryOptions) {
    this.#options = options;
    this.catalog = options.catalog;
    this.default = newDefaultUser(this.#context());
    this.#users.set(DEFAULT_USER, this.default);
  }

  find(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** By name, byte by byte. */
  all(): User[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The lines of `ACL LIST`, which a file may hold too. */
  lines(): string[] {
    return this.all().map((user) => `user ${user.name} ${formatRules(user, this.catalog)}`);
  }

  /** `ACL SETUSER`: all of the rules or none. */
  set(name: string, words: readonly string[]): SetUserResult {
    if (!isUserName(name)) return { kind: "refused", error: BAD_NAME };
    const joined = joinSelectors(words);
    if (joined.kind === "unmatched") {
      const error = `ERR Unmatched parenthesis in acl selector starting at '${joined.word}'.`;
      return { kind: "refused", error };
    }
    const known = this.#users.get(name);
    const changed = known === undefined ? newUser(name, this.#context()) : copyUser(known);
    const refused = applyRules(changed, joined.rules, this.#context());
    if (refused !== undefined) {
      const { rule, problem } = refused;
      // Redis ends the text at a NUL byte.
      const shown = rule.split("\0", 1)[0] ?? "";
      return { kind: "refused", error: `ERR Error in ACL SETUSER modifier '${shown}': ${problem}` };
    }
    if (known === undefined) {
      this.#users.set(name, changed);
      return { kind: "set", user: changed, before: undefined };
    }
    const before = copyUser(known);
    Object.assign(known, changed);
    return { kind: "set", user: known, before };
  }

  /** @returns whether there was such a user; the default one stays */
  delete(name: string): boolean {
    return name !== DEFAULT_USER && this.#users.delete(name);
  }

  /** `requirepass`: the one password of the default user; an empty one lets everybody in. */
  setDefaultPassword(password: string): void {
    const rules = password === "" ? ["nopass"] : ["resetpass", `>${password}`];
    applyRules(this.default, rules, this.#context());
  }

  /** Reads one declaration of a file without keeping it. @returns the user, or the refused rule */
  try(declared: DeclaredUser): User | { readonly rule: string; readonly problem: string } {
    const user = newUser(declared.name, this.#context());
    // The default user begins like any other here, and not with all that it may do otherwise.
    const rules = declared.name === DEFAULT_USER ? ["reset", ...declared.rules] : declared.rules;
    return applyRules(user, rules, this.#context()) ?? user;
  }

  /** Adds users that a configuration declares, beside those that are there. */
  declare(users: readonly User[]): void {
    for (const user of users) {
      if (user.name === DEFAULT_USER) Object.assign(this.default, copyUser(user));
      else this.#users.set(user.name, user);
    }
  }

  /** `ACL LOAD`: these users and no others; without a line of its own the default may do all. */
  replaceAll(users: readonly User[]): void {
    this.#users.clear();
    this.#users.set(DEFAULT_USER, this.default);
    if (!users.some(({ name }) => name === DEFAULT_USER)) {
      makeAllPowerful(this.default);
      this.default.sanitizesPayload = undefined;
    }
    this.declare(users);
  }

  #context(): RuleContext {
    const { catalog, hash, channelDefault } = this.#options;
    return { catalog, hash, channelDefault: channelDefault() };
  }
}

/** Names stand in lines of words. */
export function isUserName(name: string): boolean {
  return !/[\s\0]/.test(name);
}
