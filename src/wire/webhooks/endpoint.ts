import { globMatch } from "../../base/glob.ts";
import type { SecretSource } from "../conf/secret-source.ts";

export const WEBHOOK_FORMATS = ["standard", "slack", "pagerduty", "alertmanager"] as const;
export type WebhookFormat = (typeof WEBHOOK_FORMATS)[number];

/** One line `vedette webhook <name> <url> …`: where which events go, and how. */
export interface WebhookEndpoint {
  readonly name: string;
  readonly address: WebhookAddress;
  readonly format: WebhookFormat;
  /** Patterns of event types; empty: all. */
  readonly events: readonly string[];
  /** Patterns of master names; empty: all. */
  readonly masters: readonly string[];
  /** What new deliveries are signed with first. */
  readonly secret: SecretSource | undefined;
  /** The one before, for as long as the receiver still checks with it. */
  readonly oldSecret: SecretSource | undefined;
  /** GitHub's header as well. */
  readonly hubSignature: boolean;
  readonly allowPrivate: boolean;
  /** How long another sentinel's delivery is waited for before this one delivers. */
  readonly holdMs: number;
}

/** An address that is itself a secret (Slack's) stands in a file. */
export type WebhookAddress =
  { readonly kind: "url"; readonly url: string } | { readonly kind: "file"; readonly path: string };

export type ReadEndpoint =
  | { readonly ok: true; readonly endpoint: WebhookEndpoint }
  | { readonly ok: false; readonly expected: string };

export const WEBHOOK_SYNTAX =
  "<name> <url>|file:<path> [format standard|slack|pagerduty|alertmanager] [events <patterns>] [masters <patterns>] [secret-file <path>|secret-env <variable>] [old-secret-file <path>|old-secret-env <variable>] [hub-signature yes|no] [allow-private yes|no] [hold <seconds>]";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const PATTERN = /^[\w.*?-]+$/;
const HOLD_SECONDS = 30;
const HOLD_SECONDS_MAX = 3600;
const FILE = "file:";

/** Reads the words of one line. Whether a secret's file is there is found out later. */
export function readEndpoint(words: readonly string[]): ReadEndpoint {
  const [name = "", where = "", ...rest] = words;
  if (!NAME.test(name)) return wrong("a name of letters, digits, '-' and '_' (64 at most)");
  const address = readAddress(where);
  if (typeof address === "string") return wrong(address);
  const draft: Draft = {
    name,
    address,
    format: "standard",
    events: [],
    masters: [],
    secret: undefined,
    oldSecret: undefined,
    hubSignature: false,
    allowPrivate: false,
    holdMs: HOLD_SECONDS * 1000,
  };
  const seen = new Set<string>();
  for (let at = 0; at < rest.length; at += 2) {
    const option = (rest[at] ?? "").toLowerCase();
    const value = rest[at + 1];
    if (value === undefined) return wrong(`a value behind '${option}'`);
    if (seen.has(option)) return wrong(`'${option}' only once`);
    seen.add(option);
    const expected = readOption(draft, option, value);
    if (expected !== undefined) return wrong(expected);
  }
  const expected = lackOf(draft);
  return expected === undefined ? { ok: true, endpoint: draft } : wrong(expected);
}

type Draft = { -readonly [Field in keyof WebhookEndpoint]: WebhookEndpoint[Field] };

function readOption(draft: Draft, option: string, value: string): string | undefined {
  switch (option) {
    case "format": {
      const format = WEBHOOK_FORMATS.find((known) => known === value.toLowerCase());
      if (format === undefined) return `format: one of ${WEBHOOK_FORMATS.join(", ")}`;
      draft.format = format;
      return undefined;
    }
    case "events":
    case "masters": {
      const patterns = value.split(",");
      if (!patterns.every((each) => PATTERN.test(each))) {
        return `${option}: names or patterns with '*' and '?', with commas and no blanks between`;
      }
      draft[option] = patterns;
      return undefined;
    }
    case "secret-file":
    case "secret-env":
      draft.secret = sourceOf(option, value);
      return draft.secret === undefined ? `${option}: the name of a variable` : undefined;
    case "old-secret-file":
    case "old-secret-env":
      draft.oldSecret = sourceOf(option.slice("old-".length), value);
      return draft.oldSecret === undefined ? `${option}: the name of a variable` : undefined;
    case "hub-signature":
    case "allow-private": {
      const answer = value.toLowerCase();
      if (answer !== "yes" && answer !== "no") return `${option}: yes or no`;
      draft[option === "hub-signature" ? "hubSignature" : "allowPrivate"] = answer === "yes";
      return undefined;
    }
    case "hold": {
      const seconds = /^\d{1,4}$/.test(value) ? Number(value) : Number.NaN;
      if (!(seconds <= HOLD_SECONDS_MAX)) return `hold: whole seconds of 0..${HOLD_SECONDS_MAX}`;
      draft.holdMs = seconds * 1000;
      return undefined;
    }
    default:
      return WEBHOOK_SYNTAX;
  }
}

function sourceOf(option: string, value: string): SecretSource | undefined {
  if (option === "secret-file") return { kind: "file", path: value };
  return ENVIRONMENT_NAME.test(value) ? { kind: "environment", name: value } : undefined;
}

/** @returns what was expected instead */
function readAddress(where: string): WebhookAddress | string {
  if (where.startsWith(FILE)) {
    const path = where.slice(FILE.length);
    return path === "" ? "file:<path> of the file with the address" : { kind: "file", path };
  }
  return urlFault(where) ?? { kind: "url", url: where };
}

/** Where an endpoint leads, without what may be secret in it. */
export function shownAddress({ address }: WebhookEndpoint): string {
  return address.kind === "file" ? `${FILE}${address.path}` : new URL(address.url).origin;
}

/** What is wrong with an address of a receiver; undefined: nothing. */
export function urlFault(text: string): string | undefined {
  const found = /^https?:\/\/([^/?#\s]+)[^\s]*$/i.exec(text);
  const [, authority = ""] = found ?? [];
  if (found === null) return "an address that begins with http:// or https://";
  if (authority.includes("@")) return "an address without a user and password in it";
  return URL.canParse(text) ? undefined : "an address that can be read as a URL";
}

function lackOf({ format, secret, oldSecret, hubSignature }: Draft): string | undefined {
  const isSigned = format === "standard" || hubSignature;
  if (isSigned && secret === undefined) return "secret-file or secret-env, to sign with";
  if (format === "pagerduty" && secret === undefined) {
    return "secret-file or secret-env with the routing key";
  }
  return oldSecret !== undefined && !isSigned
    ? "no old secret for a format that signs nothing"
    : undefined;
}

function wrong(expected: string): ReadEndpoint {
  return { ok: false, expected };
}

/** Does the endpoint want to hear of this? */
export function wants(
  { events, masters }: WebhookEndpoint,
  { type, master }: { readonly type: string; readonly master: string | undefined },
): boolean {
  const isType = events.length === 0 || events.some((pattern) => globMatch(pattern, type));
  if (!isType || master === undefined) return isType;
  return masters.length === 0 || masters.some((pattern) => globMatch(pattern, master));
}
