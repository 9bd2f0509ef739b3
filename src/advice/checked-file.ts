import type { ConfLine } from "../wire/conf/conf-lines.ts";
import { sentinelSetting } from "../wire/conf/conf-keys.ts";
import type { DurableMaster } from "../wire/sentinel-conf/durable-sentinel.ts";
import type { SentinelConfig } from "../wire/sentinel-conf/sentinel-config.ts";
import type { Finding, Remark, Severity } from "./finding.ts";

/** What only the disk can tell about a path that the configuration names. */
export interface PathFacts {
  readonly exists: boolean;
  readonly isReadable: boolean;
  readonly isWritable: boolean;
  /** The permission bits, as `stat` has them. */
  readonly mode: number;
}

/** A configuration that could be read, with what surrounds it. */
export interface CheckedFile {
  /** As the user called it. */
  readonly path: string;
  readonly config: SentinelConfig;
  readonly lines: readonly ConfLine[];
  readonly itself: PathFacts;
  readonly folder: PathFacts;
  /** @param path as a line says it, relative to `dir` */
  readonly look: (path: string) => PathFacts;
  /** How many sentinels there will be, where the user has said so. */
  readonly plannedSentinels: number | undefined;
}

/** A rule looks at one file. */
export type Rule = (file: CheckedFile) => readonly Finding[];

/** Where a finding belongs: a line, or the file as a whole. */
export interface Place {
  readonly line: ConfLine | undefined;
  readonly master?: string;
}

export function finding(
  file: CheckedFile,
  { line, master }: Place,
  { code, severity, ...remark }: Remark & { readonly code: string; readonly severity: Severity },
): Finding {
  const at = { file: line?.file ?? file.path, line: line?.line ?? 1 };
  return { code, severity, ...at, master, ...remark };
}

/** The last line `sentinel SETTING …`: the one that counts. */
export function sentinelLine(file: CheckedFile, setting: string): ConfLine | undefined {
  return file.lines.findLast(
    ({ directive, words: [word = ""] }) =>
      directive === "sentinel" && sentinelSetting(word) === setting,
  );
}

/** The last line that says this about the master, ours or Redis'. */
export function masterLine(
  file: CheckedFile,
  master: string,
  setting: string,
): ConfLine | undefined {
  return file.lines.findLast(
    ({ directive, words: [word = "", name] }) =>
      (directive === "sentinel" || directive === "vedette") &&
      sentinelSetting(word) === setting &&
      name === master,
  );
}

/** Where something about a master's setting stands; of a default, the line that monitors it. */
export function masterPlace(
  file: CheckedFile,
  { name }: Pick<DurableMaster, "name">,
  setting: string,
): Place {
  const line = masterLine(file, name, setting) ?? masterLine(file, name, "monitor");
  return { line, master: name };
}

/** The last line of a directive that is none of Sentinel's: `bind`, `tls-port`. */
export function directiveLine(file: CheckedFile, directive: string): ConfLine | undefined {
  return file.lines.findLast((line) => line.directive === directive);
}

/** `1500 ms`, `5 s`, `3 min`: what people say. */
export function timeText(ms: number): string {
  if (ms < 1_000 || ms % 100 !== 0) return `${ms} ms`;
  if (ms < 120_000) return `${ms / 1_000} s`;
  return `${Math.round(ms / 6_000) / 10} min`;
}
