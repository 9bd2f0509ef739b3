import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { masterName, parseRunId } from "../../src/base/ids.ts";
import { epoch } from "../../src/base/units.ts";
import { LARGEST_EPOCH } from "../../src/wire/epochs.ts";
import { formatHello, type HelloContent, parseHello } from "../../src/wire/hello.ts";

const ID = "0123456789abcdef0123456789abcdef01234567";
const GOOD = ["10.0.0.9", "26379", ID, "7", "mymaster", "10.0.0.1", "6379", "5"];

function payloadWith(token: number, value: string): string {
  return GOOD.with(token, value).join(",");
}

describe("hello", () => {
  it("reads the eight tokens", () => {
    expect(parseHello(GOOD.join(","))).toEqual({
      kind: "hello",
      sentinelId: ID,
      sentinelAddress: { host: "10.0.0.9", port: 26379 },
      currentEpoch: 7,
      masterName: "mymaster",
      masterAddress: { host: "10.0.0.1", port: 6379 },
      configEpoch: 5,
    });
  });

  it("reads IPv6 without brackets, and port 0", () => {
    expect(parseHello(payloadWith(0, "fe80::1"))).toMatchObject({
      sentinelAddress: { host: "fe80::1" },
    });
    expect(parseHello(payloadWith(1, "0"))).toMatchObject({ sentinelAddress: { port: 0 } });
  });

  it.each([
    ["seven tokens", GOOD.slice(1).join(",")],
    ["nine tokens", [...GOOD, "x"].join(",")],
    ["an empty text", ""],
    ["an empty sentinel ip (W-10)", payloadWith(0, "")],
    ["a sentinel port above 65535", payloadWith(1, "65536")],
    ["a negative sentinel port", payloadWith(1, "-1")],
    ["a short id (W-09)", payloadWith(2, ID.slice(1))],
    ["a long id (W-09)", payloadWith(2, `${ID}0`)],
    ["an id that is not hex (W-09)", payloadWith(2, ID.replace("a", "g"))],
    ["a negative current epoch (W-07)", payloadWith(3, "-1")],
    ["an absurd current epoch (W-07)", payloadWith(3, "18446744073709551615")],
    ["a current epoch just above the largest", payloadWith(3, String(LARGEST_EPOCH + 1))],
    ["an empty master ip", payloadWith(5, "")],
    ["a master ip with a line break", payloadWith(5, "10.0.0.1\n")],
    ["a master port that is no number", payloadWith(6, "6379x")],
    ["a negative config epoch", payloadWith(7, "-5")],
    ["an absurd config epoch", payloadWith(7, "9007199254740993")],
  ])("ignores %s", (_, payload) => {
    expect(parseHello(payload).kind).toBe("ignored");
  });

  it("believes the largest epoch", () => {
    expect(parseHello(payloadWith(3, String(LARGEST_EPOCH)))).toMatchObject({
      currentEpoch: LARGEST_EPOCH,
    });
  });

  it("survives being formatted and read", () => {
    const id = parseRunId(ID);
    if (id === undefined) throw new Error("the sample is a run id");
    const port = fc.integer({ min: 0, max: 65535 });
    const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    const address = fc.record({ host, port });
    const anyEpoch = fc.integer({ min: 0, max: LARGEST_EPOCH }).map(epoch);
    const hello = fc.record<HelloContent>({
      sentinelId: fc.constant(id),
      sentinelAddress: address,
      currentEpoch: anyEpoch,
      masterName: fc.stringMatching(/^[A-Za-z0-9._-]+$/).map(masterName),
      masterAddress: address,
      configEpoch: anyEpoch,
    });
    fc.assert(
      fc.property(hello, (content) => {
        expect(parseHello(formatHello(content))).toEqual({ kind: "hello", ...content });
      }),
    );
  });

  it("never throws", () => {
    const token = fc.oneof(fc.string(), fc.constantFrom(...GOOD));
    fc.assert(
      fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
        expect(["hello", "ignored"]).toContain(parseHello(tokens.join(",")).kind);
      }),
    );
  });
});
