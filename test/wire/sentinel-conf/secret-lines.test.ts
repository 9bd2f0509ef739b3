import { describe, expect, it } from "vitest";
import { rewriteSentinelConf } from "../../../src/wire/sentinel-conf/durable-lines.ts";
import { configOf, ID, read } from "./parsing.ts";
import { parseRunId } from "../../../src/base/ids.ts";

const MONITOR = "sentinel monitor mymaster 192.0.2.1 6379 2";

describe("secrets that are kept elsewhere", () => {
  it("are named by lines of files and variables; the last line counts", () => {
    const { secrets, sentinel } = configOf(`
      vedette auth-pass-file mymaster /run/secrets/redis
      vedette Sentinel-Pass-Env SENTINEL_PASSWORD
      vedette requirepass-env OLD
      vedette requirepass-file "with a blank"
      ${MONITOR}
    `);
    expect([...secrets]).toEqual([
      ["sentinel-pass", { kind: "environment", name: "SENTINEL_PASSWORD" }],
      ["requirepass", { kind: "file", path: "with a blank" }],
    ]);
    expect(sentinel.masters[0]?.authPassSource).toEqual({
      kind: "file",
      path: "/run/secrets/redis",
    });
  });

  it.each([
    ["vedette auth-pass-file /run/secrets/redis", "vedette auth-pass-file <name> <path>"],
    ["vedette auth-pass-env mymaster", "vedette auth-pass-env <name> <variable>"],
    ["vedette requirepass-file", "vedette requirepass-file <path>"],
    ['vedette requirepass-file ""', "vedette requirepass-file <path>"],
    ["vedette sentinel-pass-env a b", "vedette sentinel-pass-env <variable>"],
  ])("%s is a mistake", (line, expected) => {
    expect(read(`${MONITOR}\n${line}`)).toMatchObject({ mistakes: [{ line: 2, expected }] });
  });

  it("stay in the file as lines, and go with their master", () => {
    const text = [
      "vedette requirepass-env PASSWORD",
      "vedette auth-pass-env mymaster REDIS_PASSWORD",
      MONITOR,
      "",
    ].join("\n");
    const { sentinel } = configOf(text);
    const myId = parseRunId(ID);
    if (myId === undefined) throw new Error("not a run id");
    const kept = rewriteSentinelConf(text, { ...sentinel, myId });
    expect(configOf(kept)).toMatchObject({ sentinel: { masters: sentinel.masters } });
    expect(kept).toContain("vedette requirepass-env PASSWORD\n");
    const left = rewriteSentinelConf(text, { ...sentinel, myId, masters: [] });
    expect(left).not.toContain("REDIS_PASSWORD");
    expect(left).toContain("vedette requirepass-env PASSWORD\n");
  });
});
