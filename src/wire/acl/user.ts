import type { CommandCatalog } from "./command-catalog.ts";
import { allowAllCommands } from "./command-rules.ts";
import { type RefusedRule, RULE_PROBLEM, type RuleProblem } from "./rule-problem.ts";
import {
  applySelectorRule,
  type ChannelDefault,
  copySelector,
  emptySelector,
  formatSelector,
  isAllPowerful,
  type Selector,
} from "./selector.ts";

/** The user of who has not authenticated. */
export const DEFAULT_USER = "default";

/** SHA-256 of the bytes of a latin1 text: 64 lowercase hex digits. */
export type HashPassword = (password: string) => string;

/** What rules are read with. */
export interface RuleContext {
  readonly catalog: CommandCatalog;
  readonly hash: HashPassword;
  readonly channelDefault: ChannelDefault;
}

export interface User {
  readonly name: string;
  isEnabled: boolean;
  /** Any password is right. */
  needsNoPassword: boolean;
  /** Hashes; each of them is right. */
  passwords: string[];
  /** Whether payloads of RESTORE are looked at in depth; undefined where no rule says it. */
  sanitizesPayload: boolean | undefined;
  /** The first holds what stands outside parentheses. */
  selectors: [Selector, ...Selector[]];
  /** Some requests are not allowed. False spares every other look at this user. */
  isRestricted: boolean;
}

/** A user who is off and may do nothing, as `ACL SETUSER` begins with. */
export function newUser(name: string, context: RuleContext): User {
  return {
    name,
    isEnabled: false,
    needsNoPassword: false,
    passwords: [],
    sanitizesPayload: undefined,
    selectors: [emptySelector(context.catalog, context.channelDefault)],
    isRestricted: true,
  };
}

/** The default user of a daemon that is told nothing else: everybody, for everything. */
export function newDefaultUser(context: RuleContext): User {
  const user = newUser(DEFAULT_USER, context);
  makeAllPowerful(user);
  return user;
}

export function makeAllPowerful(user: User): void {
  const [root] = user.selectors;
  allowAllCommands(root.commands);
  Object.assign(root, { allKeys: true, keys: [], allChannels: true, channels: [] });
  user.selectors = [root];
  user.isEnabled = true;
  user.needsNoPassword = true;
  user.passwords = [];
  user.isRestricted = false;
}

export function copyUser(user: User): User {
  const [root, ...others] = user.selectors;
  return {
    ...user,
    passwords: [...user.passwords],
    selectors: [copySelector(root), ...others.map(copySelector)],
  };
}

/**
 * Applies rules in their order, up to the first that is refused: work on a copy where that must
 * change nothing.
 * @param rules each one word, or a selector in parentheses, see `joinSelectors`
 */
export function applyRules(
  user: User,
  rules: readonly string[],
  context: RuleContext,
): RefusedRule | undefined {
  for (const rule of rules) {
    const problem = applyRule(user, rule, context);
    if (problem !== undefined) return { rule, problem };
  }
  user.isRestricted = !user.selectors.some(isAllPowerful);
  return undefined;
}

function applyRule(user: User, rule: string, context: RuleContext): RuleProblem | undefined {
  switch (rule.toLowerCase()) {
    case "on":
      user.isEnabled = true;
      return undefined;
    case "off":
      user.isEnabled = false;
      return undefined;
    case "nopass":
      user.needsNoPassword = true;
      user.passwords = [];
      return undefined;
    case "resetpass":
      user.needsNoPassword = false;
      user.passwords = [];
      return undefined;
    case "sanitize-payload":
      user.sanitizesPayload = true;
      return undefined;
    case "skip-sanitize-payload":
      user.sanitizesPayload = false;
      return undefined;
    case "clearselectors":
      user.selectors = [user.selectors[0]];
      return undefined;
    case "reset":
      reset(user, context);
      return undefined;
    default:
      return applyOtherRule(user, rule, context);
  }
}

function applyOtherRule(user: User, rule: string, context: RuleContext): RuleProblem | undefined {
  switch (rule.charAt(0)) {
    case ">":
      return addPassword(user, context.hash(rule.slice(1)));
    case "#":
      return addPassword(user, rule.slice(1));
    case "<":
      return removePassword(user, context.hash(rule.slice(1)));
    case "!":
      return removePassword(user, rule.slice(1));
    case "(":
      return addSelector(user, rule, context);
    default:
      return applySelectorRule(user.selectors[0], context.catalog, rule);
  }
}

function reset(user: User, { catalog, channelDefault }: RuleContext): void {
  user.isEnabled = false;
  user.needsNoPassword = false;
  user.passwords = [];
  user.sanitizesPayload = true;
  user.selectors = [emptySelector(catalog, channelDefault)];
}

const HASH = /^[0-9a-f]{64}$/;

function addPassword(user: User, hash: string): RuleProblem | undefined {
  if (!HASH.test(hash)) return RULE_PROBLEM.hash;
  if (!user.passwords.includes(hash)) user.passwords.push(hash);
  user.needsNoPassword = false;
  return undefined;
}

function removePassword(user: User, hash: string): RuleProblem | undefined {
  if (!HASH.test(hash)) return RULE_PROBLEM.hash;
  if (!user.passwords.includes(hash)) return RULE_PROBLEM.noSuchPassword;
  user.passwords = user.passwords.filter((known) => known !== hash);
  return undefined;
}

/** @param rule `(+get ~a)` */
function addSelector(user: User, rule: string, context: RuleContext): RuleProblem | undefined {
  const { catalog, channelDefault } = context;
  const selector = emptySelector(catalog, channelDefault);
  for (const word of rule.slice(1, -1).split(" ")) {
    const problem = applySelectorRule(selector, catalog, word);
    if (problem !== undefined) return problem;
  }
  user.selectors.push(selector);
  return undefined;
}

/** `on`, `nopass` and what else `ACL GETUSER` shows as flags. */
export function userFlags(user: User): string[] {
  const flags = [user.isEnabled ? "on" : "off"];
  if (user.needsNoPassword) flags.push("nopass");
  if (user.sanitizesPayload !== undefined) {
    flags.push(user.sanitizesPayload ? "sanitize-payload" : "skip-sanitize-payload");
  }
  return flags;
}

/** The rules that make this user again, as `ACL LIST` and files have them behind the name. */
export function formatRules(user: User, catalog: CommandCatalog): string {
  const [root, ...others] = user.selectors;
  return [
    ...userFlags(user),
    ...user.passwords.map((hash) => `#${hash}`),
    formatSelector(root, catalog),
    ...others.map((selector) => `(${formatSelector(selector, catalog)})`),
  ].join(" ");
}
