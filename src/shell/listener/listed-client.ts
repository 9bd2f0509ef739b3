import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { ClientClass } from "./output-limit.ts";

/** A connection as CLIENT LIST and CLIENT KILL know it; the link to a master is one too. */
export interface ListedClient {
  readonly id: ClientId;
  readonly type: ClientClass | "master";
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly user: string;
  readonly connectedAt: Millis;
  /** The line of CLIENT LIST, without its line end. */
  describe(now: Millis): string;
  /** Closes the connection at once; what was not sent is lost. */
  kill(): void;
}
