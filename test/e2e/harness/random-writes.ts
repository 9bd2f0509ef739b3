import { type Random, nextBelow } from "../../../src/base/random.ts";
import type { DataServer } from "./data-server.ts";

type Words = readonly (string | number)[];

const KEYS = 40;

/** Writes of every kind over few keys, so that they meet each other; some expire soon. */
const WRITES: readonly ((random: Random) => Words)[] = [
  (random) => ["SET", key(random), text(random)],
  (random) => ["SET", key(random), text(random), "PX", nextBelow(random, 400) + 1],
  (random) => ["SET", number(random), nextBelow(random, 1000)],
  (random) => ["INCRBY", number(random), nextBelow(random, 1000)],
  (random) => ["INCRBYFLOAT", number(random), "0.25"],
  (random) => ["APPEND", key(random), text(random)],
  (random) => ["SETRANGE", key(random), nextBelow(random, 30), text(random)],
  (random) => ["GETDEL", key(random)],
  (random) => ["RENAME", key(random), key(random)],
  (random) => ["COPY", key(random), key(random), "REPLACE"],
  (random) => ["DEL", key(random), key(random)],
  (random) => ["EXPIRE", key(random), 1000],
  (random) => ["PEXPIRE", key(random), nextBelow(random, 400)],
  (random) => ["PERSIST", key(random)],
  (random) => ["SELECT", nextBelow(random, 3)],
  (random) => ["RPUSH", list(random), text(random), text(random)],
  (random) => ["LPUSH", list(random), text(random)],
  (random) => ["LPOP", list(random), nextBelow(random, 3)],
  (random) => ["LREM", list(random), 0, "x"],
  (random) => ["LTRIM", list(random), 0, 20],
  (random) => ["LSET", list(random), 0, text(random)],
  (random) => ["LINSERT", list(random), "BEFORE", "x", text(random)],
  (random) => ["LMOVE", list(random), list(random), "LEFT", "RIGHT"],
  (random) => ["BLPOP", list(random), list(random), 0.01],
  (random) => ["SADD", set(random), text(random), nextBelow(random, 50), nextBelow(random, 50)],
  (random) => ["SREM", set(random), nextBelow(random, 50)],
  (random) => ["SPOP", set(random), nextBelow(random, 4)],
  (random) => ["SPOP", set(random)],
  (random) => ["SMOVE", set(random), set(random), nextBelow(random, 50)],
  (random) => ["SUNIONSTORE", set(random), set(random), set(random)],
  (random) => ["SORT", set(random), "ALPHA", "STORE", list(random)],
];

function key(random: Random): string {
  return `k${nextBelow(random, KEYS)}`;
}

function number(random: Random): string {
  return `n${nextBelow(random, KEYS)}`;
}

function list(random: Random): string {
  return `l${nextBelow(random, KEYS / 4)}`;
}

function set(random: Random): string {
  return `s${nextBelow(random, KEYS / 4)}`;
}

function text(random: Random): string {
  return "x".repeat(nextBelow(random, 60)) + String(nextBelow(random, 1e6));
}

/** Some of them fail, as on a missing key: that is a write that must not be propagated. */
export async function writeAtRandom(
  server: DataServer,
  random: Random,
  count: number,
): Promise<void> {
  for (let n = 0; n < count; n++) {
    const inTransaction = nextBelow(random, 8) === 0;
    const length = inTransaction ? 1 + nextBelow(random, 4) : 1;
    const writes = Array.from({ length }, () => {
      const write = WRITES[nextBelow(random, WRITES.length)];
      return write === undefined ? ["PING"] : write(random);
    });
    const all = inTransaction ? [["MULTI"], ...writes, ["EXEC"]] : writes;
    await Promise.all(all.map((words) => server.command(...words).catch(() => undefined)));
  }
}

/** The number by which servers of any kind compare their data sets. */
export async function digestOf(server: DataServer): Promise<string> {
  return String(await server.command("DEBUG", "DIGEST"));
}
