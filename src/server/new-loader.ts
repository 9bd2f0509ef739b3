import { Loader, type LoaderOptions } from "./loader.ts";
import type { ServerState } from "./state.ts";

/** A loader for this server's number of databases and settings. */
export function newLoader(
  { keyspace, settings, checksums }: ServerState,
  options: Pick<LoaderOptions, "begin" | "dropExpired">,
): Loader {
  const loader = new Loader({
    ...options,
    databases: keyspace.databases.length,
    limits: settings,
    checksum: checksums && settings.rdbChecksum ? "verify" : "ignore",
  });
  loader.keyspace.newAccess = keyspace.newAccess;
  return loader;
}
