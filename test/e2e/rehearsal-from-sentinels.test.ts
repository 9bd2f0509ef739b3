import { afterEach, describe, expect, it } from "vitest";
import { knownFromSentinel } from "../../src/cli/rehearse/ask-sentinels.ts";
import { topologyOf } from "../../src/sim/rehearsal/topology.ts";
import { Lab } from "./harness/lab.ts";
import { describeWithReal, type Kind } from "./harness/programs.ts";
import { startGroup } from "./harness/watched-group.ts";

const lab = new Lab();
afterEach(() => lab.cleanUp());

const ASKED = { master: undefined, password: undefined };

async function findsTheGroup(kind: Kind): Promise<void> {
  const group = await startGroup(lab, {
    data: "vedette",
    sentinels: [kind, kind, kind],
    downAfterMs: 2_000,
  });
  const ports = group.servers.map(({ port }) => `127.0.0.1:${port}`);
  for (const { port } of group.sentinels) {
    const known = await knownFromSentinel(`127.0.0.1:${port}`, ASKED);
    const found = topologyOf(known, { sentinels: undefined, replicas: undefined, zones: [] });
    expect(found.settings).toMatchObject({
      quorum: 2,
      downAfterMs: 2_000,
      failoverTimeoutMs: 10_000,
    });
    expect(found.servers.map(({ label }) => label).sort()).toEqual([...ports].sort());
    expect(found.servers[0]?.label).toBe(ports[0]);
    expect(found.sentinels).toHaveLength(3);
  }
  const [sentinel] = group.sentinels;
  await expect(
    knownFromSentinel(`127.0.0.1:${sentinel?.port}`, { ...ASKED, master: "other" }),
  ).rejects.toThrow("watches mymaster");
  await expect(knownFromSentinel(ports[0] ?? "", ASKED)).rejects.toThrow(
    "no answer from a sentinel",
  );
}

describe("a rehearsal with what running sentinels know", () => {
  it("takes it from vedette-sentinel", () => findsTheGroup("vedette"));
});

describeWithReal(["redis-sentinel"], "a rehearsal with what redis-sentinels know", () => {
  it("takes it from redis-sentinel", () => findsTheGroup("redis"));
});
