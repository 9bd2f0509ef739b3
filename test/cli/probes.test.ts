import { describe, expect, it } from "vitest";
import { parseMasterLine } from "../../src/cli/demo/probes.ts";

const INFO = [
  "# Sentinel",
  "sentinel_masters:1",
  "sentinel_tilt:0",
  "master0:name=mymaster,status=ok,address=127.0.0.1:7001,slaves=2,sentinels=3",
  "",
].join("\r\n");

describe("the line of a master in a sentinel's INFO", () => {
  it("says how many replicas and sentinels are known", () => {
    expect(parseMasterLine(INFO)).toEqual({
      masterPort: 7001,
      replicas: 2,
      sentinels: 3,
      status: "ok",
    });
  });

  it("has the port last, also behind an IPv6 address", () => {
    expect(parseMasterLine(INFO.replace("127.0.0.1", "::1"))?.masterPort).toBe(7001);
  });

  it("is that of the demo's group only", () => {
    expect(parseMasterLine(INFO.replace("name=mymaster", "name=other"))).toBeUndefined();
    expect(parseMasterLine("# Sentinel\r\nsentinel_masters:0\r\n")).toBeUndefined();
  });
});
