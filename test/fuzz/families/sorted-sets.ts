import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key("z");
/** Ranges of members are defined only where all scores are equal: these keys are for them alone. */
const lexKey = (draw: Draw): string => `y${draw.below(4)}`;
const anySet = (draw: Draw): string => draw.key(draw.once(4) ? "m" : "z");

function counted(draw: Draw): string[] {
  const keys = draw.some(3, () => anySet(draw));
  return [draw.once(20) ? draw.of(["0", "-1", "7", "abc"]) : String(keys.length), ...keys];
}

function algebra(draw: Draw, options: { readonly weights: boolean }): string[] {
  const keys = counted(draw);
  // No negative ones: a score of 0 becomes -0 then, which Redis keeps in its larger form only.
  const weights = keys.slice(1).map(() => draw.score().replace(/^-/, ""));
  return [
    ...keys,
    ...(options.weights ? draw.maybe("WEIGHTS", ...weights) : []),
    ...(options.weights ? draw.maybe("AGGREGATE", draw.of(["SUM", "MIN", "MAX", "min", "x"])) : []),
  ];
}

function limit(draw: Draw): readonly string[] {
  return draw.maybe("LIMIT", draw.index(), draw.index());
}

function zrange(draw: Draw): string[] {
  if (draw.once(2)) return [draw.index(), draw.index()];
  return [draw.scoreBound(), draw.scoreBound(), "BYSCORE", ...limit(draw)];
}

function zrangeByLex(draw: Draw): string[] {
  return [draw.lexBound(), draw.lexBound(), "BYLEX", ...limit(draw)];
}

const SCORES = ["WITHSCORES"] as const;

export const SORTED_SET_FAMILIES: readonly Family[] = [
  (draw) => ["ZADD", key(draw), ...draw.some(4, () => [draw.score(), draw.word()])],
  (draw) => ["ZADD", lexKey(draw), ...draw.some(4, () => ["0", draw.word()])],
  (draw) => ["ZREM", lexKey(draw), ...draw.some(4, () => draw.word())],
  (draw) => ["ZRANGE", lexKey(draw), ...zrangeByLex(draw), ...draw.maybe("REV")],
  (draw) => ["ZRANGESTORE", key(draw), lexKey(draw), ...zrangeByLex(draw)],
  (draw) => [
    "ZADD",
    key(draw),
    ...draw.maybe(draw.of(["NX", "XX"])),
    ...draw.maybe(draw.of(["GT", "LT"])),
    ...draw.maybe("CH"),
    ...draw.maybe("INCR"),
    ...draw.some(2, () => [draw.score(), draw.word()]),
  ],
  (draw) => ["ZINCRBY", key(draw), draw.score(), draw.word()],
  (draw) => ["ZREM", key(draw), ...draw.some(5, () => draw.word())],
  (draw) => ["ZCARD", key(draw)],
  (draw) => [draw.of(["ZSCORE", "ZRANK", "ZREVRANK"]), key(draw), draw.word()],
  (draw) => ["ZMSCORE", key(draw), ...draw.some(3, () => draw.word())],
  (draw) => ["ZCOUNT", key(draw), draw.scoreBound(), draw.scoreBound()],
  (draw) => ["ZLEXCOUNT", lexKey(draw), draw.lexBound(), draw.lexBound()],
  (draw) => ["ZRANGE", key(draw), ...zrange(draw), ...draw.maybe("REV"), ...draw.maybe(...SCORES)],
  (draw) => ["ZRANGESTORE", key(draw), key(draw), ...zrange(draw), ...draw.maybe("REV")],
  (draw) => ["ZREVRANGE", key(draw), draw.index(), draw.index(), ...draw.maybe(...SCORES)],
  (draw) => [
    draw.of(["ZRANGEBYSCORE", "ZREVRANGEBYSCORE"]),
    key(draw),
    draw.scoreBound(),
    draw.scoreBound(),
    ...draw.maybe(...SCORES),
    ...limit(draw),
  ],
  (draw) => [
    draw.of(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]),
    lexKey(draw),
    draw.lexBound(),
    draw.lexBound(),
    ...limit(draw),
  ],
  (draw) => ["ZREMRANGEBYRANK", key(draw), draw.index(), draw.index()],
  (draw) => ["ZREMRANGEBYSCORE", key(draw), draw.scoreBound(), draw.scoreBound()],
  (draw) => ["ZREMRANGEBYLEX", lexKey(draw), draw.lexBound(), draw.lexBound()],
  (draw) => [draw.of(["ZPOPMIN", "ZPOPMAX"]), key(draw), ...draw.maybe(draw.index())],
  (draw) => [
    "ZMPOP",
    ...counted(draw),
    draw.of(["MIN", "MAX", "min"]),
    ...draw.maybe("COUNT", draw.index()),
  ],
  (draw) => ["ZUNION", ...algebra(draw, { weights: true }), ...draw.maybe(...SCORES)],
  (draw) => ["ZINTER", ...algebra(draw, { weights: true }), ...draw.maybe(...SCORES)],
  (draw) => ["ZDIFF", ...algebra(draw, { weights: false }), ...draw.maybe(...SCORES)],
  (draw) => ["ZUNIONSTORE", key(draw), ...algebra(draw, { weights: true })],
  (draw) => ["ZINTERSTORE", key(draw), ...algebra(draw, { weights: true })],
  (draw) => ["ZDIFFSTORE", key(draw), ...algebra(draw, { weights: false })],
  (draw) => ["ZINTERCARD", ...counted(draw), ...draw.maybe("LIMIT", draw.index())],
  (draw) => ["ZRANDMEMBER", key(draw), ...draw.maybe(draw.index(), ...draw.maybe(...SCORES))],
  (draw) => ["ZSCAN", key(draw), "0", "COUNT", "1000", ...draw.maybe("MATCH", draw.pattern())],
];
