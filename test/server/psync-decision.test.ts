import { describe, expect, it } from "vitest";
import { Backlog } from "../../src/server/replication/backlog.ts";
import { decidePsync } from "../../src/server/replication/psync-decision.ts";
import { NO_REPLICATION_ID, parsePsyncRequest, type ReplicationId } from "../../src/wire/psync.ts";

const OURS = "a".repeat(40) as ReplicationId;
const PREDECESSOR = "b".repeat(40) as ReplicationId;
const STRANGER = "c".repeat(40);

/** Offsets 101 to 200 are in the backlog; the predecessor's history ended with 150. */
function replication(): Parameters<typeof decidePsync>[0] {
  const backlog = new Backlog(100, 1024);
  backlog.appendText("x".repeat(100));
  return { replid: OURS, replid2: PREDECESSOR, secondOffset: 151, backlog };
}

const CASES: readonly (readonly [string, string, string, ReturnType<typeof decidePsync>])[] = [
  ["everything, to a new replica", "?", "-1", { kind: "full", refused: false }],
  ["the rest, from the first byte held", OURS, "101", { kind: "partial", from: 101 }],
  ["the last byte", OURS, "200", { kind: "partial", from: 200 }],
  ["nothing, where nothing is lacking", OURS, "201", { kind: "partial", from: 201 }],
  ["everything, to one ahead of us", OURS, "202", { kind: "full", refused: true }],
  ["everything, to one too far behind", OURS, "100", { kind: "full", refused: true }],
  ["the rest, in capitals too", OURS.toUpperCase(), "150", { kind: "partial", from: 150 }],
  ["the rest, under the old id", PREDECESSOR, "150", { kind: "partial", from: 150 }],
  ["what follows the old history", PREDECESSOR, "151", { kind: "partial", from: 151 }],
  ["everything, beyond the old history", PREDECESSOR, "152", { kind: "full", refused: true }],
  ["everything, to a stranger", STRANGER, "150", { kind: "full", refused: true }],
  ["everything, to nonsense", "nonsense", "150", { kind: "full", refused: true }],
  ["everything, to no id", NO_REPLICATION_ID, "150", { kind: "full", refused: true }],
];

describe("PSYNC is granted", () => {
  it.each(CASES)("%s", (_, replid, offset, decision) => {
    const request = parsePsyncRequest({ replid, offset });
    if (request === undefined) throw new Error("a request");
    expect(decidePsync(replication(), request)).toEqual(decision);
  });

  it("in full where there is no backlog", () => {
    const request = { kind: "partial", resume: { replid: OURS, offset: 150 } } as const;
    const decision = decidePsync({ ...replication(), backlog: undefined }, request);
    expect(decision).toEqual({ kind: "full", refused: true });
  });
});
