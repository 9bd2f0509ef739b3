import { chance, seededRandom } from "../../base/random.ts";
import { allSentinelsOf, type Cast, everybodyOf } from "../cast.ts";
import type { Node } from "../node.ts";
import { type FaultType, faultType, type Undo } from "./fault.ts";
import { namesOf, type Scene } from "./scene.ts";

const SLOWNESS_MS_MAX = 60_000;
const ZONES = 3;
/** Seeds of a fault's own small choices. */
const CHOICES = 2 ** 20;

/** What happens to the ways between nodes and to the connections over them. */
export const NETWORK_FAULTS = {
  partition: faultType({
    lasts: true,
    draw(dice) {
      const here = dice.some();
      return { here, there: everybodyOf(dice.cast).filter((name) => !here.includes(name)) };
    },
    read: (reader) => ({ here: reader.nodes("here"), there: reader.nodes("there") }),
    apply: (scene, { here, there }) =>
      block(scene, { from: scene.nodes(here), to: scene.nodes(there), isBothWays: true }),
  }),
  isolate: faultType({
    lasts: true,
    draw: (dice) => ({ node: dice.chance(0.5) ? dice.sentinelOfBothKinds() : dice.server() }),
    read: (reader) => ({ node: reader.node("node") }),
    apply(scene, { node }) {
      const alone = scene.node(node);
      const others = scene.world.allNodes.filter((other) => other !== alone);
      return block(scene, { from: [alone], to: others, isBothWays: true });
    },
  }),
  "one-way": faultType({
    lasts: true,
    draw: (dice) => ({ from: dice.some(), to: dice.some() }),
    read: (reader) => ({ from: reader.nodes("from"), to: reader.nodes("to") }),
    apply: (scene, { from, to }) =>
      block(scene, { from: scene.nodes(from), to: scene.nodes(to), isBothWays: false }),
  }),
  "slow-ways": faultType({
    lasts: true,
    draw: (dice) => ({ nodes: dice.some(), extraMs: 5 + dice.below(400) }),
    read: (reader) => ({
      nodes: reader.nodes("nodes"),
      extraMs: reader.number("extraMs", { from: 0, to: SLOWNESS_MS_MAX }),
    }),
    apply(scene, { nodes, extraMs }) {
      const { network, allNodes } = scene.world;
      const slow = scene.nodes(nodes);
      scene.note(`${namesOf(slow)} by ${extraMs} ms`);
      const set = (delayMs: number) => {
        for (const a of slow) {
          for (const b of allNodes) {
            network.slow(a, b, delayMs);
            network.slow(b, a, delayMs);
          }
        }
      };
      set(extraMs);
      return () => set(0);
    },
  }),
  lossy: faultType({
    lasts: true,
    draw: (dice) => ({ share: 0.02 + 0.2 * dice.share() }),
    read: (reader) => ({ share: reader.number("share", { from: 0, to: 0.9 }) }),
    apply(scene, { share }) {
      const { network } = scene.world;
      scene.note(share.toFixed(2));
      network.lossProbability = share;
      return () => {
        network.lossProbability = 0;
      };
    },
  }),
  "zone-cut": faultType({
    lasts: true,
    draw(dice) {
      const here = zoneOf(dice.cast, dice.below(ZONES));
      return { here, there: everybodyOf(dice.cast).filter((name) => !here.includes(name)) };
    },
    read: (reader) => ({ here: reader.nodes("here"), there: reader.nodes("there") }),
    apply: (scene, { here, there }) =>
      block(scene, { from: scene.nodes(here), to: scene.nodes(there), isBothWays: true }),
  }),
  reordering: faultType({
    lasts: true,
    draw: (dice) => ({ upToMs: 20 + dice.below(800) }),
    read: (reader) => ({ upToMs: reader.number("upToMs", { from: 1, to: SLOWNESS_MS_MAX }) }),
    apply(scene, { upToMs }) {
      const { network } = scene.world;
      scene.note(`up to ${upToMs} ms`);
      network.extraJitterMs = upToMs;
      return () => {
        network.extraJitterMs = 0;
      };
    },
  }),
  duplication: faultType({
    lasts: true,
    draw: (dice) => ({ share: 0.05 + 0.5 * dice.share() }),
    read: (reader) => ({ share: reader.number("share", { from: 0, to: 1 }) }),
    apply(scene, { share }) {
      const { network } = scene.world;
      scene.note(share.toFixed(2));
      network.echoProbability = share;
      return () => {
        network.echoProbability = 0;
      };
    },
  }),
  "half-open": faultType({
    lasts: false,
    draw: (dice) => ({ share: 0.1 + 0.3 * dice.share(), choices: dice.below(CHOICES) }),
    read: (reader) => ({
      share: reader.number("share", { from: 0, to: 1 }),
      choices: reader.number("choices", { from: 0, to: CHOICES }),
    }),
    apply(scene, { share, choices }) {
      const random = seededRandom(choices);
      const open = scene.world.network.openConnections();
      const hit = open.filter(() => chance(random, share));
      scene.note(`${hit.length} of ${open.length}`);
      for (const end of hit) {
        end.mute();
        if (chance(random, 0.5)) end.peer?.mute();
      }
      return undefined;
    },
  }),
  "reset-connections": faultType({
    lasts: false,
    draw: (dice) => ({ share: 0.2, choices: dice.below(CHOICES) }),
    read: (reader) => ({
      share: reader.number("share", { from: 0, to: 1 }),
      choices: reader.number("choices", { from: 0, to: CHOICES }),
    }),
    apply(scene, { share, choices }) {
      const random = seededRandom(choices);
      const open = scene.world.network.openConnections();
      const hit = open.filter(() => chance(random, share));
      scene.note(`${hit.length} of ${open.length}`);
      for (const end of hit) end.reset("connection reset");
      return undefined;
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;

/** Machines are spread over the zones in turn, each kind from the first. */
function zoneOf(cast: Cast, zone: number): string[] {
  const inZone = (names: readonly string[]) => names.filter((_, index) => index % ZONES === zone);
  return [
    ...inZone(allSentinelsOf(cast)),
    ...cast.groups.flatMap(({ servers, client }) => [...inZone(servers), ...inZone([client])]),
  ];
}

/** Ways that are blocked together. */
interface Cut {
  readonly from: readonly Node[];
  readonly to: readonly Node[];
  readonly isBothWays: boolean;
}

function block(scene: Scene, cut: Cut): Undo {
  const { network } = scene.world;
  const ways = waysOf(cut);
  const sign = cut.isBothWays ? "|" : "->|";
  const text = `${namesOf(cut.from)} ${sign} ${namesOf(cut.to)}`;
  scene.note(text);
  for (const [a, b] of ways) network.block(a, b);
  return () => {
    scene.note(`${text} ends`);
    for (const [a, b] of ways) network.unblock(a, b);
  };
}

function waysOf({ from, to, isBothWays }: Cut): [Node, Node][] {
  const ways: [Node, Node][] = [];
  for (const a of from) {
    for (const b of to) {
      if (a === b) continue;
      ways.push([a, b]);
      if (isBothWays) ways.push([b, a]);
    }
  }
  return ways;
}
