import type { Draw, Family } from "../draw.ts";

const key = (draw: Draw): string => draw.key(draw.of(["s", "l", "m", "h", "z"]));

export const KEY_FAMILIES: readonly Family[] = [
  (draw) => [draw.of(["DEL", "UNLINK"]), key(draw)],
  (draw) => [draw.of(["EXISTS", "TOUCH"]), ...draw.some(3, () => key(draw))],
  (draw) => [draw.of(["TYPE", "PERSIST", "EXPIRETIME", "PEXPIRETIME"]), key(draw)],
  (draw) => [draw.of(["RENAME", "RENAMENX"]), key(draw), key(draw)],
  (draw) => ["COPY", key(draw), key(draw), ...draw.maybe("REPLACE")],
  (draw) => ["OBJECT", "ENCODING", key(draw)],
  (draw) => [
    draw.of(["PEXPIREAT", "EXPIREAT"]),
    key(draw),
    draw.of(["4102444800000", "4102444800", "1", "0", "x"]),
    ...draw.maybe(draw.of(["NX", "XX", "GT", "LT", "XX GT", "x"])),
  ],
  () => ["DBSIZE"],
  (draw) => ["KEYS", draw.pattern()],
  (draw) => ["SCAN", "0", "COUNT", "1000", ...draw.maybe("TYPE", draw.of(["hash", "zset", "x"]))],
];
