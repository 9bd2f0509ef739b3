import type { IncludedFiles } from "../../../src/wire/conf/conf-lines.ts";
import {
  parseSentinelConf,
  type SentinelConfig,
  type SentinelConfSource,
  type SentinelConfigResult,
} from "../../../src/wire/sentinel-conf/sentinel-config.ts";

export const ID = "0123456789abcdef0123456789abcdef01234567";
export const OTHER_ID = "f".repeat(40);

export interface Extras {
  readonly commandLine?: string;
  readonly include?: (pattern: string) => IncludedFiles;
  readonly isExecutable?: (path: string, dir: string) => boolean;
}

/** The file `sentinel.conf` of these lines. */
export function read(text: string, extras: Extras = {}): SentinelConfigResult {
  const source: SentinelConfSource = {
    main: { name: "sentinel.conf", text },
    commandLine: extras.commandLine ?? "",
    include: extras.include ?? (() => ({ kind: "unreadable", reason: "No such file" })),
    isExecutable: extras.isExecutable ?? (() => true),
  };
  return parseSentinelConf(source);
}

export function configOf(text: string, extras?: Extras): SentinelConfig {
  const result = read(text, extras);
  if (result.kind === "config") return result.config;
  throw new Error(result.mistakes.map(({ line, message }) => `${line}: ${message}`).join("\n"));
}

/** `line: message` of each mistake. */
export function mistakesOf(text: string, extras?: Extras): string[] {
  const result = read(text, extras);
  return result.kind === "config"
    ? []
    : result.mistakes.map(({ line, message }) => `${line}: ${message}`);
}
