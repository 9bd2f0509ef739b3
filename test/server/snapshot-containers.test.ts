import { performance } from "node:perf_hooks";
import { describe, expect, it } from "vitest";
import { seededRandom, nextBelow } from "../../src/base/random.ts";
import { unixMillis } from "../../src/base/units.ts";
import { type ContainerEntry, type Database, Keyspace } from "../../src/server/keyspace.ts";
import { Loader } from "../../src/server/loader.ts";
import { Snapshot } from "../../src/server/snapshot.ts";
import { Hash } from "../../src/server/values/hash.ts";
import { List } from "../../src/server/values/list.ts";
import { MemberSet } from "../../src/server/values/member-set.ts";
import { SortedSet } from "../../src/server/values/sorted-set.ts";
import { type Container, copyOf } from "../../src/server/values/value.ts";
import { TEST_SETTINGS } from "./settings.ts";
import { describeValue } from "./test-server.ts";

const ORIGIN = {
  redisVersion: "7.2.0",
  createdAt: unixMillis(0),
  usedMemoryBytes: 0,
  replication: undefined,
};

function begin(keyspace: Keyspace): Snapshot {
  return new Snapshot(keyspace, ORIGIN, { contents: "everything", compression: "none" });
}

function load(blocks: readonly Buffer[]): Keyspace {
  const loader = new Loader({
    databases: 16,
    begin: () => undefined,
    dropExpired: undefined,
    limits: TEST_SETTINGS,
    checksum: "verify",
  });
  let complete = false;
  for (const block of blocks) complete = loader.feed(block).kind === "complete";
  expect(complete).toBe(true);
  return loader.keyspace;
}

/** Adds to a container or removes from it, at places that depend on `number`. */
function change(container: Container, number: number): void {
  const name = `e${number % 3000}`;
  switch (container.kind) {
    case "list":
      if (number % 3 === 0) container.removeRange(number % container.size, 1);
      else container.insert(number % container.size, `new${number}`);
      return;
    case "set":
      if (!container.delete(name)) container.add(name);
      return;
    case "hash":
      if (number % 3 === 0) container.delete(name);
      else container.set(name, `new${number}`);
      return;
    case "sorted-set":
      if (number % 3 === 0) container.delete(name);
      else container.set(name, number);
      return;
  }
}

/** One of each kind, of the size told. */
function fill(keyspace: Keyspace, prefix: string, size: number): void {
  const list = new List();
  const set = new MemberSet();
  const hash = new Hash();
  const sorted = new SortedSet();
  for (let number = 0; number < size; number++) {
    list.pushTail(`e${number}`);
    set.add(`e${number}`);
    hash.set(`e${number}`, `v${number}`);
    sorted.set(`e${number}`, number % 100);
  }
  if (size > 2) hash.setExpiry("e1", 1_800_000_000_000);
  const [database] = keyspace.databases;
  if (database === undefined) return;
  for (const value of [list, set, hash, sorted]) {
    keyspace.put(database, `${prefix}:${value.kind}`, value, undefined);
  }
}

function containers(keyspace: Keyspace): ContainerEntry[] {
  return [...(keyspace.databases[0]?.entries ?? [])] as ContainerEntry[];
}

function contents(keyspace: Keyspace): Map<string, string> {
  return new Map(
    containers(keyspace)
      .map((entry) => [entry.key, describeValue(copyOf(entry.value))] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

describe("a snapshot of containers", () => {
  it.each([1, 100, 2500])("of %i elements is what they were when it began", (size) => {
    const keyspace = new Keyspace(16);
    for (const prefix of ["a", "b", "c", "d"]) fill(keyspace, prefix, size);
    const before = contents(keyspace);
    const database = keyspace.databases[0] as Database;
    const snapshot = begin(keyspace);
    const blocks: Buffer[] = [];
    const random = seededRandom(size);
    let number = 0;
    while (!snapshot.complete) {
      for (let changes = 0; changes < 20; changes++) {
        const entries = containers(keyspace);
        const entry = entries[nextBelow(random, entries.length)];
        if (entry === undefined) break;
        keyspace.openContainer(database, entry);
        change(entry.value, number++);
        keyspace.closeContainer(database, entry);
      }
      const removed = `a:${["list", "set", "hash", "sorted-set"][number % 4] ?? ""}`;
      if (number % 50 === 0) keyspace.remove(database, removed);
      blocks.push(...snapshot.produce(2000));
    }
    snapshot.release();
    const loaded = load(blocks);
    expect(contents(loaded)).toEqual(before);
    const hash = loaded.databases[0]?.entries.get("b:hash")?.value;
    if (hash instanceof Hash)
      expect(hash.expireAt("e1")).toBe(size > 2 ? 1_800_000_000_000 : undefined);
  });

  it("of a million fields does not hold up the loop, nor the writes meanwhile", () => {
    const FIELDS = 1_000_000;
    const keyspace = new Keyspace(1);
    const [database] = keyspace.databases;
    if (database === undefined) return;
    const hash = new Hash();
    for (let number = 0; number < FIELDS; number++) hash.set(`f${number}`, "old");
    const entry = keyspace.put(database, "k", hash, undefined) as ContainerEntry<Hash>;

    const snapshot = begin(keyspace);
    const blocks: Buffer[] = [];
    const steps: number[] = [];
    let number = 0;
    while (!snapshot.complete) {
      const start = performance.now();
      for (let writes = 0; writes < 10; writes++) {
        keyspace.openContainer(database, entry);
        // Spread over all fields; every third is new, every third removes.
        const field = `f${(number * 7919) % FIELDS}`;
        if (number % 3 === 0) hash.set(`new${number}`, "new");
        else if (number % 3 === 1) hash.set(field, "new");
        else hash.delete(field);
        number++;
        keyspace.closeContainer(database, entry);
      }
      blocks.push(...snapshot.produce(16 * 1024));
      steps.push(performance.now() - start);
    }
    snapshot.release();

    steps.sort((one, other) => one - other);
    expect(steps.length).toBeGreaterThan(100);
    // The rest is the machine's: garbage collection, and whatever else runs on it.
    expect(steps[steps.length >> 1]).toBeLessThan(10);

    const loaded = load(blocks).databases[0]?.entries.get("k")?.value;
    if (!(loaded instanceof Hash)) throw new Error("no hash was loaded");
    expect(loaded.size).toBe(FIELDS);
    let torn = 0;
    for (const [, value] of loaded) if (value !== "old") torn++;
    expect(torn).toBe(0);
  }, 60_000);
});
