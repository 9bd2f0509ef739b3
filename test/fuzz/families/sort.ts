import type { Draw, Family } from "../draw.ts";

/** Of a set no order is left without sorting, so `BY nosort` is for the others. */
export const SORT_FAMILIES: readonly Family[] = [
  (draw) => ["SORT", draw.key(draw.of(["l", "m", "z"])), ...order(draw, ["s*", "h*->f"])],
  (draw) => ["SORT", draw.key("l"), ...order(draw, ["nosort", "s*", "h*->f"])],
  (draw) => ["SORT_RO", draw.key("z"), ...order(draw, ["nosort"])],
  (draw) => ["SORT", draw.key("l"), ...order(draw, ["s*"]), "STORE", draw.key("l")],
  (draw) => ["SORT", draw.key("l"), draw.word(), ...draw.maybe("STORE")],
];

/** Elements that weigh the same are told apart by ALPHA, whatever is asked for beside it. */
function order(draw: Draw, patterns: readonly string[]): readonly string[] {
  return [
    ...draw.maybe("BY", draw.of(patterns)),
    ...draw.maybe("LIMIT", draw.index(), draw.index()),
    ...draw.maybe("GET", draw.of(["#", "s*", "h*->a", "x"])),
    ...draw.maybe(draw.of(["ASC", "DESC"])),
    ...(draw.once(2) ? ["ALPHA"] : []),
  ];
}
