import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";

/** What was set before, the command, and the reply, as redis-server 7.0 gives it. */
const REPLIES: readonly (readonly [string, string, string])[] = [
  ["", "SETBIT k 7 1", ":0"],
  ["SETBIT k 7 1", "SETBIT k 7 0", ":1"],
  ["SET k a", "GETBIT k 1", ":1"],
  ["SET k a", "GETBIT k 100", ":0"],
  ["", "SETBIT k -1 0", "-ERR bit offset is not an integer or out of range"],
  ["", "SETBIT k 4294967296 0", "-ERR bit offset is not an integer or out of range"],
  ["", "SETBIT k 0 2", "-ERR bit is not an integer or out of range"],
  ["SET k foobar", "BITCOUNT k", ":26"],
  ["SET k foobar", "BITCOUNT k 1 1", ":6"],
  ["SET k foobar", "BITCOUNT k 5 30 BIT", ":17"],
  ["SET k foobar", "BITCOUNT k 1", "-ERR syntax error"],
  ["", "BITCOUNT k 1 x", ":0"],
  ["SET k \xff\xf0\x00", "BITPOS k 0", ":12"],
  ["SET k \xff\xff", "BITPOS k 0", ":16"],
  ["SET k \xff\xff", "BITPOS k 0 0 -1", ":-1"],
  ["SET k \x00\xff", "BITPOS k 1 7 15 BIT", ":8"],
  ["", "BITPOS k 1", ":-1"],
  ["SET k a", "BITPOS k 2", "-ERR The bit argument must be 1 or 0."],
  ["MSET a \x0f\xf0 b \xff", "BITOP AND d a b", ":2"],
  ["", "BITOP NOT d a b", "-ERR BITOP NOT must be called with a single source key."],
];

describe("bitmaps", () => {
  it.each(REPLIES)("after %j, %j", (before, command, reply) => {
    const client = new TestServer().connect();
    if (before !== "") client.line(before);
    expect(client.line(command)).toBe(`${reply}\r\n`);
  });

  it.each([
    ["AND", "\x0f\x00"],
    ["OR", "\xff\xf0"],
    ["XOR", "\xf0\xf0"],
  ])("BITOP %s fills the shorter value with zeros", (operation, result) => {
    const client = new TestServer().connect();
    client.line("MSET a \x0f\xf0 b \xff");
    client.line(`BITOP ${operation} d a b`);
    expect(client.line("GET d")).toBe(`$2\r\n${result}\r\n`);
  });
});
