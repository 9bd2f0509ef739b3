import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalHost, isHost, isHostName, isIpAddress, parsePort } from "../../src/wire/host.ts";

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

describe("a host name", () => {
  it.each(["a", "localhost", "redis-0.redis.svc.cluster.local.", "my_redis", "3com.example"])(
    "is %s",
    (text) => expect(isHostName(text)).toBe(true),
  );

  it.each(["", ".", "a..b", "-a", "a-", "10.0.0.256", "127.1", "1", "::1", "a b", "a%b", "é"])(
    "is not %j",
    (text) => expect(isHostName(text)).toBe(false),
  );
});

describe("the one spelling of a host", () => {
  it.each([
    ["Redis-0", "redis-0"],
    ["10.0.0.1", "10.0.0.1"],
    ["::FFFF:10.0.0.1", "10.0.0.1"],
    ["::ffff:a00:1", "10.0.0.1"],
    ["2001:DB8:0:0:1:0:0:0", "2001:db8:0:0:1::"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["::", "::"],
    ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
    ["FE80::1%eth0", "fe80::1%eth0"],
  ])("of %s is %s", (host, spelling) => expect(canonicalHost(host)).toBe(spelling));

  it("is a literal address again, and its own", () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (ip) => {
        const spelling = canonicalHost(ip);
        return isIpAddress(spelling) && canonicalHost(spelling) === spelling;
      }),
    );
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
