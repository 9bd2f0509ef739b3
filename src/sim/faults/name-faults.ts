import { seededRandom } from "../../base/random.ts";
import { hostNameOf } from "../host-name.ts";
import type { DetailReader } from "./detail-reader.ts";
import type { Dice } from "./dice.ts";
import { type FaultType, faultType, type Undo } from "./fault.ts";
import type { Scene } from "./scene.ts";

/** Seeds of the choice where a machine comes back. */
const CHOICES = 2 ** 20;

interface Move {
  readonly [key: string]: string | number;
  readonly node: string;
  readonly choices: number;
}

function readMove(reader: DetailReader, node: string): Move {
  reader.needNames();
  return { node, choices: reader.number("choices", { from: 0, to: CHOICES }) };
}

function drawMove(dice: Dice, node: string): Move {
  return { node, choices: dice.below(CHOICES) };
}

/** The machine ends, and comes back under another address. */
function move(scene: Scene, { node, choices }: Move): Undo {
  const machine = scene.node(node);
  scene.note(machine.name);
  machine.crash();
  scene.world.network.names.set(hostNameOf(machine.name), { kind: "gone" });
  return () => {
    if (!machine.isAlive) scene.world.moveElsewhere(machine, seededRandom(choices));
    scene.restart(machine);
  };
}

/** What happens to host names and to the addresses behind them. */
export const NAME_FAULTS = {
  "move-server": faultType({
    lasts: true,
    draw: (dice) => drawMove(dice, dice.server()),
    read: (reader) => readMove(reader, reader.server("node")),
    apply: move,
  }),
  "move-sentinel": faultType({
    lasts: true,
    draw: (dice) => drawMove(dice, dice.sentinel()),
    read: (reader) => readMove(reader, reader.sentinel("node")),
    apply: move,
  }),
  "names-stalled": faultType({
    lasts: true,
    draw: () => ({}),
    read(reader) {
      reader.needNames();
      return {};
    },
    apply(scene) {
      const { names } = scene.world.network;
      scene.note("no answers");
      names.isStalled = true;
      return () => {
        names.isStalled = false;
      };
    },
  }),
  "name-gone": faultType({
    lasts: true,
    draw: (dice) => ({ node: dice.chance(0.5) ? dice.sentinel() : dice.server() }),
    read(reader) {
      reader.needNames();
      return { node: reader.node("node") };
    },
    apply(scene, { node }) {
      const machine = scene.node(node);
      scene.note(machine.name);
      scene.world.network.names.set(hostNameOf(machine.name), { kind: "gone" });
      return () => scene.world.nameRightly(machine);
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;
