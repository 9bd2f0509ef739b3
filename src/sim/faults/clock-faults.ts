import { type FaultType, faultType } from "./fault.ts";

const JUMP_MS_MAX = 600_000;
const JUMPS = ["forward", "standing still"] as const;

/** What happens to the clock that a sentinel measures everything with. */
export const CLOCK_FAULTS = {
  "clock-jump": faultType({
    lasts: false,
    draw: (dice) => ({
      node: dice.sentinelOfBothKinds(),
      way: dice.anyOf(JUMPS),
      // Below and above what makes a sentinel distrust its clock (TILT, two seconds).
      byMs: 20 + dice.below(dice.chance(0.5) ? 1_500 : 20_000),
    }),
    read: (reader) => ({
      node: reader.sentinelOfBothKinds("node"),
      way: reader.choice("way", JUMPS),
      byMs: reader.number("byMs", { from: 1, to: JUMP_MS_MAX }),
    }),
    apply(scene, { node, way, byMs }) {
      const victim = scene.node(node);
      scene.note(`${victim.name} ${way} by ${byMs} ms`);
      if (victim.isAlive) victim.moveClock(way === "forward" ? byMs : -byMs);
      return undefined;
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;
