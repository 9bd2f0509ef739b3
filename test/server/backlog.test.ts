import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Backlog } from "../../src/server/replication/backlog.ts";

const piece = fc.oneof(
  fc.string({ unit: "binary-ascii", maxLength: 40 }),
  fc.nat({ max: 20_000 }).map((length) => "t".repeat(length)),
  fc.nat({ max: 20_000 }).map((length) => Buffer.alloc(length, "b")),
);

function textOf(slices: readonly Buffer[]): string {
  return Buffer.concat(slices).toString("latin1");
}

describe("Backlog", () => {
  it("gives back what was appended, from any offset", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.nat(), fc.nat(), (pieces, start, from) => {
        const backlog = new Backlog(start, 1024 * 1024 * 1024);
        let all = "";
        for (const bytes of pieces) {
          backlog.append(bytes);
          all += typeof bytes === "string" ? bytes : bytes.toString("latin1");
        }
        expect(backlog.endOffset).toBe(start + all.length);
        expect(backlog.length).toBe(all.length);
        expect(backlog.firstOffset).toBe(start + 1);
        const skip = from % (all.length + 1);
        const slices = backlog.slicesFrom(start + 1 + skip, Number.POSITIVE_INFINITY);
        expect(textOf(slices)).toBe(all.slice(skip));
      }),
      { numRuns: 200 },
    );
  });

  it("keeps at least its size and what is needed when trimmed, and not much more", () => {
    fc.assert(
      fc.property(fc.array(piece, { minLength: 20, maxLength: 100 }), fc.nat(), (pieces, need) => {
        const backlog = new Backlog(0, 50_000);
        let all = "";
        for (const bytes of pieces) {
          backlog.append(bytes);
          all += typeof bytes === "string" ? bytes : bytes.toString("latin1");
          backlog.trim(backlog.endOffset + 1);
        }
        expect(backlog.length).toBeGreaterThanOrEqual(Math.min(all.length, 50_000));
        expect(backlog.length).toBeLessThan(50_000 + 2 * 20_000 + 16_384);
        const { firstOffset } = backlog;
        const kept = backlog.slicesFrom(firstOffset, Number.POSITIVE_INFINITY);
        expect(textOf(kept)).toBe(all.slice(firstOffset - 1));
        const needed = firstOffset + (need % (backlog.length + 1));
        backlog.resize(1);
        backlog.trim(needed);
        expect(backlog.firstOffset).toBeLessThanOrEqual(needed);
      }),
      { numRuns: 50 },
    );
  });

  it("has a position behind its last byte, and none before its first", () => {
    const backlog = new Backlog(100, 16);
    expect([backlog.holds(100), backlog.holds(101), backlog.holds(102)]).toEqual([
      false,
      true,
      false,
    ]);
    backlog.appendText("abc");
    expect([
      backlog.holds(100),
      backlog.holds(101),
      backlog.holds(104),
      backlog.holds(105),
    ]).toEqual([false, true, true, false]);
  });

  it("stops a read behind the piece that fills it", () => {
    const backlog = new Backlog(0, 1024);
    backlog.appendBuffer(Buffer.alloc(10_000, "a"));
    backlog.appendBuffer(Buffer.alloc(10_000, "b"));
    expect(Buffer.concat(backlog.slicesFrom(1, 5)).length).toBe(10_000);
    expect(Buffer.concat(backlog.slicesFrom(1, 10_001)).length).toBe(20_000);
  });
});
