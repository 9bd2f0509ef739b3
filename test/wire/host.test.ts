import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isHost, isIpAddress, parsePort } from "../../src/wire/host.ts";

describe("a literal address", () => {
  it.each(["127.0.0.1", "::", "::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1", "1::8"])(
    "is %s",
    (text) => expect(isIpAddress(text)).toBe(true),
  );

  it.each([
    "",
    "localhost",
    "1.2.3",
    "1.2.3.256",
    "01.2.3.4",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    ":::",
    "12345::",
    "::1%",
    "[::1]",
    "1.2.3.4::",
  ])("is not %j", (text) => expect(isIpAddress(text)).toBe(false));

  it("is whatever is generated as one", () => {
    fc.assert(fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => isIpAddress(ip) && isHost(ip)));
  });
});

describe("a host", () => {
  it.each(["", "a b", "a,b", "a\nb", 'a"b', "é", "x".repeat(256)])("is not %j", (text) => {
    expect(isHost(text)).toBe(false);
  });
});

describe("a port", () => {
  it("is 0..65535", () => {
    expect(["0", "1", "65535"].map(parsePort)).toEqual([0, 1, 65535]);
    expect(["", "65536", "-1", "01", "1x", "100000"].map(parsePort)).toEqual(
      Array.from({ length: 6 }, () => undefined),
    );
  });
});
