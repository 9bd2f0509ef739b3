import type { RunId } from "../../base/ids.ts";
import type { OptionLine } from "../conf-document.ts";
import { type ConfLine, type ConfSource, readConfLines } from "../conf/conf-lines.ts";
import { type ConfigMistake, inFileOrder } from "../conf/config-mistake.ts";
import {
  parameterLines,
  type ParameterReading,
  readParameterLines,
  setOnCommandLine,
} from "../conf/parameter-lines.ts";
import { readRenamedCommands, type RenamedCommand } from "../conf/renamed-command.ts";
import { daemonSettings, type DaemonSettings, SENTINEL_INITIAL_VALUES } from "./daemon-settings.ts";
import type { DurableSentinel } from "./durable-sentinel.ts";
import { readStatements } from "./read-statements.ts";
import { finishMaster } from "./sentinel-draft.ts";
import { sentinelDirectiveMistakes, sentinelRefusal } from "./unsupported.ts";
import { isOwnSecretLine, type OwnSecretSources, readOwnSecrets } from "./secret-lines.ts";

/** Everything a sentinel.conf says, with Redis' defaults where it says nothing. */
export interface SentinelConfig {
  readonly daemon: DaemonSettings;
  /** `myId` is undefined before the first start: the caller makes one and saves. */
  readonly sentinel: Omit<DurableSentinel, "myId"> & { readonly myId: RunId | undefined };
  /** Where the sentinel's own secrets are that do not stand here. */
  readonly secrets: OwnSecretSources;
  /** What the command line set: it is written into the file at each save, as Redis does. */
  readonly commandLineOptions: readonly OptionLine[];
  readonly renamedCommands: readonly RenamedCommand[];
  /** Lines `user …`, for the one who knows the commands. */
  readonly userLines: readonly ConfLine[];
}

/** What a sentinel reads besides: whether the scripts that it shall run are there. */
export interface SentinelConfSource extends ConfSource {
  /** @param dir the working directory that the path is relative to, as the file says it */
  readonly isExecutable: (path: string, dir: string) => boolean;
}

export type SentinelConfigResult =
  | { readonly kind: "config"; readonly config: SentinelConfig }
  /** All of them, in the order of the file; those of the `user` lines are still to be found. */
  | {
      readonly kind: "mistakes";
      readonly mistakes: readonly ConfigMistake[];
      readonly userLines: readonly ConfLine[];
    };

/** Reads a sentinel.conf with what it includes and the command line; takes any text, never throws. */
export function parseSentinelConf(source: SentinelConfSource): SentinelConfigResult {
  const { lines, mistakes } = readConfLines(source);
  const generic = lines.filter((line) => !isSentinelLine(line) && !isOwnSecretLine(line));

  const parameters = readParameterLines(generic, {
    initial: SENTINEL_INITIAL_VALUES,
    refusal: sentinelRefusal,
  });
  const { dir } = parameters.values;
  const statements = readStatements(lines.filter(isSentinelLine), (path) =>
    source.isExecutable(path, dir),
  );
  const secrets = readOwnSecrets(lines.filter(isOwnSecretLine));
  const all = inFileOrder([
    ...mistakes,
    ...secrets.mistakes,
    ...statements.mistakes,
    ...parameters.mistakes,
    ...sentinelDirectiveMistakes(generic),
  ]);
  const userLines = generic.filter(({ directive }) => directive === "user");
  if (all.length > 0) return { kind: "mistakes", mistakes: all, userLines };

  const { masters, refusedMasters: _, ...sentinel } = statements.draft;
  const config: SentinelConfig = {
    daemon: daemonSettings(parameters.values),
    sentinel: {
      ...sentinel,
      logLevel: parameters.values.loglevel,
      masters: [...masters.values()].map((master) => finishMaster(master, sentinel.myId)),
    },
    secrets: secrets.sources,
    commandLineOptions: commandLineOptions(parameters),
    renamedCommands: readRenamedCommands(generic),
    userLines,
  };
  return { kind: "config", config };
}

/** Lines about what the sentinel watches, Redis' and ours. */
function isSentinelLine(line: ConfLine): boolean {
  const { directive } = line;
  return directive === "sentinel" || (directive === "vedette" && !isOwnSecretLine(line));
}

/** The log level is written with what the sentinel knows: it changes at run time. */
function commandLineOptions(parameters: ParameterReading): OptionLine[] {
  return setOnCommandLine(parameters)
    .filter((name) => name !== "loglevel")
    .flatMap((name) =>
      parameterLines(name, parameters.values, SENTINEL_INITIAL_VALUES).map((line) => ({
        ...line,
        isForced: true,
      })),
    );
}
