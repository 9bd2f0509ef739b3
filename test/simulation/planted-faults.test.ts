import { describe, expect, it } from "vitest";
import { simulate } from "../../src/sim/simulation.ts";
import { PLANTED_FAULTS, type PlantedFault } from "./planted-faults.ts";

/** What each fault is found by first, in the order of the seeds. */
function firstViolation({ program, within }: PlantedFault): { seed: number; invariant: string } {
  for (let seed = 1; seed <= within; seed++) {
    const { violation } = simulate(seed, { program });
    if (violation !== undefined) return { seed, invariant: violation.invariant };
  }
  return { seed: within, invariant: "none broken" };
}

describe("every checker can fail", () => {
  it.each(Object.entries(PLANTED_FAULTS))("%s", (_name, fault) => {
    expect(firstViolation(fault)).toMatchObject({ invariant: fault.invariant });
  });
});
