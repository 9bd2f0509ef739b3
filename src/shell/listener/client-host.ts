import type { Millis } from "../../base/units.ts";
import type { AccessControl } from "./access/access-control.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { RequestHandler } from "./request-handler.ts";
import type { ListenerSettings } from "./settings.ts";
import type { ListenerStats } from "./stats.ts";

export type ListenerLog = (level: "debug" | "warning", message: string) => void;

/** What a connection needs from the listener that accepted it. */
export interface ClientHost {
  readonly handler: RequestHandler;
  readonly settings: ListenerSettings;
  readonly stats: ListenerStats;
  readonly access: AccessControl;
  readonly log: ListenerLog;
  readonly now: () => Millis;
  /** Calls `client.flush` when what is being done now is done. */
  flushSoon(client: ClientConnection): void;
  /** Strikes the client from the lists and tells the daemon. */
  onGone(client: ClientConnection): void;
}
