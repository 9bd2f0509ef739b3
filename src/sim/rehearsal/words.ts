/** More than half: what an election needs. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/** `43 ms`, `1.07 s`, `3.5 min`. */
export function textOfTime(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${trimmed(ms / 1_000, 2)} s`;
  return `${trimmed(ms / 60_000, 1)} min`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}
