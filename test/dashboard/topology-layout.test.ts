import { array, assert, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  describeTopology,
  layoutTopology,
  tiersOf,
  type TopologyNode,
} from "../../src/dashboard/model/topology-layout.ts";
import { aReplica, aSentinel, someDetails } from "./answers.ts";

function overlaps(a: TopologyNode, b: TopologyNode): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

describe("the drawing of a group", () => {
  it("has everybody in it, beside each other and inside, however wide and however many", () => {
    const groups = record({
      width: integer({ min: 0, max: 2_000 }),
      sentinels: integer({ min: 1, max: 9 }),
      // Each follows an earlier one, the master, or somebody unknown.
      follows: array(integer({ min: -2, max: 12 }), { maxLength: 12 }),
    });
    assert(
      property(groups, ({ width, sentinels, follows }) => {
        const details = someDetails({
          sentinels: Array.from({ length: sentinels }, (_, index) =>
            aSentinel(`10.0.1.${index}:26379`, { self: index === 0 }),
          ),
          replicas: follows.map((whom, index) =>
            aReplica(`10.0.2.${index}:6379`, {
              follows: whom < 0 ? (whom === -1 ? "10.0.0.1:6379" : null) : `10.0.2.${whom}:6379`,
            }),
          ),
        });
        const drawing = layoutTopology(details, width);
        expect(drawing.nodes).toHaveLength(1 + sentinels + follows.length);
        expect(new Set(drawing.nodes.map(({ key }) => key)).size).toBe(drawing.nodes.length);
        for (const [index, node] of drawing.nodes.entries()) {
          expect(node.x).toBeGreaterThanOrEqual(0);
          expect(node.x + node.width).toBeLessThanOrEqual(drawing.width);
          expect(node.y + node.height).toBeLessThanOrEqual(drawing.height);
          const others = drawing.nodes.slice(index + 1);
          expect(others.filter((other) => overlaps(node, other))).toEqual([]);
        }
        for (const { x1, y1, x2, y2 } of drawing.edges) {
          expect([x1, y1, x2, y2].every(Number.isFinite)).toBe(true);
        }
      }),
    );
  });

  it("puts a chain below whom it follows", () => {
    const details = someDetails({
      replicas: [
        aReplica("10.0.0.3:6379", { follows: "10.0.0.2:6379" }),
        aReplica("10.0.0.2:6379"),
      ],
    });
    expect(tiersOf(details).map((tier) => tier.map(({ address }) => address))).toEqual([
      ["10.0.0.2:6379"],
      ["10.0.0.3:6379"],
    ]);
    const { nodes, edges } = layoutTopology(details, 800);
    const yOf = (label: string) => nodes.find((node) => node.label === label)?.y ?? 0;
    expect(yOf("10.0.0.3:6379")).toBeGreaterThan(yOf("10.0.0.2:6379"));
    expect(edges.filter(({ kind }) => kind === "stream")).toHaveLength(2);
  });

  it("keeps each server's key when roles change, so that its box moves", () => {
    const before = layoutTopology(someDetails(), 800);
    const after = layoutTopology(
      someDetails({
        address: "10.0.0.2:6379",
        master: { ...someDetails().master, address: "10.0.0.2:6379" },
        replicas: [
          aReplica("10.0.0.1:6379", { follows: "10.0.0.2:6379" }),
          aReplica("10.0.0.3:6379", { follows: "10.0.0.2:6379" }),
        ],
      }),
      800,
    );
    const keys = ({ nodes }: typeof before) => nodes.map(({ key }) => key).sort();
    expect(keys(after)).toEqual(keys(before));
  });

  it("tells who does not see the master, in colour and in words", () => {
    const details = someDetails({
      state: "odown",
      master: { ...someDetails().master, down: "odown", downForMs: 6_200 },
      sentinels: [
        aSentinel("10.0.0.11:26379", { self: true }),
        aSentinel("10.0.0.12:26379", { saysMasterDown: true }),
        aSentinel("10.0.0.13:26379", { down: "sdown", downForMs: 65_000 }),
      ],
    });
    const { edges } = layoutTopology(details, 800);
    const watching = edges.filter(({ kind }) => kind === "watch");
    expect(watching.map(({ tone }) => tone)).toEqual(["bad", "bad", "quiet"]);
    expect(describeTopology(details)).toBe(
      "master 10.0.0.1:6379: down for 6.2 s; replica 10.0.0.2:6379: replicating; " +
        "replica 10.0.0.3:6379: replicating; sentinel 10.0.0.11:26379: this one; " +
        "sentinel 10.0.0.12:26379: says master down; sentinel 10.0.0.13:26379: not reached for 65 s",
    );
  });
});
