import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";

/** Answers of redis-server 7.0.15; random ones are compared in `test/fuzz`. */
const ANSWERS: readonly (readonly [string, string])[] = [
  ["BITFIELD b", "*0"],
  ["BITFIELD b GET u8 0 GET i8 #1 GET i4 4", "*3 :255 :-127 :-1"],
  ["BITFIELD b SET u8 0 300", "*1 :255"],
  ["BITFIELD b INCRBY u2 0 1", "*1 :0"],
  ["BITFIELD b OVERFLOW SAT INCRBY i8 0 -200", "*1 :-128"],
  ["BITFIELD b OVERFLOW FAIL INCRBY u8 0 1 GET u8 0", "*2 $-1 :255"],
  ["BITFIELD b OVERFLOW foo", "-ERR Invalid OVERFLOW type specified"],
  ["BITFIELD_RO b SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand"],
  ["BITFIELD b GET u8 -1", "-ERR bit offset is not an integer or out of range"],
  [
    "BITFIELD b GET u64 0",
    "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.",
  ],
  ["LCS a m", "$6 mytext"],
  ["LCS a m LEN", ":6"],
  ["LCS a m IDX", "*4 $7 matches *2 *2 *2 :4 :7 *2 :5 :8 *2 *2 :2 :3 *2 :0 :1 $3 len :6"],
  ["LCS a m IDX MINMATCHLEN 4 WITHMATCHLEN", "*4 $7 matches *1 *3 *2 :4 :7 *2 :5 :8 :4 $3 len :6"],
  ["LCS a m IDX LEN", "-ERR If you want both the length and indexes, please just use IDX."],
  ["LCS l m", "-ERR The specified keys must contain string values"],
];

describe("BITFIELD and LCS", () => {
  it.each(ANSWERS)("%s", (line, reply) => {
    const client = new TestServer().connect();
    client.send("SET", "b", "\xff\x81");
    client.line("MSET a ohmytext m mynewtext");
    client.line("RPUSH l 1");
    expect(client.line(line).trimEnd().split("\r\n").join(" ")).toBe(reply);
  });
});
