import { describe, expect, it } from "vitest";
import { advise } from "../../src/advice/advise.ts";
import { checkedFile, idOf, SOUND } from "./checked.ts";

const IDS = ["a", "b", "c"] as const;

/** The file of one of three sentinels. */
function fileOf(letter: "a" | "b" | "c", change: (line: string) => string = (line) => line) {
  const own = SOUND.filter((line) => !/known-sentinel|myid/.test(line));
  const peers = IDS.filter((other) => other !== letter).map(
    (other) =>
      `sentinel known-sentinel mymaster 192.0.2.1${IDS.indexOf(other) + 1} 26379 ${idOf(other)}`,
  );
  const lines = [...own, `sentinel myid ${idOf(letter)}`, ...peers].map(change);
  return checkedFile(lines, { path: `${letter}.conf` });
}

function codesOf(...files: readonly ReturnType<typeof fileOf>[]): string[] {
  return advise(files).map(({ severity, code, file }) => `${file} ${severity} ${code}`);
}

describe("files of one set", () => {
  it("are fine when they are alike", () => {
    expect(codesOf(fileOf("a"), fileOf("b"), fileOf("c"))).toEqual([]);
  });

  it.each([
    ["down-after-milliseconds mymaster 5000", "down-after-milliseconds mymaster 7000"],
    ["failover-timeout mymaster 60000", "failover-timeout mymaster 50000"],
  ])("drift apart: %s, %s", (from, to) => {
    const codes = codesOf(
      fileOf("a"),
      fileOf("b", (line) => line.replace(from, to)),
      fileOf("c"),
    );
    expect(codes).toEqual(["b.conf warning settings-differ"]);
  });

  it.each([
    {
      name: "another quorum",
      change: (line: string) => line.replace("6379 2", "6379 3"),
      finds: ["b.conf warning quorum-of-all", "b.conf warning settings-differ"],
    },
    {
      name: "no such master",
      change: (line: string) => (line.includes("mymaster") ? "" : line),
      finds: ["b.conf warning master-not-everywhere", "b.conf warning no-masters"],
    },
    {
      name: "another password for the servers",
      change: (line: string) =>
        line.includes("myid") ? `${line}\nsentinel auth-pass mymaster x` : line,
      finds: ["b.conf error passwords-differ"],
    },
    {
      name: "another password for peers",
      change: (line: string) => line.replace(/pass secret/, "pass other"),
      finds: ["b.conf error passwords-differ"],
    },
    {
      name: "another master in the same epoch",
      change: (line: string) =>
        line.replace("monitor mymaster 192.0.2.1", "monitor mymaster 192.0.2.9"),
      finds: ["b.conf error masters-differ"],
    },
    {
      name: "an older configuration",
      change: (line: string) =>
        line.replace(
          /monitor mymaster 192\.0\.2\.1 (.*)/,
          "monitor mymaster 192.0.2.9 $1\nsentinel config-epoch mymaster 7",
        ),
      finds: ["b.conf note configuration-behind"],
    },
    {
      name: "names resolved here only",
      change: (line: string) =>
        line.includes("myid") ? `${line}\nsentinel resolve-hostnames yes` : line,
      finds: ["b.conf warning settings-differ"],
    },
    {
      name: "a copy with the same id",
      change: (line: string) => line.replace(`myid ${idOf("b")}`, `myid ${idOf("a")}`),
      // What it knows of itself under the other's name is no peer.
      finds: [
        "b.conf error same-id",
        "b.conf warning quorum-of-all",
        "b.conf warning too-few-sentinels",
      ],
    },
  ])("$name", ({ change, finds }) => {
    const codes = codesOf(fileOf("a"), fileOf("b", change), fileOf("c"));
    expect(codes.filter((code) => !code.endsWith("unknown-sentinel"))).toEqual(finds);
  });

  it("find the sentinel that none of them is", () => {
    expect(codesOf(fileOf("a"), fileOf("b"))).toEqual(["a.conf warning unknown-sentinel"]);
  });
});
