import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key("s");

export const BITMAP_FAMILIES: readonly Family[] = [
  (draw) => ["SETBIT", key(draw), draw.index(), draw.of(["0", "1", "2"])],
  (draw) => ["GETBIT", key(draw), draw.index()],
  (draw) => [
    "BITCOUNT",
    key(draw),
    ...draw.maybe(draw.index(), draw.index(), ...draw.maybe(draw.of(["BIT", "BYTE", "x"]))),
  ],
  (draw) => [
    "BITPOS",
    key(draw),
    draw.of(["0", "1", "1", "2"]),
    ...draw.maybe(draw.index(), ...draw.maybe(draw.index(), ...draw.maybe("BIT"))),
  ],
  (draw) => [
    "BITOP",
    draw.of(["AND", "OR", "XOR", "NOT", "x"]),
    key(draw),
    ...draw.some(3, () => key(draw)),
  ],
];
