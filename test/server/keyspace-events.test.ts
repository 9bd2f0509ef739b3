import { describe, expect, it } from "vitest";
import { TestServer } from "./test-server.ts";

/** What subscribers hear of these commands, `channel message`, in order. */
function heard(keyspaceEvents: string, lines: readonly string[]): string[] {
  const server = new TestServer({ keyspaceEvents });
  const client = server.connect();
  for (const line of lines) client.line(line);
  server.pass(300);
  return server.published.map(([channel, message]) => `${channel} ${message}`);
}

/** Commands, and the events of their keys as redis-server 7.0 sends them. */
const EVENTS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [["SET k v EX 10"], ["set k", "expire k"]],
  [["SETEX k 10 v"], ["set k", "expire k"]],
  [["MSET k v l w"], ["set k", "set l"]],
  [
    ["APPEND k v", "SETRANGE k 0 w"],
    ["append k", "setrange k"],
  ],
  [
    ["INCR k", "DECRBY k 5", "INCRBYFLOAT k 1"],
    ["incrby k", "incrby k", "incrbyfloat k"],
  ],
  [
    ["SET k v", "GETEX k PX 90000", "PERSIST k"],
    ["set k", "expire k", "persist k"],
  ],
  [
    ["SET k v", "GETDEL k"],
    ["set k", "del k"],
  ],
  [
    ["SET k v", "EXPIRE k -1"],
    ["set k", "del k"],
  ],
  [
    ["SET k v", "DEL k nothing"],
    ["set k", "del k"],
  ],
  [
    ["SET k v", "RENAME k l"],
    ["set k", "rename_from k", "rename_to l"],
  ],
  [
    ["SET k v", "COPY k l"],
    ["set k", "copy_to l"],
  ],
  [["SET k v PX 100"], ["set k", "expire k", "expired k"]],
  [["GET k", "TYPE k", "EXISTS k"], []],
];

describe("keyspace events", () => {
  it.each(EVENTS)("of %j are %j", (lines, events) => {
    const expected = events.map((event) => `__keyevent@0__:${event}`);
    expect(heard("EA", lines)).toEqual(expected);
  });

  it("go to the channels that are asked for", () => {
    expect(heard("KE$", ["SET k v EX 10"])).toEqual([
      "__keyspace@0__:k set",
      "__keyevent@0__:set k",
    ]);
    expect(heard("Kg", ["SET k v", "MOVE k 1"])).toEqual([
      "__keyspace@0__:k move_from",
      "__keyspace@1__:k move_to",
    ]);
    expect(heard("", ["SET k v"])).toEqual([]);
    expect(heard("K", ["SET k v"])).toEqual([]);
  });

  it("of misses and new keys are not among all", () => {
    expect(heard("KA", ["GET k"])).toEqual([]);
    expect(heard("Km", ["GET k"])).toEqual(["__keyspace@0__:k keymiss"]);
    expect(heard("Kn", ["SET k v", "SET k w"])).toEqual(["__keyspace@0__:k new"]);
  });
});
