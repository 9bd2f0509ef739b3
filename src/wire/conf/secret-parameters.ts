import type { ParameterName } from "./redis-parameters.ts";

/** What CONFIG SET gives these is not shown to others. */
export const secretParameters: ReadonlySet<string> = new Set<ParameterName>([
  "masterauth",
  "masteruser",
  "requirepass",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
]);
