import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key("s");

/** Far away, so that nothing expires while a round runs; or refused. */
const MOMENTS = ["4102444800000", "5102444800000", "0", "-1"] as const;

export const STRING_FAMILIES: readonly Family[] = [
  (draw) => ["SET", key(draw), draw.word()],
  (draw) => ["SET", key(draw), draw.integer()],
  (draw) => [
    "SET",
    key(draw),
    draw.word(),
    ...draw.maybe(draw.of(["NX", "XX"])),
    ...draw.maybe("GET"),
    ...draw.maybe("PXAT", draw.of(MOMENTS)),
    ...draw.maybe("KEEPTTL"),
  ],
  (draw) => [draw.of(["GET", "STRLEN", "GETDEL", "INCR", "DECR", "GETEX"]), key(draw)],
  (draw) => [draw.of(["INCRBY", "DECRBY"]), key(draw), draw.integer()],
  (draw) => ["INCRBYFLOAT", key(draw), draw.score()],
  (draw) => [draw.of(["APPEND", "GETSET", "SETNX"]), key(draw), draw.word()],
  (draw) => ["SETRANGE", key(draw), draw.index(), draw.word()],
  (draw) => [draw.of(["GETRANGE", "SUBSTR"]), key(draw), draw.index(), draw.index()],
  (draw) => ["MGET", ...draw.some(3, () => key(draw))],
  (draw) => [draw.of(["MSET", "MSETNX"]), ...draw.some(3, () => [key(draw), draw.word()])],
  (draw) => ["GETEX", key(draw), ...draw.maybe("PERSIST"), ...draw.maybe("PXAT", draw.of(MOMENTS))],
];
