import { describe, expect, it } from "vitest";
import { completeOptions } from "../../../src/cli/testing/options.ts";

describe("the options of a set", () => {
  it.each([
    [3, 2],
    [1, 1],
    [4, 3],
    [5, 3],
    [0, 1],
  ])("ask a majority of %i sentinels unless told otherwise: %i", (sentinels, quorum) => {
    expect(completeOptions({ sentinels }).quorum).toBe(quorum);
  });

  it("take undefined as what is usual", () => {
    expect(completeOptions({ replicas: undefined as never }).replicas).toBe(2);
  });

  it.each([
    [{ replicas: -1 }, "replicas: expected a whole number from 0 to 100, not -1"],
    [{ replicas: 1.5 }, "replicas: expected a whole number from 0 to 100, not 1.5"],
    [{ sentinels: 2, quorum: 3 }, "quorum: expected a whole number from 1 to 2, not 3"],
    [{ downAfterMs: 0 }, "downAfterMs: expected a whole number from 1 to 2147483647, not 0"],
    [{ masterName: "a b" }, "masterName: expected letters, digits, '.', '-' and '_'"],
    [
      { serverSettings: { maxmemory: "1mb\nport 1" } },
      "serverSettings, sentinelLines: expected one line each",
    ],
  ])("refuse %j", (options, message) => {
    expect(() => completeOptions(options)).toThrow(new TypeError(message));
  });
});
