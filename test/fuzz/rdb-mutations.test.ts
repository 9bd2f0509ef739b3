import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { nextBelow, type Random, seededRandom } from "../../src/base/random.ts";
import { unixMillis } from "../../src/base/units.ts";
import { digestOf } from "../../src/server/digest.ts";
import type { Keyspace } from "../../src/server/keyspace.ts";
import { Loader, type LoadOutcome } from "../../src/server/loader.ts";
import { Snapshot } from "../../src/server/snapshot.ts";
import { TEST_SETTINGS } from "../server/settings.ts";
import { fixture } from "../wire/rdb/fixtures.ts";
import { type Damage, damaged } from "../wire/rdb/mutation.ts";

/** `npm run fuzz -- --seconds N --seed S`; without it a short run with the same seed each time. */
const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 3);
const SEED = Number(process.env["FUZZ_SEED"] ?? 1);

const FILES = ["containers", "containers-plain", "stream", "strings", "function", "replication"];
/** A file of 30 KB that takes this long hangs, however busy the machine is. */
const HANGS_MS = 20_000;
/** What a file of 30 KB may fill: LZF makes 88 bytes of one, and values are kept in three forms. */
const MOST_RSS_BYTES = 2 * 1024 ** 3;

function load(file: Buffer, chunkBytes: number): { keyspace: Keyspace; outcome: LoadOutcome } {
  const loader = new Loader({
    databases: 16,
    begin: () => undefined,
    dropExpired: undefined,
    limits: TEST_SETTINGS,
    checksum: "verify",
  });
  let outcome: LoadOutcome = { kind: "more" };
  for (let at = 0; at < file.length && outcome.kind === "more"; at += chunkBytes) {
    outcome = loader.feed(file.subarray(at, at + chunkBytes));
  }
  return { keyspace: loader.keyspace, outcome };
}

function saved(keyspace: Keyspace): Buffer {
  const origin = {
    redisVersion: "7.2.0",
    createdAt: unixMillis(0),
    usedMemoryBytes: 0,
    replication: undefined,
  };
  const snapshot = new Snapshot(keyspace, origin, { contents: "everything", compression: "lzf" });
  const file = Buffer.concat(snapshot.produce(Number.POSITIVE_INFINITY));
  snapshot.release();
  return file;
}

function digest(keyspace: Keyspace): string {
  return digestOf(keyspace, (bytes) => createHash("sha1").update(bytes).digest());
}

const WAYS: readonly Damage["how"][] = ["flip", "set", "cut", "repeat", "insert"];

function anyDamage(random: Random): Damage {
  return {
    at: nextBelow(random, 2 ** 30) / 2 ** 30,
    how: WAYS[nextBelow(random, WAYS.length)] ?? "flip",
    byte: nextBelow(random, 256),
  };
}

describe("a damaged file", () => {
  it(
    `is refused with a reason, or loaded and saved again (seed ${SEED}, ${SECONDS} s)`,
    () => {
      const random = seededRandom(SEED);
      const end = Date.now() + SECONDS * 1000;
      const counts = { refused: 0, loaded: 0 };
      for (let number = 0; number < 50 || Date.now() < end; number++) {
        const file = FILES[nextBelow(random, FILES.length)] ?? "strings";
        const damages = Array.from({ length: 1 + nextBelow(random, 3) }, () => anyDamage(random));
        const chunkBytes = 1 + nextBelow(random, 40_000);
        const what = `${file}, ${JSON.stringify(damages)}, in chunks of ${chunkBytes}`;
        const begun = Date.now();
        const { keyspace, outcome } = load(damaged(fixture(file), damages), chunkBytes);
        expect(Date.now() - begun, what).toBeLessThan(HANGS_MS);
        if (outcome.kind === "complete") {
          counts.loaded++;
          const again = load(saved(keyspace), 65_536);
          expect(again.outcome, what).toEqual({ kind: "complete" });
          expect(digest(again.keyspace), what).toBe(digest(keyspace));
        } else {
          counts.refused++;
          if (outcome.kind === "failed") expect(outcome.reason, what).not.toBe("");
        }
      }
      expect(counts.refused).toBeGreaterThan(0);
      expect(counts.loaded).toBeGreaterThan(0);
      expect(process.memoryUsage().rss).toBeLessThan(MOST_RSS_BYTES);
    },
    SECONDS * 1000 + 60_000,
  );
});
