import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PayloadReceiver } from "../../src/server/replication/payload-receiver.ts";

interface Received {
  readonly payload: string;
  readonly rest: string | undefined;
  readonly failure: string | undefined;
}

function receive(chunks: readonly Buffer[]): Received {
  const receiver = new PayloadReceiver();
  let payload = "";
  let rest: string | undefined;
  let failure: string | undefined;
  for (const chunk of chunks) {
    for (const event of receiver.feed(chunk)) {
      if (event.kind === "bytes") payload += event.bytes.toString("latin1");
      else if (event.kind === "complete") rest = event.rest.toString("latin1");
      else if (event.kind === "failed") failure = event.reason;
    }
  }
  return { payload, rest, failure };
}

function sliced(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, "latin1");
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(
    (a, b) => a - b,
  );
  let from = 0;
  return places.map((to) => {
    const slice = bytes.subarray(from, to);
    from = to;
    return slice;
  });
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });
const keepalives = fc.nat({ max: 3 }).map((count) => "\n".repeat(count));

describe("a master's payload", () => {
  it("ends where it says, in any slicing, and what follows is the stream", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary-ascii", maxLength: 100 }),
        keepalives,
        cuts,
        (payload, lines, places) => {
          const text = `${lines}$${payload.length}\r\n${payload}`;
          const received = receive(sliced(text, places));
          expect(received).toEqual({ payload, rest: "", failure: undefined });
          const all = receive([Buffer.from(`${text}*1\r\n`, "latin1")]);
          expect(all).toEqual({ payload, rest: "*1\r\n", failure: undefined });
        },
      ),
    );
  });

  it("ends with its marker, in any slicing", () => {
    const marker = "0123456789abcdef0123456789abcdef01234567";
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary-ascii", maxLength: 100 }),
          fc.nat({ max: 39 }).map((length) => marker.slice(0, length)),
        ),
        keepalives,
        cuts,
        (payload, lines, places) => {
          const text = `${lines}$EOF:${marker}\r\n${payload}${marker}`;
          const received = receive(sliced(text, places));
          expect(received).toEqual({ payload, rest: "", failure: undefined });
        },
      ),
    );
  });

  it.each([
    ["-ERR BGSAVE failed", "MASTER aborted replication with an error: ERR BGSAVE failed"],
    ["+OK", "Bad protocol from MASTER, the first byte is not '$' (we received '+OK')"],
    ["$-5", "Bad protocol from MASTER, the first byte is not '$' (we received '$-5')"],
    [
      "$EOF:short",
      "Bad protocol from MASTER, the first byte is not '$' (we received '$EOF:short')",
    ],
  ])("is refused when it begins with %s", (line, failure) => {
    expect(receive([Buffer.from(`${line}\r\n`)])).toEqual({
      payload: "",
      rest: undefined,
      failure,
    });
  });

  it("is refused when its header has no end", () => {
    expect(receive([Buffer.alloc(2000, "x")]).failure).toContain("no end");
  });
});
