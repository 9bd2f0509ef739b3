import type { Socket } from "node:net";

/** What becomes of connections that come in: one of the two for each. */
export interface Handshakes {
  secured(socket: Socket): void;
  failed(reason: string): void;
}

/** Encrypts connections that come in. A daemon that has no encrypted port never loads one. */
export interface TlsDoor {
  /** Called once, before the first `accept`. */
  serve(handshakes: Handshakes): void;
  /** @param raw a connection just accepted, unread */
  accept(raw: Socket): void;
}
