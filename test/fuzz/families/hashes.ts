import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key("h");

export const HASH_FAMILIES: readonly Family[] = [
  (draw) => ["HSET", key(draw), ...draw.some(4, () => [draw.word(), draw.word()])],
  (draw) => ["HSET", key(draw), ...draw.some(5, () => draw.word())],
  (draw) => ["HMSET", key(draw), ...draw.some(3, () => [draw.word(), draw.integer()])],
  (draw) => ["HSETNX", key(draw), draw.word(), draw.word()],
  (draw) => ["HGET", key(draw), draw.word()],
  (draw) => ["HMGET", key(draw), ...draw.some(4, () => draw.word())],
  (draw) => [draw.of(["HGETALL", "HKEYS", "HVALS", "HLEN"]), key(draw)],
  (draw) => [draw.of(["HEXISTS", "HSTRLEN"]), key(draw), draw.word()],
  (draw) => ["HDEL", key(draw), ...draw.some(6, () => draw.word())],
  (draw) => ["HINCRBY", key(draw), draw.word(), draw.integer()],
  (draw) => ["HINCRBYFLOAT", key(draw), draw.word(), draw.score()],
  (draw) => ["HRANDFIELD", key(draw)],
  (draw) => ["HRANDFIELD", key(draw), draw.index(), ...draw.maybe("WITHVALUES")],
  (draw) => ["HSCAN", key(draw), "0", "COUNT", "1000", ...draw.maybe("MATCH", draw.pattern())],
];
