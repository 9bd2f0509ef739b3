import type { Millis } from "../base/units.ts";
import { monotonicNow } from "./clock.ts";

/** A window is closed when somebody asks for the rate, at the earliest after this. */
const WINDOW_MS = 1_000;

/** What was counted in a second, measured between the times somebody asks: nothing is done while nobody asks. */
export class Rate {
  readonly #count: () => number;
  #windowStart: Millis = monotonicNow();
  #countAtStart = 0;
  #rate = 0;

  constructor(count: () => number) {
    this.#count = count;
  }

  perSecond(now: Millis): number {
    const elapsedMs = now - this.#windowStart;
    if (elapsedMs >= WINDOW_MS) {
      // Less than before after CONFIG RESETSTAT.
      const count = this.#count();
      this.#countAtStart = Math.min(this.#countAtStart, count);
      this.#rate = ((count - this.#countAtStart) * 1000) / elapsedMs;
      this.#windowStart = now;
      this.#countAtStart = count;
    }
    return this.#rate;
  }
}
