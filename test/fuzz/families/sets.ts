import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key("m");

export const SET_FAMILIES: readonly Family[] = [
  (draw) => ["SADD", key(draw), ...draw.some(8, () => draw.word())],
  (draw) => ["SADD", key(draw), ...draw.some(8, () => draw.integer())],
  (draw) => ["SREM", key(draw), ...draw.some(4, () => draw.word())],
  (draw) => [draw.of(["SCARD", "SMEMBERS"]), key(draw)],
  (draw) => ["SISMEMBER", key(draw), draw.word()],
  (draw) => ["SMISMEMBER", key(draw), ...draw.some(4, () => draw.word())],
  (draw) => ["SMOVE", key(draw), key(draw), draw.word()],
  (draw) => ["SPOP", key(draw), draw.of(["1000", "0", "-1", "x"])],
  (draw) => ["SRANDMEMBER", key(draw), ...draw.maybe(draw.index())],
  (draw) => [draw.of(["SINTER", "SUNION", "SDIFF"]), ...draw.some(3, () => key(draw))],
  (draw) => [
    draw.of(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]),
    ...draw.some(4, () => key(draw)),
  ],
  (draw) => [
    draw.of(["SINTERCARD", "ZINTERCARD"]),
    draw.of(["1", "2", "2", "3", "0", "-1", "x"]),
    key(draw),
    key(draw),
    ...draw.maybe(draw.of(["LIMIT", "LIMIT", "x"]), ...draw.maybe(draw.index())),
  ],
  (draw) => ["SSCAN", key(draw), "0", "COUNT", "1000", ...draw.maybe("MATCH", draw.pattern())],
];
