/** Commands that we answer differently, each with its reason (docs/differences.md). */
export const DIFFERENT_ON_PURPOSE: readonly {
  readonly command: RegExp;
  readonly reason: string;
}[] = [
  { command: /^SENTINEL PRIMAR/i, reason: "Valkey's spellings are understood too" },
  { command: /^CLIENT SETINFO/i, reason: "Redis 7.2's CLIENT SETINFO is understood too" },
];

/** Parts of an answer that ours alone has. */
export const ADDED: readonly { readonly text: RegExp; readonly reason: string }[] = [
  {
    text: /, \$"loglevel"[:,] \$"notice"/g,
    reason: "SENTINEL CONFIG GET has Redis 7.2's loglevel too",
  },
];

/** Lists in the order of Redis' hash tables, which is no promise: another build may have another. */
export const UNORDERED = /^(?:ACL CAT \w+|COMMAND LIST.*)$/i;

/** INFO's fields of Redis 7.2, whose version a sentinel of ours tells, and our own. */
export const OWN_INFO_FIELDS: ReadonlySet<string> = new Set([
  "vedette_version",
  "node_version",
  "listener0",
  "pubsub_clients",
  "watching_clients",
  "total_watched_keys",
  "total_blocking_keys",
  "total_blocking_keys_on_nokey",
  "client_query_buffer_limit_disconnections",
  "client_output_buffer_limit_disconnections",
]);
