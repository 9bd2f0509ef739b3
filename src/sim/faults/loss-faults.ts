import type { Node } from "../node.ts";
import type { Dice } from "./dice.ts";
import type { DetailReader } from "./detail-reader.ts";
import { type FaultType, faultType } from "./fault.ts";
import { namesOf } from "./scene.ts";

const SECONDS_MAX = 15;
const GAP_MS_MAX = 8_000;

/** What happens to the data of servers, and to all servers of a group. */
export const LOSS_FAULTS = {
  "older-data": faultType({
    lasts: true,
    draw: (dice: Dice) => ({ node: dice.server(), seconds: 1 + dice.below(SECONDS_MAX) }),
    read: (reader: DetailReader) => ({
      node: reader.server("node"),
      seconds: reader.number("seconds", { from: 0, to: SECONDS_MAX }),
    }),
    apply(scene, { node, seconds }) {
      const victim = scene.server(node);
      scene.note(`${victim.name}, ${seconds} s`);
      victim.crash();
      victim.keepOnlySnapshot(seconds);
      return () => scene.restart(victim);
    },
  }),
  blackout: faultType({
    lasts: true,
    draw: (dice: Dice) => ({
      groups: [dice.group()],
      gapMs: dice.below(GAP_MS_MAX),
      turn: dice.below(24),
      emptied: dice.chance(0.5) ? "nobody" : "the master",
      sentinels: dice.chance(0.5) ? "stay up" : "go down too",
    }),
    read: (reader: DetailReader) => ({
      groups: reader.groups("groups"),
      gapMs: reader.number("gapMs", { from: 0, to: GAP_MS_MAX }),
      turn: reader.number("turn", { from: 0, to: 23 }),
      emptied: reader.choice("emptied", ["nobody", "the master"]),
      sentinels: reader.choice("sentinels", ["stay up", "go down too"]),
    }),
    apply(scene, { groups, gapMs, turn, emptied, sentinels }) {
      const servers = groups.flatMap((group) => scene.serversOf(group));
      const order = turned(servers, turn);
      scene.note(`${namesOf(order)}, ${gapMs} ms apart, sentinels ${sentinels}`);
      const masters = scene.masters(groups);
      const watching = sentinels === "stay up" ? [] : scene.world.sentinels;
      for (const node of [...servers, ...watching]) node.crash();
      if (emptied === "the master") for (const master of masters) master.loseData();
      return () => {
        for (const sentinel of watching) scene.restart(sentinel);
        for (const [place, server] of order.entries()) {
          scene.world.agenda.after(place * gapMs, () => scene.restart(server));
        }
      };
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;

/** The n-th of their orders. */
function turned<Kind extends Node>(nodes: readonly Kind[], n: number): readonly Kind[] {
  const left = [...nodes];
  const order: Kind[] = [];
  for (let rest = n; left.length > 0;) {
    const [next] = left.splice(rest % left.length, 1);
    rest = Math.floor(rest / (left.length + 1));
    if (next !== undefined) order.push(next);
  }
  return order;
}
