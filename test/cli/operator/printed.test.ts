import { describe, expect, it } from "vitest";
import { bytesText, durationText } from "../../../src/base/quantity-text.ts";
import { COLOURED, PLAIN } from "../../../src/cli/paint.ts";
import { secondsCheck } from "../../../src/cli/operator/options.ts";
import { placeOf, placesOf } from "../../../src/cli/operator/places.ts";
import { printable, tableLines } from "../../../src/cli/operator/printed.ts";

describe("texts for people", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1_000, "1.0 kB"],
    [12_345, "12 kB"],
    [999_700, "1.0 MB"],
    [10_000_000_000_000_000, "10000 TB"],
  ])("%d bytes are %s", (bytes, text) => expect(bytesText(bytes)).toBe(text));

  it.each([
    [12, "12 ms"],
    [3_400, "3.4 s"],
    [45_000, "45 s"],
    [300_000, "5 min"],
    [7_200_000, "2 h"],
    [259_200_000, "3 d"],
  ])("%d ms are %s", (ms, text) => expect(durationText(ms)).toBe(text));

  it("keeps columns straight when cells are coloured, and no control character", () => {
    const rows = [
      ["a", { text: "ok", tone: "good" } as const, "x"],
      ["b\u001b[31m", "down", ""],
    ];
    expect(tableLines(["NAME", "STATE", "REST"], rows, PLAIN)).toEqual([
      "NAME    STATE  REST",
      "a       ok     x",
      "b\ufffd[31m  down",
    ]);
    const [, coloured] = tableLines(["NAME", "STATE", "REST"], rows, COLOURED);
    expect(coloured).toBe("a       \u001b[32mok   \u001b[0m  x");
    expect(printable("a\r\nb\u202ec")).toBe("a\ufffd\ufffdb\ufffdc");
  });
});

describe("seconds", () => {
  it.each([0.5, 60, 1_000_000])("may be %d", (seconds) => {
    expect(secondsCheck("limit", seconds)).toBe(true);
  });

  // A timer that is given more than 2^31 ms fires at once.
  it.each([0, -1, Number.NaN, 2_147_484, Infinity])("may not be %d", (seconds) => {
    expect(secondsCheck("limit", seconds)).toContain("--limit: a number of seconds above 0");
  });
});

describe("places", () => {
  it.each([
    ["10.0.0.1:26379", { host: "10.0.0.1", port: 26379 }],
    ["[::1]:26379", { host: "::1", port: 26379 }],
    ["redis-1.example:1", { host: "redis-1.example", port: 1 }],
  ])("%s is one", (text, place) => expect(placeOf(text, "--from")).toEqual(place));

  it.each(["", "10.0.0.1", "10.0.0.1:", "10.0.0.1:0", "10.0.0.1:70000", "a b:1", ":26379"])(
    "'%s' is none",
    (text) => expect(() => placeOf(text, "--from")).toThrow("expected HOST:PORT"),
  );

  it("takes several", () => {
    expect(placesOf("a:1, b:2,", "--from").map(({ port }) => port)).toEqual([1, 2]);
  });
});
