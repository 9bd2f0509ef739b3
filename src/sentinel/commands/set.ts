import { error, OK, type Reply } from "../../resp/reply.ts";
import { parseIntegerUpTo } from "../../wire/integers.ts";
import type { ExtensionSetting } from "../../wire/sentinel-conf/extension-kinds.ts";
import { EXTENSION_TABLES } from "../../wire/sentinel-conf/extension-settings.ts";
import { LARGEST_INT } from "../../wire/sentinel-conf/statement-form.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { refreshShortestDownAfter, reopenLink } from "../links.ts";
import { touchAll } from "../touch-all.ts";
import type { Master } from "../state.ts";
import { publish, requestSave, touch, type Turn } from "../turn.ts";
import { NO_SUCH_MASTER, SAVE_FAILED } from "./errors.ts";
import { setExtensionText } from "./extensions.ts";
import { findNamed } from "./queries.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

/**
 * SENTINEL SET name option value …: applied one by one; what stands before a mistake stays applied
 * and is saved. Source: sentinel spec §7.8.
 */
export function set(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", ...options] = words;
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  let changes = 0;
  let refusal: Reply | undefined;
  for (let at = 0; at < options.length && refusal === undefined;) {
    const option = options[at] ?? "";
    const values = options.slice(at + 1, at + 1 + valuesOf(option));
    if (values.length < valuesOf(option) || valuesOf(option) === 0) {
      refusal = unknownOption(option);
      break;
    }
    refusal = apply(turn, master, { option, values, executables: request.executables });
    if (refusal === undefined) changes++;
    at += 1 + values.length;
  }
  if (changes > 0) requestSave(turn);
  replyOr(turn, request, refusal ?? OK, changes > 0 ? SAVE_FAILED : undefined);
}

function unknownOption(option: string): Reply {
  return error(`ERR Unknown option or number of arguments for SENTINEL SET '${option}'`);
}

/** @param expected said of our own settings; Redis' texts of its settings stand alone */
function badValue(option: string, value: string, expected?: string): Reply {
  const shown = isSecret(option) ? "******" : value;
  const text = `ERR Invalid argument '${shown}' for SENTINEL SET '${option}'`;
  return error(expected === undefined ? text : `${text}: expected ${expected}`);
}

function isSecret(option: string): boolean {
  const setting = extensionOf(option);
  return setting?.kind === "text" && setting.isSecret;
}

/** How many values an option takes; 0 for one that does not exist. */
function valuesOf(option: string): number {
  switch (option.toLowerCase()) {
    case "rename-command":
      return 2;
    case "down-after-milliseconds":
    case "failover-timeout":
    case "parallel-syncs":
    case "quorum":
    case "master-reboot-down-after-period":
    case "primary-reboot-down-after-period":
    case "auth-pass":
    case "auth-user":
    case "notification-script":
    case "client-reconfig-script":
      return 1;
    default:
      return extensionOf(option) === undefined ? 0 : 1;
  }
}

/** A row of our own settings; undefined also where a change would not count before the next start. */
function extensionOf(option: string): ExtensionSetting | undefined {
  const setting = EXTENSION_TABLES.master.get(option.toLowerCase());
  return setting?.when === "at once" ? setting : undefined;
}

