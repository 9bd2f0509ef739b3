import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";

/** Seen on redis-server 7.0: scores of `a` and `b`, weights, aggregate, the intersection's score. */
const NO_NUMBERS: readonly (readonly [string, string, string, string, string])[] = [
  ["inf", "-3", "0 inf", "SUM", "-inf"],
  ["-3", "-inf", "inf 0", "SUM", "0"],
  ["-3", "-inf", "inf 0", "MAX", "-inf"],
  ["-3", "-inf", "-inf 0", "MIN", "inf"],
  ["5", "0", "inf inf", "MIN", "inf"],
  ["0", "inf", "inf 0", "SUM", "0"],
];

describe("ZINTERSTORE", () => {
  it.each(NO_NUMBERS)(
    "of %s and %s weighed %s, %s: no number counts as Redis counts it",
    (a, b, weights, aggregate, score) => {
      const client = new TestServer().connect();
      client.line(`ZADD a ${a} m`);
      client.line(`ZADD b ${b} m`);
      client.line(`ZINTERSTORE c 2 a b WEIGHTS ${weights} AGGREGATE ${aggregate}`);
      expect(client.line("ZSCORE c m")).toBe(`$${score.length}\r\n${score}\r\n`);
    },
  );
});
