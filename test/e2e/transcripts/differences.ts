/** Commands that we answer differently, each with its reason (docs/differences.md). */
export const DIFFERENT_ON_PURPOSE: readonly {
  readonly command: RegExp;
  readonly reason: string;
}[] = [
  { command: /^SENTINEL PRIMAR/i, reason: "Valkey's spellings are understood too" },
  { command: /^CLIENT SETINFO/i, reason: "Redis 7.2's CLIENT SETINFO is understood too" },
];
