import type { Millis } from "./units.ts";

/**
 * The one loop that turns inputs into effects, for both cores in both worlds.
 *
 * Steps never nest: an effect that fails at once (a socket refused in the same turn) delivers its
 * input while effects still run, and that input waits for its own step.
 */
export class Driver<Input, Effect> {
  readonly #step: (input: Input, now: Millis) => readonly Effect[];
  readonly #perform: (effect: Effect) => void;
  readonly #now: () => Millis;
  readonly #waiting: Input[] = [];
  #stepping = false;

  constructor(options: {
    readonly step: (input: Input, now: Millis) => readonly Effect[];
    readonly perform: (effect: Effect) => void;
    readonly now: () => Millis;
  }) {
    this.#step = options.step;
    this.#perform = options.perform;
    this.#now = options.now;
  }

  deliver(input: Input): void {
    this.#waiting.push(input);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (const effect of this.#step(next, this.#now())) this.#perform(effect);
      }
    } finally {
      this.#stepping = false;
    }
  }
}