function apply(
  turn: Turn,
  master: Master,
  given: {
    readonly option: string;
    readonly values: readonly string[];
    readonly executables: ReadonlySet<string> | undefined;
  },
): Reply | undefined {
  const { option } = given;
  const [value = "", second = ""] = given.values;
  const { settings } = master;
  // A larger one would be refused by the next start.
  const number = parseIntegerUpTo(LARGEST_INT, value);
  const isPositive = number !== undefined && number > 0;
  let shown = value;
  switch (option.toLowerCase()) {
    case "down-after-milliseconds":
      if (!isPositive) return badValue(option, value);
      settings.downAfterMs = number;
      takeDownAfter(turn, master);
      break;
    case "failover-timeout":
      if (!isPositive) return badValue(option, value);
      settings.failoverTimeoutMs = number;
      break;
    case "parallel-syncs":
      if (!isPositive) return badValue(option, value);
      settings.parallelSyncs = number;
      break;
    case "quorum":
      if (!isPositive) return badValue(option, value);
      settings.quorum = number;
      break;
    case "master-reboot-down-after-period":
    case "primary-reboot-down-after-period":
      if (number === undefined || number < 0) return badValue(option, value);
      settings.rebootDownAfterMs = number;
      break;
    case "notification-script": {
      const refusal = refuseScript(turn, "Notification", value, given.executables);
      if (refusal !== undefined) return refusal;
      settings.notificationScript = value === "" ? undefined : value;
      break;
    }
    case "client-reconfig-script": {
      const refusal = refuseScript(turn, "Client reconfiguration", value, given.executables);
      if (refusal !== undefined) return refusal;
      settings.clientReconfigScript = value === "" ? undefined : value;
      break;
    }
    case "auth-pass":
      if (settings.authPassSource !== undefined) return KEPT_OUTSIDE;
      settings.authPass = value === "" ? undefined : value;
      shown = "******";
      reopenDataLinks(turn, master);
      break;
    case "auth-user":
      settings.authUser = value === "" ? undefined : value;
      reopenDataLinks(turn, master);
      break;
    case "rename-command": {
      if (value === "" || second === "") return badValue(option, value === "" ? value : second);
      renameCommand(master, value, second);
      reopenDataLinks(turn, master);
      shown = `${value} ${second}`;
      break;
    }
    default: {
      const isKeptOutside = settings.authPassNextSource !== undefined;
      if (option.toLowerCase() === "auth-pass-next" && isKeptOutside) return KEPT_OUTSIDE;
      const complaint = setExtensionText(settings.extensions, option, value);
      if (complaint !== undefined) return badValue(option, value, complaint);
      if (isSecret(option)) shown = "******";
      touchAll(turn, master);
    }
  }
  const payload = `${describeInstance(master)} ${option} ${shown}`;
  requestSave(turn);
  publish(turn, "+set", payload, aboutInstance(master));
  touch(turn, master);
  return undefined;
}

/** Of what decides which file is run, or read and sent away. */
export const DENIED_SCRIPTS = error(
  "ERR Reconfiguration of scripts path is denied for security reasons. Check the deny-scripts-reconfig configuration directive in your Sentinel configuration",
);

const KEPT_OUTSIDE = error(
  "ERR The password of this master is kept outside of the configuration (vedette auth-pass-file or auth-pass-env)",
);

function refuseScript(
  { state }: Turn,
  title: string,
  path: string,
  executables: ReadonlySet<string> | undefined,
): Reply | undefined {
  if (state.settings.denyScriptsReconfig) return DENIED_SCRIPTS;
  if (path === "" || executables?.has(path) === true) return undefined;
  return error(`ERR ${title} script seems non existing or non executable`);
}

function renameCommand({ settings }: Master, from: string, to: string): void {
  if (from.toLowerCase() === to.toLowerCase()) settings.renamedCommands.delete(from.toLowerCase());
  else settings.renamedCommands.set(from.toLowerCase(), to);
}

/** Replicas and peers of a master are judged by its setting. */
function takeDownAfter(turn: Turn, master: Master): void {
  refreshShortestDownAfter(master.link);
  for (const replica of master.replicas.values()) refreshShortestDownAfter(replica.link);
  for (const sentinel of master.sentinels.values()) refreshShortestDownAfter(sentinel.link);
  touchAll(turn, master);
}

/** New credentials or names of commands count from the next connection on. */
function reopenDataLinks(turn: Turn, master: Master): void {
  for (const link of [master.link, ...[...master.replicas.values()].map((each) => each.link)]) {
    reopenLink(turn, link);
    touch(turn, link);
  }
}
