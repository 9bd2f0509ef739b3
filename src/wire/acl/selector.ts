import { globMatch } from "../../base/glob.ts";
import type { CommandCatalog } from "./command-catalog.ts";
import {
  allowAllCommands,
  allowsEveryCommand,
  applyCommandRule,
  type CommandRules,
  copyCommandRules,
  forbidAllCommands,
  noCommands,
} from "./command-rules.ts";
import { formatCommandRules } from "./command-rules-text.ts";
import { RULE_PROBLEM, type RuleProblem } from "./rule-problem.ts";

/** `%R~pattern`: keys that may be read, written, or both. */
export interface KeyPattern {
  readonly pattern: string;
  reads: boolean;
  writes: boolean;
}

/**
 * One set of permissions of a user: which commands, on which keys, with which channels. A request
 * is allowed when one selector allows all of it.
 */
export interface Selector {
  readonly commands: CommandRules;
  /** `allkeys`: no pattern is looked at, and there is none. */
  allKeys: boolean;
  keys: KeyPattern[];
  allChannels: boolean;
  channels: string[];
}

/** `acl-pubsub-default`: what a new user may listen to. */
export type ChannelDefault = "allchannels" | "resetchannels";

/** No command and no key. */
export function emptySelector(catalog: CommandCatalog, channels: ChannelDefault): Selector {
  return {
    commands: noCommands(catalog),
    allKeys: false,
    keys: [],
    allChannels: channels === "allchannels",
    channels: [],
  };
}

export function copySelector(selector: Selector): Selector {
  return {
    ...selector,
    commands: copyCommandRules(selector.commands),
    keys: selector.keys.map((key) => ({ ...key })),
    channels: [...selector.channels],
  };
}

/** Whether nothing needs to be looked at: every request is allowed. */
export function isAllPowerful(selector: Selector): boolean {
  return selector.allKeys && selector.allChannels && allowsEveryCommand(selector.commands);
}

/** Applies a rule that may stand inside parentheses. @returns why it is refused */
export function applySelectorRule(
  selector: Selector,
  catalog: CommandCatalog,
  rule: string,
): RuleProblem | undefined {
  switch (rule.toLowerCase()) {
    case "":
      return undefined;
    case "allkeys":
    case "~*":
      selector.allKeys = true;
      selector.keys = [];
      return undefined;
    case "resetkeys":
      selector.allKeys = false;
      selector.keys = [];
      return undefined;
    case "allchannels":
    case "&*":
      selector.allChannels = true;
      selector.channels = [];
      return undefined;
    case "resetchannels":
      selector.allChannels = false;
      selector.channels = [];
      return undefined;
    case "allcommands":
      allowAllCommands(selector.commands);
      return undefined;
    case "nocommands":
      forbidAllCommands(selector.commands);
      return undefined;
    default:
      return applyPrefixed(selector, catalog, rule);
  }
}

function applyPrefixed(
  selector: Selector,
  catalog: CommandCatalog,
  rule: string,
): RuleProblem | undefined {
  switch (rule.charAt(0)) {
    case "~":
      return addKeys(selector, { pattern: rule.slice(1), reads: true, writes: true });
    case "%":
      return addKeysFor(selector, rule);
    case "&":
      return addChannels(selector, rule.slice(1));
    case "+":
    case "-":
      return applyCommandRule(selector.commands, catalog, rule);
    default:
      return RULE_PROBLEM.syntax;
  }
}

const KEYS_FOR = /^%([rw]{1,2})(?:~(.*))?$/is;

/** `%R~pattern`, `%W~pattern`, `%RW~pattern`; without a pattern the empty one is meant. */
function addKeysFor(selector: Selector, rule: string): RuleProblem | undefined {
  const [, letters, pattern = ""] = KEYS_FOR.exec(rule) ?? [];
  const access = letters?.toLowerCase();
  if (access === undefined || access === "rr" || access === "ww") return RULE_PROBLEM.syntax;
  const [reads, writes] = [access.includes("r"), access.includes("w")];
  return addKeys(selector, { pattern, reads, writes });
}

function addKeys(selector: Selector, added: KeyPattern): RuleProblem | undefined {
  if (selector.allKeys) return RULE_PROBLEM.keysAreAll;
  if (isUnfitPattern(added.pattern)) return RULE_PROBLEM.syntax;
  const known = selector.keys.find(({ pattern }) => pattern === added.pattern);
  if (known === undefined) {
    selector.keys.push(added);
  } else {
    known.reads ||= added.reads;
    known.writes ||= added.writes;
  }
  return undefined;
}

function addChannels(selector: Selector, pattern: string): RuleProblem | undefined {
  if (selector.allChannels) return RULE_PROBLEM.channelsAreAll;
  if (isUnfitPattern(pattern)) return RULE_PROBLEM.syntax;
  if (!selector.channels.includes(pattern)) selector.channels.push(pattern);
  return undefined;
}

/** Rules stand in lines of words, which a blank would break. */
function isUnfitPattern(pattern: string): boolean {
  return /[\s\0]/.test(pattern);
}

/** A key of a request and what is done with it. */
export interface KeyUse {
  readonly key: string;
  /** Its value is looked at, or copied. */
  readonly reads: boolean;
  /** It is changed, made or removed. */
  readonly writes: boolean;
}

export function allowsKey(selector: Selector, { key, reads, writes }: KeyUse): boolean {
  if (selector.allKeys) return true;
  return selector.keys.some(
    (known) =>
      (known.reads || !reads) && (known.writes || !writes) && globMatch(known.pattern, key),
  );
}

/** Whether every key may be read, as SORT with BY or GET demands. */
export function allowsReadingAllKeys({ allKeys, keys }: Selector): boolean {
  return allKeys || keys.some(({ pattern, reads }) => pattern === "*" && reads);
}

/** A channel of a request; a pattern of PSUBSCRIBE must stand among the rules letter by letter. */
export interface ChannelUse {
  readonly channel: string;
  readonly isPattern: boolean;
}

export function allowsChannel(selector: Selector, { channel, isPattern }: ChannelUse): boolean {
  if (selector.allChannels) return true;
  return isPattern
    ? selector.channels.includes(channel)
    : selector.channels.some((pattern) => globMatch(pattern, channel));
}

/** The parts that `ACL GETUSER` shows apart. */
export interface SelectorText {
  readonly commands: string;
  readonly keys: string;
  readonly channels: string;
}

export function selectorText(selector: Selector, catalog: CommandCatalog): SelectorText {
  return {
    commands: formatCommandRules(selector.commands, catalog),
    keys: selector.allKeys ? "~*" : selector.keys.map(keyPatternText).join(" "),
    channels: selector.allChannels
      ? "&*"
      : selector.channels.map((pattern) => `&${pattern}`).join(" "),
  };
}

/** As rules in a line, which make the same selector again. */
export function formatSelector(selector: Selector, catalog: CommandCatalog): string {
  const { commands, keys, channels } = selectorText(selector, catalog);
  const reset = selector.allChannels ? "" : "resetchannels";
  return [keys, reset, channels, commands].filter((part) => part !== "").join(" ");
}

function keyPatternText({ pattern, reads, writes }: KeyPattern): string {
  if (reads && writes) return `~${pattern}`;
  return `%${reads ? "R" : "W"}~${pattern}`;
}
