import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Bytes, LONG_BYTES } from "../../src/base/bytes.ts";
import { encodeCommand } from "../../src/resp/encode-command.ts";
import { ProtocolError } from "../../src/resp/errors.ts";
import { RequestParser, UNLIMITED } from "../../src/resp/request-parser.ts";
import { bytes, bytewise, cuts, form, patterned, slice } from "./slices.ts";

const LIMITS = { maxBulkLength: 512 * 1024 * 1024 };
const MEBIBYTE = 1024 * 1024;

interface Outcome {
  readonly requests: readonly (readonly Bytes[])[];
  readonly lengths: readonly number[];
  readonly error: string | undefined;
  readonly unconsumed: number;
}

function parse(slices: readonly Buffer[], parser = new RequestParser(LIMITS)): Outcome {
  const requests: (readonly Bytes[])[] = [];
  const lengths: number[] = [];
  let error: string | undefined;
  try {
    for (const chunk of slices) {
      parser.feed(chunk);
      for (let next = parser.next(); next !== undefined; next = parser.next()) {
        requests.push(next);
        lengths.push(parser.requestBytes);
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof ProtocolError)) throw thrown;
    error = thrown.errorText;
  }
  return { requests, lengths, error, unconsumed: parser.unconsumedBytes };
}

function comparable(outcome: Outcome): unknown {
  const { requests, lengths, error } = outcome;
  return { requests: requests.map((request) => request.map(form)), lengths, error };
}

function parseText(text: string): Outcome {
  return parse([Buffer.from(text, "latin1")]);
}

/** The error that `text` draws from a client that has not authenticated yet. */
function refused(text: string): string | undefined {
  const parser = new RequestParser(LIMITS);
  parser.unauthenticated = true;
  return parse([Buffer.from(text)], parser).error;
}

function refusedOnMasterLink(text: string): string | undefined {
  return parse([Buffer.from(text)], new RequestParser(UNLIMITED)).error;
}

const request = fc.array(bytes, { minLength: 1, maxLength: 6 });

/** Something that looks like a protocol, so that random bytes get past the first header. */
const almostRequests = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "*",
        "$",
        "\r\n",
        "\r",
        "\n",
        "-1",
        "0",
        "1",
        "2",
        "4",
        "PING",
        '"',
        "'",
        " ",
      ),
      fc.constantFrom("*1\r\n$4\r\nPING\r\n", "*2\r\n$3\r\nGET\r\n", "99999999999", "\0", "\xff"),
      fc.uint8Array({ maxLength: 8 }).map((raw) => Buffer.from(raw).toString("latin1")),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.from(parts.join(""), "latin1"));

