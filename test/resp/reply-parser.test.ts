import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeReply } from "../../src/resp/buffered-writer.ts";
import { ProtocolError } from "../../src/resp/errors.ts";
import { DEFAULT_REPLY_LIMITS, ReplyParser } from "../../src/resp/reply-parser.ts";
import { type Protocol } from "../../src/resp/reply-writer.ts";
import { NULL, type Reply } from "../../src/resp/reply.ts";
import { bufferOfOutput, comparable, flattened, replies } from "./replies.ts";
import { bytewise, cuts, slice } from "./slices.ts";

interface Outcome {
  readonly replies: readonly Reply[];
  readonly error: string | undefined;
}

function parse(slices: readonly Buffer[], parser = new ReplyParser()): Outcome {
  const found: Reply[] = [];
  try {
    for (const chunk of slices) {
      parser.feed(chunk);
      for (let next = parser.next(); next !== undefined; next = parser.next()) found.push(next);
    }
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown;
    return { replies: found, error: thrown.message };
  }
  return { replies: found, error: undefined };
}

function parseText(text: string, parser?: ReplyParser): Outcome {
  return parse([Buffer.from(text, "latin1")], parser);
}

function encodeAll(all: readonly Reply[], protocol: Protocol): Buffer {
  return Buffer.concat(all.map((reply) => bufferOfOutput(encodeReply(reply, protocol))));
}

const almostReplies = fc
  .array(
    fc.oneof(
      fc.constantFrom("*", "$", "%", "~", ">", "|", "+", "-", ":", "_", ",", "#", "(", "=", "!"),
      fc.constantFrom("\r\n", "\r", "\n", "-1", "0", "1", "2", "4", "txt:", "abc", "t", "1.5"),
      fc.constantFrom("$3\r\nabc\r\n", ":1\r\n", "*2\r\n", "%1\r\n", "|1\r\n", "#t\r\n", "_\r\n"),
      fc.uint8Array({ maxLength: 6 }).map((raw) => Buffer.from(raw).toString("latin1")),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.from(parts.join(""), "latin1"));

describe("ReplyParser: laws", () => {
  it("gives back any RESP3 reply, in any slicing", () => {
    fc.assert(
      fc.property(fc.array(replies, { maxLength: 4 }), cuts, (all, fractions) => {
        const outcome = parse(slice(encodeAll(all, 3), fractions));
        expect(outcome.error).toBeUndefined();
        expect(outcome.replies.map(comparable)).toEqual(all.map(comparable));
      }),
      { numRuns: 300 },
    );
  });

  it("gives back what RESP2 can carry of any reply", () => {
    fc.assert(
      fc.property(fc.array(replies, { maxLength: 4 }), cuts, (all, fractions) => {
        const outcome = parse(slice(encodeAll(all, 2), fractions));
        expect(outcome.error).toBeUndefined();
        expect(outcome.replies.map(comparable)).toEqual(all.map(flattened).map(comparable));
      }),
      { numRuns: 300 },
    );
  });

  it("answers any input the same way whole, sliced and byte by byte", () => {
    fc.assert(
      fc.property(almostReplies, cuts, (stream, fractions) => {
        const whole = parse(stream.length === 0 ? [] : [stream]);
        for (const slices of [slice(stream, fractions), bytewise(stream)]) {
          const sliced = parse(slices);
          expect(sliced.error).toBe(whole.error);
          expect(sliced.replies.map(comparable)).toEqual(whole.replies.map(comparable));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("ReplyParser", () => {
  it.each<[string, Reply]>([
    ["$-1\r\n", NULL],
    ["*-1\r\n", { kind: "null-array" }],
    ["*0\r\n", { kind: "array", items: [] }],
    ["!5\r\nERR x\r\n", { kind: "error", text: "ERR x" }],
    [":+5\r\n", { kind: "integer", value: 5 }],
    [":9223372036854775807\r\n", { kind: "integer", value: 9_223_372_036_854_775_807n }],
    ["|1\r\n+ttl\r\n:3600\r\n$1\r\nv\r\n", { kind: "bulk", bytes: "v" }],
    ["*1\r\n|0\r\n:1\r\n", { kind: "array", items: [{ kind: "integer", value: 1 }] }],
  ])("reads %j", (text, reply) => {
    expect(parseText(text)).toEqual({ replies: [reply], error: undefined });
    expect(parse(bytewise(Buffer.from(text))).replies).toEqual([reply]);
  });

  it.each([
    ["an unknown mark", "PONG\r\n", "unexpected reply type 'P'"],
    ["a bare line feed", "+OK\n", "line of a reply ends without CR"],
    ["a bulk of another length", "$3\r\nabcde", "bulk ends without CR LF"],
    ["a negative length", "$-2\r\n", "invalid bulk length"],
    ["a streamed bulk", "$?\r\n", "invalid bulk length"],
    ["a length above the limit", "$536870913\r\n", "invalid bulk length"],
    ["a count above the limit", "*4194305\r\n", "invalid multibulk length"],
    ["a streamed array", "*?\r\n", "invalid multibulk length"],
    ["a fraction for an integer", ":1.5\r\n", "invalid integer"],
    ["letters for a double", ",abc\r\n", "invalid double"],
    ["letters for a boolean", "#x\r\n", "invalid boolean"],
    ["a fraction for a big number", "(1.5\r\n", "invalid big number"],
    ["a verbatim string without format", "=3\r\ntxt\r\n", "invalid verbatim string"],
    ["too many levels", "*1\r\n".repeat(65), "reply too deep"],
    ["an endless line", `+${"x".repeat(65_536)}`, "too big line in reply"],
  ])("refuses %s", (_name, text, reason) => {
    expect(parseText(text)).toEqual({ replies: [], error: `Protocol error: ${reason}` });
  });

  it("limits the values of one reply on all levels together", () => {
    const limits = { ...DEFAULT_REPLY_LIMITS, maxValues: 5 };
    const [first, second] = [new ReplyParser(limits), new ReplyParser(limits)];
    expect(parseText("*2\r\n:1\r\n:2\r\n*2\r\n:1\r\n:2\r\n", first).error).toBeUndefined();
    expect(parseText("*2\r\n*2\r\n:1\r\n:2\r\n*1\r\n:3\r\n", second).error).toBe(
      "Protocol error: too many values in reply",
    );
  });

  it("starts at an offset and gives back what is not its own", () => {
    const parser = new ReplyParser();
    parser.feed(Buffer.from("xx+OK\r\nbinary"), 2);
    expect(parser.next()).toEqual({ kind: "simple", text: "OK" });
    expect(parser.takeRest().toString()).toBe("binary");
    expect(parser.next()).toBeUndefined();
  });
});
