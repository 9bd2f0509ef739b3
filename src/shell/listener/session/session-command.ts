import type { Bytes } from "../../../base/bytes.ts";
import type { ClientId } from "../../../base/ids.ts";
import type { Millis } from "../../../base/units.ts";
import type { AccessControl } from "../access/access-control.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { ListenerLog } from "../client-host.ts";
import type { ClientList } from "../client-list.ts";
import type { PubSub } from "../pub-sub.ts";

/** What HELLO tells of the daemon. */
export interface Greeting {
  /** `redis`: clients look at it. */
  readonly server: string;
  readonly version: string;
  readonly mode: "standalone" | "sentinel";
  /** A sentinel has none, and its answer no such field. */
  readonly role?: () => "master" | "replica";
}

/** CLIENT PAUSE: which requests wait is the daemon's business. */
export interface PauseControl {
  pause(durationMs: number, which: "write" | "all"): void;
  unpause(): void;
}

/** What the commands about connections need; a `Listener` is the larger part of one. */
export interface SessionContext {
  readonly clients: ClientList;
  readonly pubSub: PubSub;
  readonly access: AccessControl;
  readonly log: ListenerLog;
  readonly now: () => Millis;
  readonly greeting: Greeting;
  readonly pause: PauseControl;
  /** CLIENT UNBLOCK. @returns whether the client was waiting; without it nobody ever is */
  readonly unblock?: (client: ClientId, how: "timeout" | "error") => boolean;
}

/**
 * A command about the connection that sends it, the same in both daemons. Whether it is known, its
 * arity and the right to call it have been checked.
 * @param args the name of the command first
 */
export type SessionCommand = (
  client: ClientConnection,
  args: readonly Bytes[],
  context: SessionContext,
) => void;
