import { advise } from "../../src/advice/advise.ts";
import type { CheckedFile, PathFacts } from "../../src/advice/checked-file.ts";
import type { Finding } from "../../src/advice/finding.ts";
import { readConfLines } from "../../src/wire/conf/conf-lines.ts";
import { parseSentinelConf } from "../../src/wire/sentinel-conf/sentinel-config.ts";

export const OWN_FILE: PathFacts = {
  exists: true,
  isReadable: true,
  isWritable: true,
  mode: 0o600,
};
export const ABSENT: PathFacts = { exists: false, isReadable: false, isWritable: false, mode: 0 };

export interface Surroundings {
  readonly path?: string;
  readonly itself?: Partial<PathFacts>;
  readonly folder?: Partial<PathFacts>;
  readonly look?: (path: string) => PathFacts;
  readonly plannedSentinels?: number;
}

/** A file as `vedette check` reads it, on a disk that exists only here. */
export function checkedFile(lines: readonly string[], around: Surroundings = {}): CheckedFile {
  const path = around.path ?? "sentinel.conf";
  const source = {
    main: { name: path, text: lines.join("\n") },
    commandLine: "",
    include: () => ({ kind: "files", files: [] }) as const,
  };
  const result = parseSentinelConf({ ...source, isExecutable: () => true });
  if (result.kind === "mistakes") throw new Error(JSON.stringify(result.mistakes));
  return {
    path,
    config: result.config,
    lines: readConfLines(source).lines,
    itself: { ...OWN_FILE, ...around.itself },
    folder: { ...OWN_FILE, ...around.folder },
    look: around.look ?? (() => OWN_FILE),
    plannedSentinels: around.plannedSentinels,
  };
}

export function findingsIn(lines: readonly string[], around?: Surroundings): Finding[] {
  return advise([checkedFile(lines, around)]);
}

export function idOf(letter: string): string {
  return letter.repeat(40);
}

/** A file of a set of three with nothing to say against. */
export const SOUND: readonly string[] = [
  "requirepass secret",
  "sentinel sentinel-pass secret",
  "sentinel monitor mymaster 192.0.2.1 6379 2",
  "sentinel down-after-milliseconds mymaster 5000",
  "sentinel failover-timeout mymaster 60000",
  "sentinel known-replica mymaster 192.0.2.2 6379",
  "sentinel known-replica mymaster 192.0.2.3 6379",
  `sentinel myid ${idOf("a")}`,
  `sentinel known-sentinel mymaster 192.0.2.12 26379 ${idOf("b")}`,
  `sentinel known-sentinel mymaster 192.0.2.13 26379 ${idOf("c")}`,
];

/** The sound file with other lines: one that begins like a line of it takes its place. */
export function soundBut(...changes: readonly string[]): string[] {
  const lines = [...SOUND];
  for (const change of changes) {
    const begin = change
      .split(" ")
      .slice(0, change.startsWith("sentinel ") ? 3 : 1)
      .join(" ");
    const isListed = change.startsWith("sentinel known-");
    const at = isListed ? -1 : lines.findIndex((line) => `${line} `.startsWith(`${begin} `));
    if (at < 0) lines.push(change);
    else lines[at] = change;
  }
  return lines;
}

export function without(pattern: RegExp): string[] {
  return SOUND.filter((line) => !pattern.test(line));
}
