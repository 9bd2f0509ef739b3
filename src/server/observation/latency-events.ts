/** Samples kept of each event. */
const SAMPLES = 160;

export interface LatencySample {
  readonly unixSeconds: number;
  readonly milliseconds: number;
}

export interface LatencyEvent {
  readonly samples: LatencySample[];
  /** The longest since the event was reset. */
  maxMs: number;
}

/** What took longer than `latency-monitor-threshold`, by the name of the event. */
export class LatencyEvents {
  readonly #events = new Map<string, LatencyEvent>();

  /** A second has one sample: its longest. */
  add(name: string, { unixSeconds, milliseconds }: LatencySample): void {
    let event = this.#events.get(name);
    if (event === undefined) {
      event = { samples: [], maxMs: 0 };
      this.#events.set(name, event);
    }
    const { samples } = event;
    event.maxMs = Math.max(event.maxMs, milliseconds);
    const last = samples.at(-1);
    if (last?.unixSeconds === unixSeconds) {
      if (milliseconds <= last.milliseconds) return;
      samples.pop();
    }
    samples.push({ unixSeconds, milliseconds });
    if (samples.length > SAMPLES) samples.shift();
  }

  get(name: string): LatencyEvent | undefined {
    return this.#events.get(name);
  }

  [Symbol.iterator](): MapIterator<[string, LatencyEvent]> {
    return this.#events.entries();
  }

  /** @param names none for all @returns how many there were */
  reset(names: readonly string[]): number {
    const meant = names.length === 0 ? [...this.#events.keys()] : names;
    return meant.filter((name) => this.#events.delete(name)).length;
  }
}
