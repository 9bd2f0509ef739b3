import { describe, expect, it } from "vitest";
import { nextBelow, nextFloat, nextUint32, seededRandom } from "../../src/base/random.ts";

function draw(seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: 20 }, () => nextUint32(random));
}

describe("the seeded generator", () => {
  it("gives the same numbers for the same seed, and others for another", () => {
    expect(draw(42)).toEqual(draw(42));
    expect(draw(42)).not.toEqual(draw(43));
    expect(draw(2 ** 40)).not.toEqual(draw(0));
  });

  it("spreads evenly and stays in its range", () => {
    const random = seededRandom(7);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draws = 0; draws < 20_000; draws++) {
      const index = nextBelow(random, 10);
      counts[index] = (counts[index] ?? 0) + 1;
      const float = nextFloat(random);
      expect(float >= 0 && float < 1).toBe(true);
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(300);
  });
});
