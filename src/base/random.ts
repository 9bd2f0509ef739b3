/**
 * A seeded generator (sfc32: 128 bits of state, passes PractRand) as plain data, so that a run can
 * be recorded, compared and replayed. Never for secrets or ids (style §2).
 */
export interface Random {
  a: number;
  b: number;
  c: number;
  counter: number;
}

export function seededRandom(seed: number): Random {
  const random: Random = { a: seed >>> 0, b: Math.floor(seed / 2 ** 32) >>> 0, c: 1, counter: 1 };
  for (let warmUp = 0; warmUp < 12; warmUp++) nextUint32(random);
  return random;
}

export function nextUint32(random: Random): number {
  const result = (random.a + random.b + random.counter) | 0;
  random.counter = (random.counter + 1) | 0;
  random.a = random.b ^ (random.b >>> 9);
  random.b = (random.c + (random.c << 3)) | 0;
  random.c = ((random.c << 21) | (random.c >>> 11)) + result;
  random.c |= 0;
  return result >>> 0;
}

/** A float in [0, 1). */
export function nextFloat(random: Random): number {
  return nextUint32(random) / 2 ** 32;
}

/** An integer in [0, limit). */
export function nextBelow(random: Random, limit: number): number {
  return Math.floor(nextFloat(random) * limit);
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return nextFloat(random) < probability;
}
