import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { dumpOf } from "../../src/wire/rdb/dump.ts";
import {
  asDump,
  intset,
  listpack,
  plainFields,
  plainItems,
  plainScores,
  quicklist,
  quicklist2,
  string,
  textScores,
  ziplist,
  zipmap,
} from "../wire/rdb/encodings.ts";
import type { DataServer } from "./harness/data-server.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, realProgram } from "./harness/programs.ts";
import { fillWithAllTypes } from "./harness/random-data.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

async function digestOf(server: DataServer): Promise<string> {
  return String(await server.command("DEBUG", "DIGEST"));
}

/** The other server starts again with what this one saved. */
async function handOver(from: DataServer, to: DataServer): Promise<void> {
  await from.command("SAVE");
  await to.stop();
  copyFileSync(join(from.dir, "dump.rdb"), join(to.dir, "dump.rdb"));
  await to.start();
}

/** Limits at which the real server packs everything, something, nothing. */
const LIMITS: readonly (readonly [name: string, limit: string])[] = [
  ["as usual", ""],
  ["everything packed", "100000"],
  ["nothing packed", "0"],
];

function settingsFor(limit: string): Readonly<Record<string, string>> {
  if (limit === "") return {};
  return {
    "hash-max-listpack-entries": limit,
    "hash-max-listpack-value": limit,
    "zset-max-listpack-entries": limit,
    "zset-max-listpack-value": limit,
    "set-max-intset-entries": limit,
    "list-compress-depth": limit === "0" ? "1" : "0",
  };
}

describeWithReal(["redis-server"], "random values of all types", () => {
  it.each(LIMITS)("go from a real server to ours and back: %s", async (_name, limit) => {
    const settings = settingsFor(limit);
    const real = await lab.dataServer("real", { kind: "redis", settings });
    const ours = await lab.dataServer("ours", { kind: "vedette" });
    await fillWithAllTypes(real, { seed: limit.length + 1, keys: 150 });
    const digest = await digestOf(real);
    await handOver(real, ours);
    expect(await digestOf(ours)).toBe(digest);
    expect(await ours.command("DEBUG", "RELOAD")).toBe("OK");
    expect(await digestOf(ours)).toBe(digest);
    await handOver(ours, real);
    expect(await digestOf(real)).toBe(digest);
  });

  it("go from ours to a real server one by one, dumped and restored", async () => {
    const real = await lab.dataServer("real", { kind: "redis" });
    const ours = await lab.dataServer("ours", { kind: "vedette" });
    await fillWithAllTypes(real, { seed: 9, keys: 100 });
    await handOver(real, ours);
    const keys = await real.commandForBytes("KEYS", "*");
    if (!Array.isArray(keys)) throw new Error("KEYS gave no list");
    for (const key of keys.filter((one) => Buffer.isBuffer(one))) {
      const dump = await ours.commandForBytes("DUMP", key);
      if (!Buffer.isBuffer(dump)) throw new Error("DUMP gave no bytes");
      const digest = await real.command("DEBUG", "DIGEST-VALUE", key);
      const ttl = Math.max(0, Number(await real.command("PEXPIRETIME", key)));
      const expiry = ttl === 0 ? ["0"] : [String(ttl), "ABSTTL"];
      await real.command("RESTORE", key, expiry[0] ?? "0", dump, "REPLACE", ...expiry.slice(1));
      expect(await real.command("DEBUG", "DIGEST-VALUE", key)).toEqual(digest);
    }
  });
});

const PAIRS = [
  ["f", "v"],
  ["n", "42"],
  ["long", "x".repeat(300)],
] as const;
const SCORES = [
  ["a", 1],
  ["b", -2.5],
  ["c", 1e20],
] as const;
const TEXTS = ["a", "-1", "70000", "9007199254740993", "y".repeat(100)];
const FLAT_SCORES = SCORES.flatMap(([member, score]) => [member, String(score)]);

/** Encodings that redis-server 7.0 still reads, most of which it writes no more. */
const OLD_VALUES: readonly (readonly [name: string, type: number, value: Buffer])[] = [
  ["list", 1, plainItems(TEXTS)],
  ["list ziplist", 10, string(ziplist(TEXTS))],
  ["list quicklist", 14, quicklist(TEXTS, 2)],
  ["list quicklist2", 18, quicklist2(TEXTS, 50)],
  ["set", 2, plainItems(TEXTS)],
  ["set intset", 11, string(intset([1n, -5n, 2n ** 40n]))],
  ["hash", 4, plainFields(PAIRS)],
  ["hash zipmap", 9, string(zipmap(PAIRS, 2))],
  ["hash ziplist", 13, string(ziplist(PAIRS.flat()))],
  ["hash listpack", 16, string(listpack(PAIRS.flat()))],
  ["sorted set with text scores", 3, textScores(SCORES)],
  ["sorted set", 5, plainScores(SCORES)],
  ["sorted set ziplist", 12, string(ziplist(FLAT_SCORES))],
  ["sorted set listpack", 17, string(listpack(FLAT_SCORES))],
];

describeWithReal(["redis-server"], "every encoding", () => {
  it("is the same value for a real server and for ours", async () => {
    const real = await lab.dataServer("real", { kind: "redis" });
    const ours = await lab.dataServer("ours", { kind: "vedette" });
    for (const [name, type, value] of OLD_VALUES) {
      for (const server of [real, ours]) {
        await server.command("RESTORE", name, 0, asDump(type, value));
      }
      const digest = await real.command("DEBUG", "DIGEST-VALUE", name);
      expect(await ours.command("DEBUG", "DIGEST-VALUE", name), name).toEqual(digest);
    }
    expect(await digestOf(ours)).toBe(await digestOf(real));
  });
});

describeWithReal(["redis-check-rdb", "redis-cli"], "Redis' own tools", () => {
  it("find nothing wrong with a file of ours", async () => {
    const ours = await lab.dataServer("ours", { kind: "vedette" });
    for (const [name, type, value] of OLD_VALUES) {
      await ours.command("RESTORE", name, 0, asDump(type, value));
    }
    await ours.command("RESTORE", "big", 0, dumpOf({ kind: "set", members: names(5000) }));
    const file = join(lab.folder("copies"), "copy.rdb");
    const copy = await lab.run("redis-cli", realProgram("redis-cli"), [
      "-p",
      String(ours.port),
      "--rdb",
      file,
    ]);
    expect(await copy.exited).toMatchObject({ code: 0 });
    const check = await lab.run("redis-check-rdb", realProgram("redis-check-rdb"), [file]);
    expect(await check.exited).toMatchObject({ code: 0 });
    expect(check.log).toContain("RDB looks OK!");
    expect(check.log).toContain(`${OLD_VALUES.length + 1} keys read`);
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `member:${index}`);
}
