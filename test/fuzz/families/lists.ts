import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key("l");
const end = (draw: Draw): string => draw.of(["LEFT", "RIGHT"]);

export const LIST_FAMILIES: readonly Family[] = [
  (draw) => [draw.of(["LPUSH", "RPUSH"]), key(draw), ...draw.some(6, () => draw.word())],
  (draw) => [draw.of(["LPUSHX", "RPUSHX"]), key(draw), draw.word()],
  (draw) => [draw.of(["LPOP", "RPOP"]), key(draw), ...draw.maybe(draw.index())],
  (draw) => ["LLEN", key(draw)],
  (draw) => ["LRANGE", key(draw), draw.index(), draw.index()],
  (draw) => ["LINDEX", key(draw), draw.index()],
  (draw) => ["LSET", key(draw), draw.index(), draw.word()],
  (draw) => ["LINSERT", key(draw), draw.of(["BEFORE", "AFTER", "x"]), draw.word(), draw.word()],
  (draw) => ["LREM", key(draw), draw.index(), draw.word()],
  (draw) => ["LTRIM", key(draw), draw.index(), draw.index()],
  (draw) => [
    "LPOS",
    key(draw),
    draw.word(),
    ...draw.maybe("RANK", draw.index()),
    ...draw.maybe("COUNT", draw.index()),
    ...draw.maybe("MAXLEN", draw.index()),
  ],
  (draw) => ["LMOVE", key(draw), key(draw), end(draw), end(draw)],
  (draw) => ["RPOPLPUSH", key(draw), key(draw)],
  (draw) => [
    "LMPOP",
    draw.of(["1", "2", "2", "x"]),
    key(draw),
    key(draw),
    end(draw),
    ...draw.maybe("COUNT", draw.index()),
  ],
];

/** Inside MULTI, where they never block. */
export const BLOCKING_FAMILIES: readonly Family[] = [
  (draw) => [draw.of(["BLPOP", "BRPOP"]), key(draw), key(draw), "0"],
  (draw) => ["BLMOVE", key(draw), key(draw), end(draw), end(draw), "0"],
  (draw) => ["BRPOPLPUSH", key(draw), key(draw), draw.of(["0", "-1", "x"])],
  (draw) => ["BLMPOP", "0", "2", key(draw), key(draw), end(draw), ...draw.maybe("COUNT", "2")],
  (draw) => [draw.of(["BZPOPMIN", "BZPOPMAX"]), draw.key("z"), draw.key("z"), "0"],
  (draw) => ["BZMPOP", "0", "1", draw.key("z"), draw.of(["MIN", "MAX"])],
];
