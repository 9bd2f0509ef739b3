import { type Finding, SEVERITIES } from "../../advice/finding.ts";

/** For people: a line of what and why, a line of what helps, and the sum. */
export function formatFindings(findings: readonly Finding[], files: readonly string[]): string {
  const lines = findings.flatMap(({ file, line, severity, code, message, help }) => [
    `${file}:${line}: ${severity}: ${message} [${code}]`,
    `    help: ${help}`,
  ]);
  return [
    ...lines,
    `${files.length === 1 ? "1 file" : `${files.length} files`}: ${sum(findings)}`,
  ].join("\n");
}

function sum(findings: readonly Finding[]): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? "" : "s"}`];
  });
  return counts.length === 0 ? "nothing to say against" : counts.join(", ");
}

/** For programs; fields are added, never changed. */
export function findingsAsJson(findings: readonly Finding[], files: readonly string[]): string {
  const count = (severity: string) => findings.filter((each) => each.severity === severity).length;
  const report = {
    files,
    errors: count("error"),
    warnings: count("warning"),
    notes: count("note"),
    findings: findings.map(({ code, severity, file, line, master, message, help }) => ({
      code,
      severity,
      file,
      line,
      master: master ?? null,
      message,
      help,
    })),
  };
  return JSON.stringify(report, undefined, 2);
}
