import type { Millis } from "../base/units.ts";

export interface JournalEntry {
  readonly at: Millis;
  readonly node: string;
  readonly what: string;
}

/**
 * What happened, one line each: time in seconds, node, what. The order is the order of the world,
 * so two runs of one seed must leave equal journals.
 */
export class Journal {
  readonly #now: () => Millis;
  readonly #entries: JournalEntry[] = [];
  #listener: ((node: string, what: string) => void) | undefined;
  /** Messages and inputs too; without it only what a person would call an event is kept. */
  readonly isDetailed: boolean;

  constructor(options: { readonly now: () => Millis; readonly isDetailed: boolean }) {
    this.#now = options.now;
    this.isDetailed = options.isDetailed;
  }

  get entries(): readonly JournalEntry[] {
    return this.#entries;
  }

  /** The text is made when somebody reads it: of most runs nobody does. */
  get lines(): readonly string[] {
    return this.#entries.map(({ at, node, what }) => {
      const seconds = (at / 1000).toFixed(6);
      return `${seconds.padStart(12)} ${node.padEnd(4)} ${what}`;
    });
  }

  /** Hears every line written from now on. */
  listen(listener: (node: string, what: string) => void): void {
    this.#listener = listener;
  }

  write(node: string, what: string): void {
    this.#listener?.(node, what);
    this.#entries.push({ at: this.#now(), node, what });
  }

  /** Only in a detailed journal; the text is not even made otherwise. */
  detail(node: string, what: () => string): void {
    if (this.isDetailed) this.write(node, what());
  }
}
