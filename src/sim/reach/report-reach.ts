import type { Counts } from "../coverage.ts";
import type { Variety } from "../draw-plan.ts";
import { type Point, POINTS } from "./reachable.ts";

/** Points that some hundred seeds must reach and these did not. */
export function missedPoints(counts: Counts): Point[] {
  return POINTS.filter(({ key, reach }) => reach.kind === "often" && !counts.has(key));
}

/** Every point with its count, those at zero first, and behind them the reason where there is one. */
export function formatReach(counts: Counts): string {
  const rows = POINTS.map((point) => ({ point, times: counts.get(point.key) ?? 0 }));
  rows.sort((a, b) => a.times - b.times || (a.point.key < b.point.key ? -1 : 1));
  const width = Math.max(...rows.map(({ point }) => point.key.length));
  const lines = rows.map(({ point: { key, reach }, times }) => {
    const why = reach.kind === "often" ? "" : `  ${reach.kind}: ${reach.reason}`;
    return `${String(times).padStart(9)}  ${times === 0 ? key.padEnd(width) + why : key}`.trimEnd();
  });
  const reached = rows.filter(({ times }) => times > 0).length;
  const nevers = rows.filter(({ point }) => point.reach.kind === "never").length;
  const missed = missedPoints(counts).length;
  return [
    ...lines,
    `${reached} of ${rows.length - nevers} reachable points reached; ` +
      `${missed} missed that any ${SEEDS_FOR_REACH} seeds should reach`,
  ].join("\n");
}

/** So many seeds reach whatever is reached often. */
export const SEEDS_FOR_REACH = 500;

/** Every sort of world in turn, the costly ones less often. */
export function varietyForReach(seed: number): Variety {
  const isCrowded = seed % 40 === 1;
  const isMixed = seed % 12 === 0;
  const isLosing = seed % 40 === 21;
  const isPlain = !isCrowded && !isLosing;
  return {
    isCrowded,
    isLosing,
    isMixed: isMixed && isPlain,
    hasNames: isPlain && !isMixed && seed % 3 === 0,
    isMaintained: !isLosing && seed % 5 === 2,
  };
}
