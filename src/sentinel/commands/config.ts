import { globMatch } from "../../base/glob.ts";
import { bulk, error, map, OK, type Reply } from "../../resp/reply.ts";
import { isHost, parsePort } from "../../wire/host.ts";
import type { LogThreshold } from "../../wire/sentinel-conf/durable-sentinel.ts";
import { extensionText } from "../../wire/sentinel-conf/extension-kinds.ts";
import { EXTENSION_TABLES, extensionValue } from "../../wire/sentinel-conf/extension-settings.ts";
import { reopenLink } from "../links.ts";
import type { SentinelState } from "../state.ts";
import { touchAll } from "../touch-all.ts";
import { requestSave, touch, type Turn } from "../turn.ts";
import { setAnnounceHostnames } from "../whereabouts.ts";
import { SAVE_FAILED } from "./errors.ts";
import { setExtensionText } from "./extensions.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";
import { DENIED_SCRIPTS } from "./set.ts";

/** SENTINEL CONFIG GET and SET: the settings of the sentinel itself (spec §7.9). */

interface ConfigParameter {
  readonly name: string;
  readonly get: (state: SentinelState) => string;
  /** @returns what setting it does, or undefined when the value is not one of its values */
  readonly set: (value: string, state: SentinelState) => ((turn: Turn) => void) | undefined;
  /** A value that will not do is not shown either: it holds a password, or an address with a key in it. */
  readonly isSecret?: boolean;
}

/** Our own settings, one for each row of the table. */
const EXTENSION_PARAMETERS: readonly ConfigParameter[] = [...EXTENSION_TABLES.global].map(
  ([name, setting]) => ({
    name,
    get: ({ settings }) =>
      setting.kind === "text" && setting.isSecret
        ? ""
        : extensionText(extensionValue(settings.extensions, name)),
    isSecret: setting.kind === "lines" || (setting.kind === "text" && setting.isSecret),
    set: (value, { settings }) => {
      if (setting.when !== "at once") return undefined;
      // Tried on a copy of what there is: a line's first word alone takes away a line that is there.
      const complaint = setExtensionText({ ...settings.extensions }, name, value);
      if (complaint !== undefined) return undefined;
      return ({ state }) => {
        setExtensionText(state.settings.extensions, name, value);
      };
    },
  }),
);

/** Shown in this order. */
const PARAMETERS: readonly ConfigParameter[] = [
  {
    name: "resolve-hostnames",
    get: ({ settings }) => yesNo(settings.resolveHostnames),
    set: (value) => {
      const isOn = parseYesNo(value);
      if (isOn === undefined) return undefined;
      return ({ state }) => {
        state.settings.resolveHostnames = isOn;
      };
    },
  },
  {
    name: "announce-hostnames",
    get: ({ settings }) => yesNo(settings.announceHostnames),
    set: (value) => {
      const isOn = parseYesNo(value);
      return isOn === undefined ? undefined : ({ state }) => setAnnounceHostnames(state, isOn);
    },
  },
  {
    name: "announce-ip",
    get: ({ settings }) => settings.announceIp ?? "",
    // Empty means unset: a hello that announces no address would make the others forget us (W-10).
    set: (value) => {
      if (value !== "" && !isHost(value)) return undefined;
      return ({ state }) => {
        state.settings.announceIp = value === "" ? undefined : value;
      };
    },
  },
  {
    name: "announce-port",
    get: ({ settings }) => String(settings.announcePort),
    set: (value) => {
      const port = parsePort(value);
      if (port === undefined) return undefined;
      return ({ state }) => {
        state.settings.announcePort = port;
      };
    },
  },
  {
    name: "sentinel-user",
    get: ({ settings }) => settings.sentinelUser ?? "",
    set: (value) => (turn) => {
      turn.state.settings.sentinelUser = value === "" ? undefined : value;
      reopenSentinelLinks(turn);
    },
  },
  {
    name: "sentinel-pass",
    get: ({ settings }) => settings.sentinelPass ?? "",
    set: (value) => (turn) => {
      turn.state.settings.sentinelPass = value === "" ? undefined : value;
      reopenSentinelLinks(turn);
    },
  },
  {
    name: "loglevel",
    get: ({ settings }) => settings.logLevel,
    set: (value) => {
      const level = LOG_LEVELS.find((known) => known === value.toLowerCase());
      if (level === undefined) return undefined;
      return ({ state, effects }) => {
        state.settings.logLevel = level;
        effects.push({ kind: "set-log-level", level });
      };
    },
  },
];

