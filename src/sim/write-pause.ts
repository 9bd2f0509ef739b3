import type { End } from "./connection.ts";
import type { ServerCommand } from "./message.ts";
import type { Node } from "./node.ts";

/** What waits while a server takes no writes, one connection each: what comes behind waits too. */
export class WritePause {
  readonly #node: Node;
  readonly #waits: (command: ServerCommand) => boolean;
  readonly #execute: (end: End, command: ServerCommand) => void;
  readonly #held = new Map<End, ServerCommand[]>();
  /** Of CLIENT PAUSE; minus infinity: none. */
  #until = Number.NEGATIVE_INFINITY;
  /** Of FAILOVER, which ends it itself. */
  #isHandingOver = false;

  /** @param how.waits which commands a pause holds up; `how.execute` does one that has waited */
  constructor(
    node: Node,
    how: {
      readonly waits: (command: ServerCommand) => boolean;
      readonly execute: (end: End, command: ServerCommand) => void;
    },
  ) {
    this.#node = node;
    this.#waits = how.waits;
    this.#execute = how.execute;
  }

  get isOn(): boolean {
    return this.#isHandingOver || this.#node.agenda.now < this.#until;
  }

  /** CLIENT PAUSE ms WRITE: a longer one that runs wins. */
  pauseFor(durationMs: number): void {
    this.#until = Math.max(this.#until, this.#node.agenda.now + durationMs);
    this.#node.timer(durationMs, () => this.#releaseIfOff());
  }

  /** CLIENT UNPAUSE. */
  unpause(): void {
    this.#until = Number.NEGATIVE_INFINITY;
    this.#releaseIfOff();
  }

  set isHandingOver(isHandingOver: boolean) {
    this.#isHandingOver = isHandingOver;
    this.#releaseIfOff();
  }

  /** @returns true when the command waits now */
  hold(end: End, command: ServerCommand): boolean {
    const queue = this.#held.get(end);
    if (queue !== undefined) queue.push(command);
    else if (this.isOn && this.#waits(command)) this.#held.set(end, [command]);
    else return false;
    return true;
  }

  #releaseIfOff(): void {
    if (this.isOn) return;
    for (const [end, commands] of this.#held) {
      this.#held.delete(end);
      for (const command of commands) this.#execute(end, command);
    }
  }

  forget(end: End): void {
    this.#held.delete(end);
  }

  clear(): void {
    this.#held.clear();
    this.#until = Number.NEGATIVE_INFINITY;
    this.#isHandingOver = false;
  }
}
