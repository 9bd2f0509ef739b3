import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/base/random.ts";
import { millis, saveNumber } from "../../src/base/units.ts";
import { Agenda } from "../../src/sim/agenda.ts";
import type { EndHandler } from "../../src/sim/connection.ts";
import { Disk } from "../../src/sim/disk.ts";
import { Node } from "../../src/sim/node.ts";

class Process extends Node {
  protected onStart(): void {}

  protected onCrash(): void {}

  accept(): EndHandler {
    throw new Error("nobody connects");
  }
}

/** A disk that takes 10 ms, with a state that changes as the test says. */
function writingProcess(seed = 1) {
  const agenda = new Agenda();
  const node = new Process({ name: "s1", address: { host: "h", port: 1 }, index: 0, agenda });
  node.start();
  const heard: string[] = [];
  const world = { state: "old" };
  const disk = new Disk({
    node,
    random: seededRandom(seed),
    settings: { syncMs: 10, jitterMs: 0 },
    text: "old",
    render: () => world.state,
    renamed: () => {},
    saved: (save) => heard.push(`saved ${save}`),
    saveFailed: (save, reason) => heard.push(`failed ${save}: ${reason}`),
  });
  const run = (ms: number) => agenda.runUntil(millis(agenda.now + ms));
  return { node, disk, heard, world, run };
}

describe("the disk", () => {
  it("carries all saves asked for during a write by the next one", () => {
    const { disk, heard, world, run } = writingProcess();
    for (const save of [1, 2, 3]) {
      world.state = `state ${save}`;
      disk.save(saveNumber(save));
      run(3);
    }
    run(8);
    expect(heard).toEqual(["saved 1"]);
    expect(disk.text).toBe("state 1");
    run(20);
    expect(heard).toEqual(["saved 1", "saved 3"]);
    expect(disk.text).toBe("state 3");
  });

  it("keeps the old text whole or has the new one whole after a crash, and tells nobody", () => {
    const texts = new Set<string>();
    for (let seed = 1; seed <= 50; seed++) {
      const { node, disk, heard, world, run } = writingProcess(seed);
      world.state = "new";
      disk.save(saveNumber(1));
      run(5);
      node.crash();
      run(100);
      expect(heard).toEqual([]);
      texts.add(disk.text);
    }
    expect([...texts].sort()).toEqual(["new", "old"]);
  });

  it("refuses while it is full", () => {
    const { disk, heard, world, run } = writingProcess();
    disk.isFull = true;
    world.state = "new";
    disk.save(saveNumber(1));
    run(20);
    disk.isFull = false;
    disk.save(saveNumber(2));
    run(20);
    expect(heard).toEqual(["failed 1: No space left on device", "saved 2"]);
    expect(disk.text).toBe("new");
  });
});
