import type { ClientId } from "../base/ids.ts";
import type { Connection } from "../resp/connection.ts";
import { forgetKeyWait } from "./blocking.ts";
import { type Client, newClient } from "./client.ts";
import { cancelUnwantedSnapshot } from "./replication/full-sync.ts";
import { removePeer } from "./replication/peers.ts";
import type { ServerState } from "./state.ts";
import { discardTransaction } from "./transactions.ts";

/** A connection's first request. */
export function addClient(state: ServerState, connection: Connection): Client {
  const [first] = state.keyspace.databases;
  if (first === undefined) throw new RangeError("a server has at least one database");
  const client = newClient(connection, first);
  state.clients.set(client.id, client);
  return client;
}

/** The connection is gone. */
export function forgetClient(state: ServerState, id: ClientId): void {
  const client = state.clients.get(id);
  if (client === undefined) return;
  state.clients.delete(id);
  state.waiters.delete(client);
  state.observation.monitors.delete(client);
  forgetKeyWait(state, client);
  discardTransaction(client);
  removePeer(state, id);
  cancelUnwantedSnapshot(state);
}
