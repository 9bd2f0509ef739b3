import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOf } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/resp/encode-command.ts";
import { StreamApplier } from "../../src/server/replication/stream-applier.ts";

/** Applies by listing; `BAD` is refused, MULTI and EXEC open and close. */
function listing(): { applier: StreamApplier; applied: string[] } {
  const applied: string[] = [];
  let inTransaction = false;
  const applier = new StreamApplier({
    isInTransaction: () => inTransaction,
    apply: (args) => {
      const name = textOf(args[0] ?? "");
      if (name === "BAD") return { reason: "bad", diverged: true };
      if (name === "MULTI") inTransaction = true;
      if (name === "EXEC") inTransaction = false;
      applied.push(args.map(textOf).join(" "));
      return undefined;
    },
  });
  return { applier, applied };
}

function taken(applier: StreamApplier): string {
  return Buffer.concat(applier.takeDone()).toString("latin1");
}

const command = fc
  .array(fc.string({ unit: "binary-ascii", maxLength: 10 }), { minLength: 1, maxLength: 4 })
  .map((words) => encodeCommand(["SET", ...words]).toString("latin1"));
const stream = fc.array(
  fc.oneof(
    command,
    fc.constant("\n"),
    command.map((inner) => `*1\r\n$5\r\nMULTI\r\n${inner}*1\r\n$4\r\nEXEC\r\n`),
  ),
  { maxLength: 10 },
);

describe("StreamApplier", () => {
  it("hands on exactly the bytes of whole commands, in any slicing", () => {
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 30 })), (units, steps) => {
        const bytes = Buffer.from(units.join(""), "latin1");
        const { applier } = listing();
        let handedOn = "";
        let at = 0;
        const boundaries = new Set([0]);
        let end = 0;
        for (const unit of units) boundaries.add((end += unit.length));
        for (const step of [...steps, bytes.length]) {
          expect(applier.feed(bytes.subarray(at, at + step)).kind).toBe("applied");
          at += step;
          handedOn += taken(applier);
          expect(boundaries).toContain(handedOn.length);
          expect(applier.pendingBytes).toBe(Math.min(at, bytes.length) - handedOn.length);
        }
        expect(handedOn).toBe(bytes.toString("latin1"));
      }),
    );
  });

  it("keeps an open transaction to itself", () => {
    const { applier, applied } = listing();
    applier.feed(Buffer.from("*1\r\n$4\r\nPING\r\n*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nINCR\r\n"));
    expect(taken(applier)).toBe("*1\r\n$4\r\nPING\r\n");
    expect(applied).toEqual(["PING", "MULTI", "INCR"]);
    applier.feed(Buffer.from("*1\r\n$4\r\nEXEC\r\n"));
    expect(taken(applier)).toBe("*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nINCR\r\n*1\r\n$4\r\nEXEC\r\n");
  });

  it("stops before a command that is refused", () => {
    const { applier, applied } = listing();
    const outcome = applier.feed(
      Buffer.from("*1\r\n$4\r\nPING\r\n*1\r\n$3\r\nBAD\r\n*1\r\n$4\r\nPONG\r\n"),
    );
    expect(outcome).toEqual({ kind: "halted", refusal: { reason: "bad", diverged: true } });
    expect(taken(applier)).toBe("*1\r\n$4\r\nPING\r\n");
    expect(applied).toEqual(["PING"]);
  });

  it("says what makes no sense", () => {
    const { applier } = listing();
    expect(applier.feed(Buffer.from("*1\r\n:5\r\n"))).toMatchObject({ kind: "malformed" });
  });
});
