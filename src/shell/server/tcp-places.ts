import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import { ListenError } from "../listener/errors.ts";
import type { Listener, TcpOptions } from "../listener/listener.ts";
import type { Logger } from "./log.ts";

/** Where TCP connections are accepted; `bind ""` accepts none at all. */
export function placesOf(table: ServerConfigTable, tls: TcpOptions["tls"]): TcpOptions {
  const { port, bind, "tcp-backlog": backlog } = table;
  return bind.length === 0 ? { port: 0, bind, backlog } : { port, bind, backlog, tls };
}

/**
 * CONFIG SET of `port` and `bind`.
 * @throws {ListenError} when connections are accepted where they were before
 */
export async function moveListener(
  {
    listener,
    tls,
    log,
  }: { readonly listener: Listener; readonly tls: TcpOptions["tls"]; readonly log: Logger },
  table: ServerConfigTable,
  before: ServerConfigTable,
): Promise<void> {
  try {
    await listener.moveTcp(placesOf(table, tls), placesOf(before, tls));
  } catch (error) {
    if (error instanceof ListenError) {
      log("warning", error.warning);
      log("warning", "Failed applying new configuration. Restoring previous settings.");
    }
    throw error;
  }
}