/** They name files and variables whose content is sent to an address, or lets changes through. */
const NAMING_FILES: ReadonlySet<string> = new Set(["webhook", "http-token-file", "http-token-env"]);

const LOG_LEVELS: readonly LogThreshold[] = ["debug", "verbose", "notice", "warning", "nothing"];

function yesNo(isOn: boolean): string {
  return isOn ? "yes" : "no";
}

function parseYesNo(value: string): boolean | undefined {
  const word = value.toLowerCase();
  return word === "yes" || word === "no" ? word === "yes" : undefined;
}

/** What peers are asked with changes: from the next connection on. */
function reopenSentinelLinks(turn: Turn): void {
  for (const link of new Set(turn.state.sentinelLinks.values())) {
    reopenLink(turn, link);
    touch(turn, link);
  }
}

export function config(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [action = "", ...rest] = words;
  switch (action.toLowerCase()) {
    case "get":
      if (rest.length === 0) return reply(turn, request, USAGE);
      return reply(turn, request, configGet(turn.state, rest));
    case "set":
      if (rest.length < 2) return reply(turn, request, USAGE);
      return configSet(turn, request, rest);
    default:
      return reply(turn, request, USAGE);
  }
}

/** In the words of 7.0, though as many may be given as in 7.2 and Valkey. */
const USAGE = error("ERR Only SENTINEL CONFIG GET <option> / SET <option> <value> are supported.");

/** In the order of the patterns; a parameter that several match is shown once. */
function configGet(state: SentinelState, patterns: readonly string[]): Reply {
  const shown = new Set<ConfigParameter>();
  for (const pattern of patterns) {
    // A tool that reads by patterns gets what Sentinel has; ours are there for who asks by name.
    const isPattern = /[*?[]/.test(pattern);
    const offered = isPattern ? PARAMETERS : [...PARAMETERS, ...EXTENSION_PARAMETERS];
    for (const parameter of offered) {
      if (globMatch(pattern, parameter.name, { nocase: true })) shown.add(parameter);
    }
  }
  return map([...shown].map(({ name, get }) => [name, bulk(get(state))] as const));
}

/** Everything is checked before anything changes. */
function configSet(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const changes = new Map<ConfigParameter, (turn: Turn) => void>();
  for (let at = 0; at < words.length; at += 2) {
    const name = words[at] ?? "";
    const value = words[at + 1];
    const parameter = [...PARAMETERS, ...EXTENSION_PARAMETERS].find(
      (known) => known.name === name.toLowerCase(),
    );
    if (parameter === undefined) return reply(turn, request, badParameter(name));
    if (value === undefined) {
      return reply(turn, request, error(`ERR Missing argument '${name}' value`));
    }
    if (changes.has(parameter)) {
      const text = `ERR Duplicate argument '${name}' to SENTINEL CONFIG SET`;
      return reply(turn, request, error(text));
    }
    const change = parameter.set(value, turn.state);
    if (change === undefined) {
      const shown = parameter.isSecret === true ? "******" : value;
      const text = `ERR Invalid value '${shown}' to SENTINEL CONFIG SET '${name}'`;
      return reply(turn, request, error(text));
    }
    if (turn.state.settings.denyScriptsReconfig && NAMING_FILES.has(parameter.name)) {
      return reply(turn, request, DENIED_SCRIPTS);
    }
    changes.set(parameter, change);
  }
  for (const change of changes.values()) change(turn);
  requestSave(turn);
  // What hellos announce may have changed: everybody hears of it at once.
  for (const master of turn.state.masters.values()) {
    for (const each of [master, ...master.replicas.values(), ...master.sentinels.values()]) {
      each.helloForced = true;
    }
    touchAll(turn, master);
  }
  replyOr(turn, request, OK, SAVE_FAILED);
}

function badParameter(name: string): Reply {
  return error(`ERR Invalid argument '${name}' to SENTINEL CONFIG SET`);
}
