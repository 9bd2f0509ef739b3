import { advise } from "../../advice/advise.ts";
import { exitStatusOf, inOrder } from "../../advice/finding.ts";
import { readForCheck } from "./read-files.ts";
import { findingsAsJson, formatFindings } from "./report.ts";

export interface CheckOptions {
  readonly files: readonly string[];
  readonly sentinels: number | undefined;
  readonly json: boolean;
}

/** @returns the exit status: 0 nothing but notes, 1 warnings, 2 errors */
export function runCheck({ files, sentinels, json }: CheckOptions): number {
  const paths = [...new Set(files)];
  const planned = sentinels ?? (paths.length > 1 ? paths.length : undefined);
  const readings = paths.map((path) => readForCheck(path, planned));
  const findings = inOrder(
    [
      ...readings.flatMap((reading) => (reading.kind === "refused" ? reading.findings : [])),
      ...advise(readings.flatMap((reading) => (reading.kind === "read" ? [reading.file] : []))),
    ],
    paths,
  );
  const report = json ? findingsAsJson : formatFindings;
  process.stdout.write(`${report(findings, { kind: "files", names: paths })}\n`);
  return exitStatusOf(findings);
}
