/** How bad it is: what stops a failover or the start; what will hurt one day; what is good to know. */
export type Severity = "error" | "warning" | "note";

export const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

/** Something about a configuration that its owner should know. */
export interface Finding {
  /** Stable: scripts may look for it. */
  readonly code: string;
  readonly severity: Severity;
  readonly file: string;
  /** Counted from 1; of what no line says, the line that it follows from, else 1. */
  readonly line: number;
  /** Undefined for what is not about one master. */
  readonly master: string | undefined;
  /** What is wrong and why that matters, with the numbers. */
  readonly message: string;
  /** What would help. */
  readonly help: string;
}

/** What a rule says; where it stands is added by `finding`. */
export type Remark = Pick<Finding, "message" | "help">;

/** The worst first, then in the order of the files. */
export function inOrder(findings: readonly Finding[], files: readonly string[]): Finding[] {
  const place = ({ file }: Finding) => {
    const index = files.indexOf(file);
    return index < 0 ? files.length : index;
  };
  return [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      place(a) - place(b) ||
      a.line - b.line ||
      (a.code < b.code ? -1 : 1),
  );
}

/** 0: nothing but notes. 1: warnings. 2: errors. */
export function exitStatusOf(findings: readonly Finding[]): 0 | 1 | 2 {
  if (findings.some(({ severity }) => severity === "error")) return 2;
  return findings.some(({ severity }) => severity === "warning") ? 1 : 0;
}
