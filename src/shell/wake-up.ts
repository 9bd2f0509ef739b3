import { type Millis, NEVER } from "../base/units.ts";

/** Node runs a longer timer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The one timer behind the effect `wake-at`: wakes at the latest moment asked for, never before it.
 *
 * Most deadlines move later before they come (a ping is answered), so a timer that is armed too
 * early stays and is set again when it fires; that is cheaper than a new timer with each input.
 */
export class WakeUp {
  readonly #now: () => Millis;
  readonly #wake: () => void;
  #wakeAt: Millis = NEVER;
  #timer: { readonly handle: NodeJS.Timeout; readonly at: Millis } | undefined;

  constructor(options: { readonly now: () => Millis; readonly wake: () => void }) {
    this.#now = options.now;
    this.#wake = options.wake;
  }

  /** Replaces the moment asked for before; NEVER takes it back. */
  at(moment: Millis): void {
    this.#wakeAt = moment;
    if (this.#timer === undefined || this.#timer.at > moment) this.#arm();
  }

  stop(): void {
    this.at(NEVER);
    this.#disarm();
  }

  #arm(): void {
    this.#disarm();
    if (this.#wakeAt === NEVER) return;
    const delayMs = Math.min(Math.ceil(this.#wakeAt - this.#now()), LONGEST_TIMER_MS);
    this.#timer = { handle: setTimeout(() => this.#fire(), delayMs), at: this.#wakeAt };
  }

  #disarm(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
  }

  #fire(): void {
    this.#timer = undefined;
    // Node's timers count whole milliseconds of a clock that it reads once a turn: they may be early.
    if (this.#now() < this.#wakeAt) {
      this.#arm();
      return;
    }
    this.#wakeAt = NEVER;
    this.#wake();
  }
}