describe("RequestParser: laws", () => {
  it("reads what was encoded, in any slicing, and counts each byte", () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 8 }), cuts, (requests, fractions) => {
        const encoded = requests.map(encodeCommand);
        const outcome = parse(slice(Buffer.concat(encoded), fractions));
        expect(outcome.error).toBeUndefined();
        expect(outcome.requests.map((args) => args.map(form))).toEqual(
          requests.map((args) => args.map(form)),
        );
        expect(outcome.lengths).toEqual(encoded.map((one) => one.length));
        expect(outcome.unconsumed).toBe(0);
      }),
    );
  });

  it("answers any input the same way whole, sliced and byte by byte", () => {
    fc.assert(
      fc.property(almostRequests, cuts, fc.boolean(), (stream, fractions, unauthenticated) => {
        const fresh = (): RequestParser => {
          const parser = new RequestParser(LIMITS);
          parser.unauthenticated = unauthenticated;
          return parser;
        };
        const whole = comparable(parse(stream.length === 0 ? [] : [stream], fresh()));
        expect(comparable(parse(slice(stream, fractions), fresh()))).toEqual(whole);
        expect(comparable(parse(bytewise(stream), fresh()))).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });

  it("may stop anywhere in a chunk whose memory is used again", () => {
    fc.assert(
      fc.property(almostRequests, cuts, fc.nat({ max: 3 }), (stream, fractions, taken) => {
        const whole = parse([stream]);
        const parser = new RequestParser(LIMITS);
        const memory = Buffer.alloc(stream.length);
        const requests: (readonly Bytes[])[] = [];
        let error: string | undefined;
        try {
          for (const chunk of slice(stream, fractions)) {
            chunk.copy(memory);
            parser.feed(memory.subarray(0, chunk.length));
            for (let count = 0; count < taken; count++) {
              const next = parser.next();
              if (next !== undefined) requests.push(next);
            }
            parser.keepRest();
            memory.fill("x");
          }
          for (let next = parser.next(); next !== undefined; next = parser.next()) {
            requests.push(next);
          }
        } catch (thrown) {
          if (!(thrown instanceof ProtocolError)) throw thrown;
          error = thrown.errorText;
        }
        expect(requests.map((words) => words.map(form))).toEqual(
          whole.requests.map((words) => words.map(form)),
        );
        expect(error).toBe(whole.error);
      }),
      { numRuns: 300 },
    );
  });

  it("consumes every byte of what it accepts", () => {
    fc.assert(
      fc.property(almostRequests, cuts, (stream, fractions) => {
        const outcome = parse(slice(stream, fractions));
        if (outcome.error !== undefined) return;
        const consumed = outcome.lengths.reduce((sum, length) => sum + length, 0);
        expect(consumed + outcome.unconsumed).toBe(stream.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe("RequestParser: requests", () => {
  it.each([
    ["multibulk", "*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n", [["ECHO", "hi"]]],
    ["inline with LF", "PING\n", [["PING"]]],
    ["inline with CR LF", "PING\r\n", [["PING"]]],
    ["inline with two CR", "PING\r\r\n", [["PING"]]],
    ["inline with quotes", `set a 'x y' "\\x41\\n"\r\n`, [["set", "a", "x y", "A\n"]]],
    ["empty lines", "\r\n\n  \r\nPING\r\n", [[], [], [], ["PING"]]],
    ["zero arguments", "*0\r\n*-5\r\nPING\r\n", [[], [], ["PING"]]],
    ["an empty argument", "*1\r\n$0\r\n\r\n", [[""]]],
    ["any two bytes behind a bulk", "*1\r\n$4\r\nPINGxxPING\r\n", [["PING"], ["PING"]]],
    ["any byte behind the CR of a header", "*1\rX$4\rYPING\r\n", [["PING"]]],
    ["a header that never ends with CR", "*1\n$4\nPING\n\n", []],
  ])("reads %s", (_name, text, expected) => {
    expect(parseText(text)).toMatchObject({ requests: expected, error: undefined });
    expect(parse(bytewise(Buffer.from(text, "latin1"))).requests).toEqual(expected);
  });

  it("keeps arguments up to LONG_BYTES as strings and longer ones as Buffers", () => {
    const args = [patterned(LONG_BYTES), patterned(LONG_BYTES + 1)];
    const stream = encodeCommand(args);
    for (const slices of [[stream], bytewise(stream)]) {
      const [parsed] = parse(slices).requests;
      expect(parsed?.map((arg) => typeof arg)).toEqual(["string", "object"]);
      expect(parsed?.map(form)).toEqual(args.map(form));
    }
  });

  it("keeps no reference to the chunk in a long argument", () => {
    const stream = encodeCommand([patterned(LONG_BYTES + 1)]);
    const [parsed] = parse([stream]).requests;
    const expected = form(patterned(LONG_BYTES + 1));
    stream.fill(0);
    expect(parsed?.map(form)).toEqual([expected]);
  });

  it("takes a bulk far longer than what a mere announcement reserves", () => {
    const value = Buffer.alloc(33 * MEBIBYTE, "abcdefg");
    const stream = encodeCommand(["SET", "k", value]);
    const chunks: Buffer[] = [];
    for (let at = 0; at < stream.length; at += 65_536)
      chunks.push(stream.subarray(at, at + 65_536));
    const [parsed] = parse(chunks).requests;
    expect(value.equals(parsed?.[2] as Buffer)).toBe(true);
  });
});

describe("RequestParser: as a part of a larger reader", () => {
  it("starts at an offset and gives back what is not its own", () => {
    const parser = new RequestParser(UNLIMITED);
    parser.feed(Buffer.from("+OK\r\nPING\r\nPSYNC ? -1\r\nbinary"), 5);
    expect(parser.unconsumedBytes).toBe(24);
    expect(parser.next()).toEqual(["PING"]);
    expect(parser.next()).toEqual(["PSYNC", "?", "-1"]);
    expect(parser.unconsumedBytes).toBe(6);
    expect(parser.takeRest().toString()).toBe("binary");
    expect(parser.unconsumedBytes).toBe(0);
    parser.feed(Buffer.from("PING\r\n"));
    expect(parser.next()).toEqual(["PING"]);
    expect(parser.requestBytes).toBe(6);
  });

  it("tells the length of an open request", () => {
    const parser = new RequestParser(LIMITS);
    parser.feed(Buffer.from("PING\r\n*2\r\n$3\r\nGET\r\n$1"));
    expect(parser.next()).toEqual(["PING"]);
    expect(parser.next()).toBeUndefined();
    expect(parser.unconsumedBytes).toBe(15);
    parser.feed(Buffer.from("\r\nk\r\n"));
    expect(parser.next()).toEqual(["GET", "k"]);
    expect(parser.requestBytes).toBe(20);
  });

  it("accepts a chunk before the last one is used up", () => {
    const parser = new RequestParser(LIMITS);
    parser.feed(Buffer.from("PING\r\n*2\r\n$3\r\nG"));
    expect(parser.next()).toEqual(["PING"]);
    parser.feed(Buffer.from("ET\r\n$1\r\nk\r\n"));
    expect(parser.next()).toEqual(["GET", "k"]);
    expect(parser.requestBytes).toBe(20);
    expect(parser.next()).toBeUndefined();
  });
});

describe("RequestParser: limits", () => {
  const line = "1".repeat(65_536);
  it.each([
    ["an endless line", "x".repeat(65_537), "too big inline request"],
    ["an open double quote", '"PING\r\n', "unbalanced quotes in request"],
    ["text behind a closing quote", "'a'b\r\n", "unbalanced quotes in request"],
    ["an endless count", `*${line}`, "too big mbulk count string"],
    ["a count above 2^31 - 1", "*2147483648\r\n", "invalid multibulk length"],
    ["a count above 2^63", "*99999999999999999999\r\n", "invalid multibulk length"],
    ["a count with a plus", "*+1\r\n", "invalid multibulk length"],
    ["a count with a leading zero", "*01\r\n", "invalid multibulk length"],
    ["a count with a blank", "* 1\r\n", "invalid multibulk length"],
    ["minus zero", "*-0\r\n", "invalid multibulk length"],
    ["no count", "*\r\n", "invalid multibulk length"],
    ["an endless length", `*1\r\n$${line}`, "too big bulk count string"],
    ["no bulk header", "*1\r\nPING\r\n", "expected '$', got 'P'"],
    ["an empty bulk header", "*1\r\n\r\n", "expected '$', got ' '"],
    ["a negative length", "*1\r\n$-1\r\n", "invalid bulk length"],
    ["a length with a plus", "*1\r\n$+4\r\n", "invalid bulk length"],
    ["a length with a leading zero", "*1\r\n$04\r\n", "invalid bulk length"],
    ["no length", "*1\r\n$\r\n", "invalid bulk length"],
    ["a length above the limit", "*1\r\n$536870913\r\n", "invalid bulk length"],
  ])("refuses %s", (_name, text, reason) => {
    const error = `ERR Protocol error: ${reason}`;
    expect(parseText(text).error).toBe(error);
    expect(parse(bytewise(Buffer.from(text, "latin1"))).error).toBe(error);
  });

  it.each([
    ["a line", "x".repeat(65_536)],
    ["a header", `*${"1".repeat(65_535)}`],
    ["a count", "*2147483647\r\n"],
    ["a length", "*1\r\n$536870912\r\n"],
  ])("still waits at the largest of %s", (_name, text) => {
    expect(parseText(text)).toMatchObject({ requests: [], error: undefined });
  });

  it("has narrower ones before authentication", () => {
    expect(refused("*10\r\n$16384\r\n")).toBeUndefined();
    expect(refused("*11\r\n")).toBe("ERR Protocol error: unauthenticated multibulk length");
    expect(refused("*1\r\n$16385\r\n")).toBe("ERR Protocol error: unauthenticated bulk length");
  });

  it("lifts the bulk length on a link from a master, up to what memory can hold", () => {
    expect(refusedOnMasterLink("*1\r\n$1073741824\r\nx")).toBeUndefined();
    expect(refusedOnMasterLink("*1\r\n$9223372036854775807\r\nx")).toBe(
      "ERR Protocol error: invalid bulk length",
    );
  });
});
