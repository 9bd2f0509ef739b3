import type { Bytes } from "../../base/bytes.ts";
import type { Millis } from "../../base/units.ts";
import type { ClientConnection } from "./client-connection.ts";

/** A daemon behind the listener. All calls come one after another, never inside each other. */
export interface RequestHandler {
  /**
   * One request; the reply goes to `client.reply`, now or through `client.deferReply()`.
   * @param args not empty; the name of the command first
   */
  onRequest(client: ClientConnection, args: readonly Bytes[]): void;
  /** Called before the requests that have come together, with the time. */
  onTurn?(now: Millis): void;
  onConnect?(client: ClientConnection): void;
  /** The client is gone; what is written to it from now on is lost. */
  onDisconnect?(client: ClientConnection): void;
  /** A request without words, answered by silence; from a replica it is a sign of life. */
  onEmptyRequest?(client: ClientConnection): void;
  /** What CLIENT LIST shows of the daemon's own state. */
  describe?(client: ClientConnection): DaemonFacts;
}

/** What only the daemon knows of a client, for its line in CLIENT LIST. */
export interface DaemonFacts {
  readonly database: number;
  /** Commands queued by MULTI; -1 outside a transaction. */
  readonly queuedCommands: number;
  readonly watchedKeys: number;
  /** More letters for `flags`, such as `x` inside MULTI or `b` while blocked. */
  readonly flags: string;
}
