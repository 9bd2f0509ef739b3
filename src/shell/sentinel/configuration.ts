import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { REDIS_VERSION } from "../../server/version.ts";
import type { CommandLine } from "../../wire/conf/command-line.ts";
import type { ConfFile } from "../../wire/conf/conf-lines.ts";
import { type ConfigMistake, formatMistake, inFileOrder } from "../../wire/conf/config-mistake.ts";
import type { DaemonSettings } from "../../wire/sentinel-conf/daemon-settings.ts";
import {
  parseSentinelConf,
  type SentinelConfig,
} from "../../wire/sentinel-conf/sentinel-config.ts";
import { monotonicNow } from "../clock.ts";
import {
  type AccessControl,
  type AccessSettings,
  DEFAULT_ACCESS_SETTINGS,
} from "../listener/access/access-control.ts";
import { declareAccess } from "../listener/access/declared-access.ts";
import { type CommandNames, renamedCommands } from "../renamed-commands.ts";
import { SENTINEL_COMMANDS, SENTINEL_DAEMON_COMMANDS } from "./command-table.ts";
import { readConfFile, readIncluded } from "../server/conf-files.ts";
import { reasonOf } from "../system-reason.ts";
import { isExecutable } from "./executables.ts";
import { copyForTorn, restore } from "./last-good.ts";

export type Configuration =
  | {
      readonly kind: "ready";
      readonly config: SentinelConfig;
      readonly access: AccessControl;
      readonly renamed: CommandNames;
      /** Absolute: the working directory changes afterwards. */
      readonly path: string;
      /** The file was torn: what is read is the last good copy, put back in its place. */
      readonly isRestored: boolean;
    }
  /** What to tell on standard error before the process ends with status 1. */
  | { readonly kind: "refused"; readonly text: string };

const NEEDS_FILE = "Sentinel needs config file on disk to save state. Exiting...";
const STANDARD_INPUT = "-";

/**
 * Reads the configuration of a sentinel and makes sure that it can be written: its votes must
 * survive it (spec sentinel §9.1). Changes nothing on disk, unless the file is torn.
 */
export function readConfiguration({ file, text }: CommandLine): Configuration {
  if (file === undefined || file === STANDARD_INPUT) return refused(NEEDS_FILE);
  const path = resolve(file);
  let main: ConfFile;
  try {
    // Each save puts a new file in its place: a device or a pipe would be gone.
    if (!statSync(path).isFile()) {
      return refused(`Sentinel config file ${path} is not a regular file. Exiting...`);
    }
    main = readConfFile(path);
  } catch (cause) {
    return refused(`Fatal error, can't open config file '${path}': ${reasonOf(cause)}`);
  }
  const copy = copyForTorn(path, main.text);
  const isRestored = copy !== undefined;
  if (isRestored) {
    try {
      restore(path, copy);
    } catch (cause) {
      const trouble = "is damaged, and the last good copy cannot take its place";
      return refused(`Sentinel config file ${path} ${trouble}: ${reasonOf(cause)}. Exiting...`);
    }
    main = { ...main, text: copy };
  }
  const result = parseSentinelConf({
    main,
    commandLine: text,
    include: readIncluded,
    isExecutable,
  });
  if (result.kind === "mistakes") {
    const { mistakes } = declareAccess({ ...NOTHING_DECLARED, userLines: result.userLines });
    return refusedFor([...result.mistakes, ...mistakes]);
  }
  const { config } = result;
  const { access, mistakes } = declareAccess({
    ...NOTHING_DECLARED,
    settings: accessSettings(config.daemon),
    password: config.daemon.requirePass ?? "",
    userLines: config.userLines,
  });
  const renamed = renamedCommands(config.renamedCommands, SENTINEL_COMMANDS);
  if (mistakes.length + renamed.mistakes.length > 0) {
    return refusedFor([...mistakes, ...renamed.mistakes]);
  }
  const unwritable =
    refuseUnwritable(path, `Sentinel config file ${path}`) ??
    refuseUnwritable(dirname(path), `The folder of the Sentinel config file, ${dirname(path)},`);
  if (unwritable !== undefined) return unwritable;
  const { sentinel } = config;
  return {
    kind: "ready",
    config: isRestored ? { ...config, sentinel: { ...sentinel, isMemoryLost: true } } : config,
    access,
    renamed: renamed.names,
    path,
    isRestored,
  };
}

/** A file is replaced by a new one of its name, so its folder must be writable too. */
function refuseUnwritable(path: string, what: string): Configuration | undefined {
  try {
    accessSync(path, constants.W_OK);
    return undefined;
  } catch (cause) {
    return refused(`${what} is not writable: ${reasonOf(cause)}. Exiting...`);
  }
}

const NOTHING_DECLARED = {
  commands: SENTINEL_DAEMON_COMMANDS,
  settings: DEFAULT_ACCESS_SETTINGS,
  password: "",
  now: monotonicNow,
};

function accessSettings(daemon: DaemonSettings): AccessSettings {
  const { channelDefault, aclLogMaxLength, usersFile } = daemon;
  return { channelDefault, logMaxLength: aclLogMaxLength, usersFile };
}

function refusedFor(mistakes: readonly ConfigMistake[]): Configuration {
  const texts = inFileOrder(mistakes).map((mistake) =>
    formatMistake(mistake, { redisVersion: REDIS_VERSION }),
  );
  return { kind: "refused", text: texts.join("") };
}

function refused(line: string): Configuration {
  return { kind: "refused", text: `${line}\n` };
}
