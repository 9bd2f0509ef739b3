import { describe, expect, it } from "vitest";
import { invariants } from "../../src/sim/checks/invariants.ts";
import { USUAL_CLUSTER, USUAL_GROUP, USUAL_SERVER } from "../../src/sim/plan-file/usual.ts";
import { REAL_PROGRAM, type SentinelProgram } from "../../src/sim/sentinel-program.ts";
import { World } from "../../src/sim/world.ts";
import { withMasters } from "./planting.ts";

/** A master fails, is replaced, is away for long enough to be forgotten, and comes back as a master. */
function returned(program: SentinelProgram) {
  const line = "vedette forget-replicas-after-seconds mymaster 5";
  const group = { ...USUAL_GROUP, servers: [USUAL_SERVER, USUAL_SERVER], moreLines: [line] };
  const world = new World({
    plan: { ...USUAL_CLUSTER, groups: [group] },
    program,
    seed: 1,
    isDetailed: false,
    watchers: invariants().all,
  });
  world.start();
  world.run(10_000);
  const [master] = world.groups[0]?.servers ?? [];
  if (master === undefined) throw new Error("there is no master");
  master.crash();
  world.run(30_000);
  const known = () =>
    world.sentinels.map(({ state }) => [...state.masters.values()][0]?.replicas.size ?? 0);
  const forgotten = known();
  // With data under an unknown history it might be anybody's, and is left alone.
  master.loseData();
  master.start();
  world.run(60_000);
  return { forgotten, known: known(), isMaster: master.isMaster };
}

describe("a master that was forgotten while it was away", () => {
  it("is looked for, found, and follows the new one", () => {
    expect(returned(REAL_PROGRAM)).toEqual({
      forgotten: [0, 0, 0],
      known: [1, 1, 1],
      isMaster: false,
    });
  });

  it("would stay a second master for good where nobody looks", () => {
    const program = withMasters(({ forgetting: { replicas } }) => {
      for (const lost of replicas.values()) lost.probeAt = Number.POSITIVE_INFINITY as never;
      return () => undefined;
    });
    expect(returned(program)).toMatchObject({ known: [0, 0, 0], isMaster: true });
  });
});
