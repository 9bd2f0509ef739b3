import { type ClientId, clientId } from "../../base/ids.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { ListedClient } from "./listed-client.ts";

/** All connections of a daemon by id, oldest first. */
export class ClientList {
  readonly #clients = new Map<ClientId, ClientConnection>();
  readonly #others = new Map<ClientId, ListedClient>();
  #lastId = 0;

  /** A number no connection of this process had before. */
  newId(): ClientId {
    return clientId(++this.#lastId);
  }

  add(client: ClientConnection): void {
    this.#clients.set(client.id, client);
  }

  remove(client: ClientConnection): void {
    this.#clients.delete(client.id);
  }

  /** Lists a connection that the listener did not accept, such as the link to a master. */
  addOther(client: ListedClient): void {
    this.#others.set(client.id, client);
  }

  removeOther(id: ClientId): void {
    this.#others.delete(id);
  }

  get(id: ClientId): ClientConnection | undefined {
    return this.#clients.get(id);
  }

  /** Accepted connections, replicas among them. */
  get size(): number {
    return this.#clients.size;
  }

  /** Accepted connections; stays valid while some of them are closed. */
  accepted(): ClientConnection[] {
    return [...this.#clients.values()];
  }

  /** All connections, accepted or not. */
  all(): ListedClient[] {
    const all: ListedClient[] = [...this.#clients.values(), ...this.#others.values()];
    return all.sort((a, b) => a.id - b.id);
  }
}
