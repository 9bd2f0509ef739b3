import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BufferedWriter } from "../../src/resp/buffered-writer.ts";
import { ReplyFraming } from "../../src/shell/links/reply-framing.ts";
import { bufferOfOutput, replies } from "../resp/replies.ts";
import { cuts, slice } from "../resp/slices.ts";

/** @returns the first fault in a stream that arrives in these chunks */
function inspected(chunks: readonly Buffer[]): string | undefined {
  const framing = new ReplyFraming();
  return chunks.map((chunk) => framing.inspect(chunk)).find((fault) => fault !== undefined);
}

function faultOf(text: string): string | undefined {
  return inspected([Buffer.from(text, "latin1")]);
}

const MARKS = Array.from("+-:$*>%~=_#!,(|019\r\nax");

describe("the framing of replies", () => {
  it("lets every RESP value through, in any slicing", () => {
    fc.assert(
      fc.property(fc.array(replies, { maxLength: 4 }), cuts, (values, at) => {
        const writer = new BufferedWriter(3);
        for (const value of values) if (!isEmptyPush(value)) writer.reply(value);
        expect(inspected(slice(bufferOfOutput(writer.take()), at))).toBeUndefined();
      }),
    );
  });

  it("finds the same fault however the stream is cut", () => {
    const text = fc.string({ unit: fc.constantFrom(...MARKS), maxLength: 40 });
    fc.assert(
      fc.property(text, cuts, (stream, at) => {
        const bytes = Buffer.from(stream, "latin1");
        const isSound = inspected([bytes]) === undefined;
        expect(inspected(slice(bytes, at)) === undefined).toBe(isSound);
      }),
    );
  });

  it.each([
    ["HTTP/1.1 200 OK\r\n", "not RESP"],
    ["|1\r\n", "not RESP"],
    ["+a\rb\r\n", "CR without LF"],
    ["$-2\r\n", "malformed length"],
    ["$!\r\n", "malformed length"],
    ["$\r\n", "malformed length"],
    ["=3\r\n", "malformed length"],
    ["=-1\r\n", "malformed length"],
    [">0\r\n", "malformed length"],
    ["*-1x\r\n", "malformed length"],
    ["*129\r\n", "aggregate too long"],
    ["%99999999\r\n", "malformed length"],
    ["$1\r\nabc", "bulk without line end"],
    ["$1\r\na\rb", "bulk without line end"],
    ["_x\r\n", "malformed null"],
    ["#tt\r\n", "malformed boolean"],
    [":\r\n", "empty number"],
    [`+${"x".repeat(9_000)}`, "line too long"],
    [`+${"x".repeat(9_000)}\r\n`, "line too long"],
    [":1\r\n".repeat(10_001), "too many values"],
  ])("finds %j at fault: %s", (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it("counts what arrives until something is completed", () => {
    const framing = new ReplyFraming();
    const megabyte = Buffer.from(`$${2 ** 20 - 12}\r\n${"x".repeat(2 ** 20 - 12)}\r\n`);
    for (let reply = 0; reply < 8; reply++) {
      expect(framing.inspect(megabyte)).toBeUndefined();
      framing.completed();
    }
    for (let push = 0; push < 4; push++) expect(framing.inspect(megabyte)).toBeUndefined();
    expect(framing.inspect(megabyte)).toBe("reply too long");
  });
});

/** A push names its kind: an empty one is no RESP, wherever it stands. */
function isEmptyPush(value: unknown): boolean {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "bigint" ? String(each) : each,
  ).includes('"kind":"push","items":[]');
}
