import { array, assert, constantFrom, oneof, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFault, parseTime } from "../../src/sim/rehearsal/fault-text.ts";
import { RehearsalError } from "../../src/sim/rehearsal/rehearsal-error.ts";

const MASTER = { kind: "master" } as const;

describe("a fault", () => {
  it.each([
    ["at 10s kill master", 10_000, { kind: "kill", target: MASTER, forMs: undefined }],
    ["at 500ms crash master", 500, { kind: "kill", target: MASTER, forMs: undefined }],
    [
      "at 2m pause replica 2 for 3s",
      120_000,
      { kind: "pause", target: { kind: "replica", number: 2 }, forMs: 3_000 },
    ],
    [
      "at 1.5s cut zone a for 1m",
      1_500,
      { kind: "cut", target: { kind: "zone", name: "a" }, forMs: 60_000 },
    ],
    [
      "at 1s cut zone-a",
      1_000,
      { kind: "cut", target: { kind: "named", name: "zone-a" }, forMs: undefined },
    ],
    [
      "at 1s power-off 192.0.2.1",
      1_000,
      { kind: "power-off", target: { kind: "named", name: "192.0.2.1" }, forMs: undefined },
    ],
    [
      "at 1s slow leader by 300ms for 5s",
      1_000,
      { kind: "slow", target: { kind: "leader" }, byMs: 300, forMs: 5_000 },
    ],
    [
      "at 1s slow sentinel 1 300ms",
      1_000,
      { kind: "slow", target: { kind: "sentinel", number: 1 }, byMs: 300, forMs: undefined },
    ],
    [
      "  at  1s  restart  master  for  2s ",
      1_000,
      { kind: "restart", target: MASTER, forMs: 2_000 },
    ],
    [
      "at 1s stop s1",
      1_000,
      { kind: "stop", target: { kind: "named", name: "s1" }, forMs: undefined },
    ],
    ["at 1s resume master", 1_000, { kind: "resume", target: MASTER }],
    ["at 1s start master", 1_000, { kind: "start", target: MASTER }],
    ["at 1s heal", 1_000, { kind: "heal", target: undefined }],
    ["at 1s heal zone a", 1_000, { kind: "heal", target: { kind: "zone", name: "a" } }],
    ["at 1s failover", 1_000, { kind: "failover" }],
  ])("%s", (text, atMs, action) => {
    expect(parseFault(text)).toEqual({ atMs, action, text });
  });

  it.each([
    ["at 10s kil master", "'kil' at character 8: expected kill, stop"],
    ["kill master", "'kill' at character 1: expected 'at'"],
    ["at 10 kill master", "'10' at character 4: expected a time like"],
    ["at 10s", "at the end (character 7): expected kill"],
    ["at 10s kill", "at the end (character 12): expected master"],
    ["at 10s kill replica", "at the end (character 20): expected the number of the replica"],
    ["at 10s kill replica 0", "'0' at character 21: expected the number of the replica"],
    ["at 10s cut zone", "at the end (character 16): expected the name of a zone"],
    ["at 10s kill master for", "at the end (character 23): expected a time"],
    ["at 10s kill for 10s", "'for' at character 13: expected master"],
    ["at 10s slow master", "at the end (character 19): expected how much slower"],
    ["at 10s kill master please", "'please' at character 20: expected nothing more"],
    ["at 10s heal master now", "'now' at character 20: expected nothing more"],
    ["", "at the end (character 1): expected 'at'"],
  ])("is refused with the place: %s", (text, place) => {
    expect(() => parseFault(text)).toThrow(RehearsalError);
    expect(() => parseFault(text)).toThrow(`--fault '${text}': ${place}`);
    expect(() => parseFault(text)).toThrow("for example 'at 10s kill master'");
  });

  it("throws nothing else, whatever the text", () => {
    const word = oneof(
      constantFrom("at", "10s", "kill", "slow", "zone", "for", "heal", "replica", "master"),
      string({ maxLength: 6 }),
    );
    assert(
      property(array(word, { maxLength: 8 }), (words) => {
        try {
          expect(parseFault(words.join(" ")).atMs).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toBeInstanceOf(RehearsalError);
        }
      }),
    );
  });

  it.each(["", "10", "s", "-1s", "1h", "1e3s", "99999999999s", "1.0001s"])(
    "has no time '%s'",
    (text) => {
      expect(parseTime(text)).toBeUndefined();
    },
  );
});
