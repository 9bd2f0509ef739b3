import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { REDIS_VERSION } from "../../server/version.ts";
import type { CommandLine } from "../../wire/conf/command-line.ts";
import type { ConfFile } from "../../wire/conf/conf-lines.ts";
import { formatMistake } from "../../wire/conf/config-mistake.ts";
import {
  parseSentinelConf,
  type SentinelConfig,
} from "../../wire/sentinel-conf/sentinel-config.ts";
import { readConfFile, readIncluded } from "../server/conf-files.ts";
import { reasonOf } from "../system-reason.ts";
import { isExecutable } from "./executables.ts";
import { copyForTorn, restore } from "./last-good.ts";

export type Configuration =
  | {
      readonly kind: "ready";
      readonly config: SentinelConfig;
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
    const texts = result.mistakes.map((mistake) =>
      formatMistake(mistake, { redisVersion: REDIS_VERSION }),
    );
    return { kind: "refused", text: texts.join("") };
  }
  const unwritable =
    refuseUnwritable(path, `Sentinel config file ${path}`) ??
    refuseUnwritable(dirname(path), `The folder of the Sentinel config file, ${dirname(path)},`);
  if (unwritable !== undefined) return unwritable;
  const { sentinel } = result.config;
  const config = isRestored
    ? { ...result.config, sentinel: { ...sentinel, isMemoryLost: true } }
    : result.config;
  return { kind: "ready", config, path, isRestored };
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

function refused(line: string): Configuration {
  return { kind: "refused", text: `${line}\n` };
}
