/** Nanoseconds; what lasted longer counts as this. */
const LONGEST_NS = 2 ** 30;
/** Each doubling of the duration has so many buckets: a duration is known to 3 %. */
const STEPS_BITS = 5;
const STEPS = 2 ** STEPS_BITS;
const BUCKETS = (31 - STEPS_BITS) * STEPS + STEPS;

/** How long the calls of one command took, counted in buckets: 3 % exact, whatever their number. */
export class DurationHistogram {
  #counts = new Uint32Array(BUCKETS);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** @param milliseconds may have a fraction */
  add(milliseconds: number): void {
    const bucket = bucketOf(Math.min(LONGEST_NS, Math.max(1, Math.round(milliseconds * 1e6))));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
  }

  /** @param percent 0 to 100 @returns µs that so many of the calls did not exceed */
  percentileMicros(percent: number): number {
    const wanted = Math.max(1, Math.ceil((percent / 100) * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= wanted) return upperEnd(bucket) / 1000;
    }
    return 0;
  }

  /**
   * How many calls took up to 1, 2, 4, … µs, up to the power of two that has them all; without the
   * powers at whose step nothing was added.
   */
  cumulative(): (readonly [micros: number, calls: number])[] {
    const steps: (readonly [number, number])[] = [];
    let seen = 0;
    let bucket = 0;
    for (let micros = 1; seen < this.#total; micros *= 2) {
      const before = seen;
      for (; bucket < BUCKETS && upperEnd(bucket) <= micros * 1024; bucket++) {
        seen += this.#counts[bucket] ?? 0;
      }
      if (seen > before) steps.push([micros, seen]);
      if (bucket === BUCKETS) break;
    }
    return steps;
  }
}

function bucketOf(ns: number): number {
  const exponent = 31 - Math.clz32(ns);
  if (exponent < STEPS_BITS) return ns;
  return (exponent - STEPS_BITS) * STEPS + (ns >> (exponent - STEPS_BITS));
}

/** The longest duration that falls into the bucket, in ns. */
function upperEnd(bucket: number): number {
  if (bucket < 2 * STEPS) return bucket;
  const shift = Math.floor(bucket / STEPS) - 1;
  const mantissa = bucket - shift * STEPS;
  return (mantissa + 1) * 2 ** shift - 1;
}
