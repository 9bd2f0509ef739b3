import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clientId } from "../../../src/base/ids.ts";
import { type Millis, millis } from "../../../src/base/units.ts";
import type { Input } from "../../../src/server/input.ts";
import type { SnapshotId } from "../../../src/server/persistence.ts";
import type { ReplicaStream } from "../../../src/shell/listener/replica-stream.ts";
import { ReplicaFeed } from "../../../src/shell/server/replica-feed.ts";
import { SnapshotRunner } from "../../../src/shell/server/snapshot-runner.ts";
import { SnapshotSender } from "../../../src/shell/server/snapshot-sender.ts";

const ID = 1 as SnapshotId;
const MARKER = "m".repeat(40);

/** A replica's socket that keeps what it gets; it takes bytes only while it is not stuck. */
class FakeStream implements ReplicaStream {
  text = "";
  stuckBytes = 0;
  isStuck = false;
  onDrain: (() => void) | undefined;
  heldBytes: (() => number) | undefined;

  get unsentBytes(): number {
    return this.stuckBytes;
  }

  limitChecks = 0;

  checkLimits(): void {
    this.limitChecks++;
  }

  write(output: Parameters<ReplicaStream["write"]>[0]): void {
    const parts = typeof output === "string" ? [output] : output;
    for (const part of parts) {
      this.text += typeof part === "string" ? part : part.toString("latin1");
      if (this.isStuck) this.stuckBytes += part.length;
    }
  }
}

let folder = "";
let streams = new Map<number, FakeStream>();
let inputs: Input[] = [];
let dropped: number[] = [];
let now: Millis = millis(0);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vedette-snapshot-"));
  streams = new Map();
  inputs = [];
  dropped = [];
  now = millis(0);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function addStream(id: number): FakeStream {
  const stream = new FakeStream();
  streams.set(id, stream);
  return stream;
}

/** Gives back slices until the last, and tells what was reported. */
function runner(slices: readonly string[], onSlice: (index: number) => void = () => undefined) {
  let at = 0;
  return new SnapshotRunner({
    produce: () => {
      onSlice(at);
      const blocks = [Buffer.from(slices[at++] ?? "", "latin1")];
      return { blocks, complete: at >= slices.length, keys: at };
    },
    report: (input) => inputs.push(input),
    streamOf: (client) => streams.get(client),
    drop: (client) => {
      dropped.push(client);
      streams.delete(client);
    },
    // Each look at the clock is a second later: a stuck socket is found in no time.
    now: () => (now = millis(now + 1000)),
    place: () => ({ folder, name: "dump.rdb" }),
    stallTimeoutMs: () => 5000,
    keyDelayMicros: () => 0,
  });
}

async function reported(): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (inputs.length === 0) {
    if (Date.now() > deadline) throw new Error("nothing was reported");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("a snapshot on its way", () => {
  it("into the file takes the name at its end", async () => {
    runner(["one ", "two ", "three"]).run(ID, { kind: "file" });
    await reported();
    expect(inputs).toEqual([{ kind: "snapshot-written", snapshot: ID, bytes: 13 }]);
    expect(readFileSync(join(folder, "dump.rdb"), "utf8")).toBe("one two three");
    expect(readdirSync(folder)).toEqual(["dump.rdb"]);
  });

  it("into a folder that is gone is reported as failed", async () => {
    rmSync(folder, { recursive: true });
    runner(["one"]).run(ID, { kind: "file" });
    await reported();
    expect(inputs).toEqual([
      { kind: "snapshot-failed", snapshot: ID, reason: "No such file or directory" },
    ]);
  });

  it("leaves nothing behind when it is cancelled", async () => {
    const running = runner(["one ", "two ", "three"], (index) => {
      if (index === 1) running.cancel(ID);
    });
    running.run(ID, { kind: "file" });
    const deadline = Date.now() + 10_000;
    while (readdirSync(folder).length === 0 && Date.now() < deadline) await turn();
    while (readdirSync(folder).length > 0 && Date.now() < deadline) await turn();
    expect(readdirSync(folder)).toEqual([]);
    expect(inputs).toEqual([]);
  });

  it("to replicas stands between two markers, the same for all", async () => {
    const [one, other] = [addStream(1), addStream(2)];
    const clients = [clientId(1), clientId(2), clientId(3)];
    runner(["one ", "two"]).run(ID, { kind: "replicas", clients, marker: MARKER });
    await reported();
    expect(one.text).toBe(`$EOF:${MARKER}\r\none two${MARKER}`);
    expect(other.text).toBe(one.text);
    expect(inputs).toEqual([{ kind: "snapshot-written", snapshot: ID, bytes: 0 }]);
  });

  it("drops a replica that accepts nothing, and goes on to the others", async () => {
    const [slow, fast] = [addStream(1), addStream(2)];
    slow.isStuck = true;
    const slices = Array.from({ length: 4 }, () => "x".repeat(3 * 1024 * 1024));
    const clients = [clientId(1), clientId(2)];
    runner(slices).run(ID, { kind: "replicas", clients, marker: MARKER });
    await reported();
    expect(dropped).toEqual([1]);
    expect(fast.text.length).toBe(`$EOF:${MARKER}\r\n${MARKER}`.length + 12 * 1024 * 1024);
  });
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("a snapshot file for a replica", () => {
  it("is counted, and is the one there was when it was to be sent", async () => {
    runner(["x".repeat(600_000)]).run(ID, { kind: "file" });
    await reported();
    inputs = [];
    const stream = addStream(1);
    const newer = join(folder, "newer");
    writeFileSync(newer, "a later snapshot");
    new SnapshotSender({
      report: (input) => inputs.push(input),
      streamOf: (client) => streams.get(client),
      drop: (client) => dropped.push(client),
      now: () => millis(0),
      path: () => join(folder, "dump.rdb"),
      stallTimeoutMs: () => 5000,
    }).send(clientId(1));
    renameSync(newer, join(folder, "dump.rdb"));
    await reported();
    expect(stream.text).toBe(`$600000\r\n${"x".repeat(600_000)}`);
    expect(inputs).toEqual([{ kind: "snapshot-sent", client: 1 }]);
  });
});

describe("the feed of online replicas", () => {
  it("hands over what the socket has room for, and the rest when it has drained", () => {
    const pieces = Array.from({ length: 5 }, (_, index) => Buffer.alloc(400_000, 65 + index));
    const feed = new ReplicaFeed(() => pieces.splice(0, 1));
    const stream = addStream(1);
    stream.isStuck = true;
    feed.add(clientId(1), stream);
    expect(stream.text.length).toBe(1_200_000);
    feed.pump();
    expect(stream.text.length).toBe(1_200_000);
    // What it lacks has grown: it may be too much now.
    expect(stream.limitChecks).toBe(2);
    stream.stuckBytes = 0;
    stream.onDrain?.();
    expect(stream.text.length).toBe(2_000_000);
    feed.remove(clientId(1));
    pieces.push(Buffer.from("more"));
    feed.pump();
    expect(stream.text.length).toBe(2_000_000);
  });
});
