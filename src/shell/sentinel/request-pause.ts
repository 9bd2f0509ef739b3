import type { Bytes } from "../../base/bytes.ts";
import { after, type Millis } from "../../base/units.ts";
import { monotonicNow } from "../clock.ts";
import type { ClientConnection } from "../listener/client-connection.ts";
import type { PauseControl } from "../listener/session/session-command.ts";
import { WakeUp } from "../wake-up.ts";

/**
 * What another sentinel sends, from its greeting on, and CLIENT UNPAUSE: a sentinel that is silent
 * counts as dead, and a pause that nobody can end is of no use.
 */
const NEVER_HELD: ReadonlySet<string> = new Set([
  "auth",
  "hello",
  "ping",
  "publish",
  "sentinel|is-master-down-by-addr",
  "client|setname",
  "client|unpause",
]);

/** CLIENT PAUSE of a sentinel: requests of clients wait, those of other sentinels do not. */
export class RequestPause implements PauseControl {
  readonly #waiting = new Map<ClientConnection, readonly Bytes[]>();
  readonly #wakeUp = new WakeUp({ now: monotonicNow, wake: () => this.unpause() });
  #until: Millis | undefined;

  /** A longer pause that is already on stays. A sentinel has no writes that could wait. */
  pause(durationMs: number, which: "write" | "all"): void {
    if (which === "write") return;
    const until = after(monotonicNow(), durationMs);
    if (this.#until !== undefined && this.#until >= until) return;
    this.#until = until;
    this.#wakeUp.at(until);
  }

  unpause(): void {
    this.stop();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [client, request] of waiting) client.resume(request);
  }

  /** Whether the request waits: it is executed from the start once the pause is over. */
  holds(client: ClientConnection, name: string, request: readonly Bytes[]): boolean {
    if (this.#until === undefined || NEVER_HELD.has(name)) return false;
    this.#waiting.set(client, request);
    client.suspend();
    return true;
  }

  forget(client: ClientConnection): void {
    this.#waiting.delete(client);
  }

  stop(): void {
    this.#until = undefined;
    this.#wakeUp.stop();
  }
}
