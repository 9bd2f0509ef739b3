import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { CheckedFile, PathFacts } from "../../advice/checked-file.ts";
import type { Finding } from "../../advice/finding.ts";
import { displayText } from "../../base/bytes.ts";
import { monotonicNow } from "../../shell/clock.ts";
import { DEFAULT_ACCESS_SETTINGS } from "../../shell/listener/access/access-control.ts";
import { declareAccess } from "../../shell/listener/access/declared-access.ts";
import { renamedCommands } from "../../shell/renamed-commands.ts";
import { SENTINEL_COMMANDS, SENTINEL_DAEMON_COMMANDS } from "../../shell/sentinel/command-table.ts";
import { isExecutable } from "../../shell/sentinel/executables.ts";
import { copyForTorn, lastGoodPath } from "../../shell/sentinel/last-good.ts";
import { readConfFile, readIncluded } from "../../shell/server/conf-files.ts";
import { reasonOf } from "../../shell/system-reason.ts";
import { type ConfFile, readConfLines } from "../../wire/conf/conf-lines.ts";
import { type ConfigMistake, inFileOrder } from "../../wire/conf/config-mistake.ts";
import { parseSentinelConf } from "../../wire/sentinel-conf/sentinel-config.ts";

/** A file that was read, or why it was not. */
export type Reading =
  | { readonly kind: "read"; readonly file: CheckedFile }
  | { readonly kind: "refused"; readonly findings: readonly Finding[] };

/** Reads a configuration as the sentinel would, and changes nothing. */
export function readForCheck(path: string, plannedSentinels: number | undefined): Reading {
  let main: ConfFile;
  try {
    if (!statSync(path).isFile()) return unreadable(path, "it is not a regular file");
    main = readConfFile(path);
    if (copyForTorn(resolve(path), main.text) !== undefined) return torn(path);
  } catch (cause) {
    return unreadable(path, reasonOf(cause));
  }
  const source = { main, commandLine: "", include: readIncluded };
  const result = parseSentinelConf({ ...source, isExecutable });
  const { userLines } = result.kind === "config" ? result.config : result;
  const { mistakes } = declareAccess({ ...NOTHING_DECLARED, userLines });
  if (result.kind === "mistakes") return refused([...result.mistakes, ...mistakes]);
  const { config } = result;
  const renamed = renamedCommands(config.renamedCommands, SENTINEL_COMMANDS);
  const all = [...mistakes, ...renamed.mistakes];
  if (all.length > 0) return refused(all);
  const file: CheckedFile = {
    path,
    config,
    lines: readConfLines(source).lines,
    itself: factsOf(path),
    folder: factsOf(dirname(resolve(path))),
    look: (named) => factsOf(resolve(displayText(config.daemon.dir), displayText(named))),
    plannedSentinels,
  };
  return { kind: "read", file };
}

const NOTHING_DECLARED = {
  commands: SENTINEL_DAEMON_COMMANDS,
  settings: DEFAULT_ACCESS_SETTINGS,
  password: "",
  now: monotonicNow,
};

function factsOf(path: string): PathFacts {
  try {
    const { mode } = statSync(path);
    const facts = { exists: true, mode: mode & 0o7777 };
    return {
      ...facts,
      isReadable: may(path, constants.R_OK),
      isWritable: may(path, constants.W_OK),
    };
  } catch {
    return { exists: false, isReadable: false, isWritable: false, mode: 0 };
  }
}

function may(path: string, access: number): boolean {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}

function unreadable(path: string, reason: string): Reading {
  return refusal(path, {
    code: "file-unreadable",
    message: `the file cannot be read: ${reason}`,
    help: "a sentinel.conf that exists and may be read",
  });
}

function torn(path: string): Reading {
  return refusal(path, {
    code: "file-torn",
    message: "the file is damaged: cut off, or overwritten by something that is no text",
    help: `start the sentinel: it puts the last good copy, ${lastGoodPath(path)}, in its place`,
  });
}

function refusal(
  file: string,
  said: { readonly code: string; readonly message: string; readonly help: string },
): Reading {
  const finding: Finding = { ...said, severity: "error", file, line: 1, master: undefined };
  return { kind: "refused", findings: [finding] };
}

/** What the sentinel itself would say and not start. */
function refused(mistakes: readonly ConfigMistake[]): Reading {
  const findings = inFileOrder(mistakes).map(
    ({ file, line, directive, message, expected }): Finding => ({
      code: "refused",
      severity: "error",
      file,
      line,
      master: undefined,
      message: `the sentinel does not start with this line (${directive}): ${displayText(message)}`,
      help:
        expected === undefined ? "mend or remove the line" : `expected ${displayText(expected)}`,
    }),
  );
  return { kind: "refused", findings };
}
