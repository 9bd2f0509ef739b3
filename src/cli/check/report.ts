import { type Finding, SEVERITIES } from "../../advice/finding.ts";

/** What was looked at: files by their paths, running sentinels by their addresses. */
export interface Checked {
  readonly kind: "files" | "sentinels";
  readonly names: readonly string[];
}

const ONE = { files: "file", sentinels: "sentinel" } as const;

/** For people: a line of what and why, a line of what helps, and the sum. */
export function formatFindings(findings: readonly Finding[], { kind, names }: Checked): string {
  const lines = findings.flatMap(({ file, line, severity, code, message, help }) => [
    `${kind === "files" ? `${file}:${line}` : file}: ${severity}: ${message} [${code}]`,
    `    help: ${help}`,
  ]);
  const count = names.length === 1 ? `1 ${ONE[kind]}` : `${names.length} ${kind}`;
  return [...lines, `${count}: ${sum(findings)}`].join("\n");
}

function sum(findings: readonly Finding[]): string {
  const counts = SEVERITIES.flatMap((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? "" : "s"}`];
  });
  return counts.length === 0 ? "nothing to say against" : counts.join(", ");
}

/** For programs; fields are added, never changed. A running sentinel has no lines. */
export function findingsAsJson(findings: readonly Finding[], { kind, names }: Checked): string {
  const count = (severity: string) => findings.filter((each) => each.severity === severity).length;
  const report = {
    [kind]: names,
    errors: count("error"),
    warnings: count("warning"),
    notes: count("note"),
    findings: findings.map(({ code, severity, file, line, master, message, help }) => ({
      code,
      severity,
      ...(kind === "files" ? { file, line } : { at: file }),
      master: master ?? null,
      message,
      help,
    })),
  };
  return JSON.stringify(report, undefined, 2);
}
