import { describe, expect, it } from "vitest";
import { journalHash, mustBeTheSame } from "../../src/sim/checks/replay.ts";
import { REAL_PROGRAM, type SentinelProgram } from "../../src/sim/sentinel-program.ts";
import { type SimulationOptions, simulate } from "../../src/sim/simulation.ts";

const MODES: readonly (readonly [name: string, seed: number, options: SimulationOptions])[] = [
  ["usual", 12, {}],
  ["mixed", 13, { isMixed: true }],
  ["names", 14, { hasNames: true }],
  ["crowded", 15, { isCrowded: true }],
];

/** A core that knows more than its state: how often it has been asked anything. */
function forgetful(): SentinelProgram {
  let steps = 0;
  return {
    ...REAL_PROGRAM,
    step(state, input, now) {
      steps++;
      const effects = REAL_PROGRAM.step(state, input, now);
      return steps % 997 === 0 ? effects.filter(({ kind }) => kind !== "send") : effects;
    },
  };
}

describe("a run", () => {
  it.each(MODES)("leaves the same journal when it is played again (%s)", (_name, seed, options) => {
    const { journal } = simulate(seed, options);
    const again = simulate(seed, options).journal;
    expect(journalHash(again)).toBe(journalHash(journal));
    expect(() => mustBeTheSame(journal, again)).not.toThrow();
  });

  it("that differs is found, with its first line that does", () => {
    const program = forgetful();
    const { journal } = simulate(12, { program, isDetailed: true });
    const again = simulate(12, { program, isDetailed: true }).journal;
    expect(() => mustBeTheSame(journal, again)).toThrow("a seed is played the same way each time");
  });
});
