import type { Node } from "../node.ts";
import type { DetailReader } from "./detail-reader.ts";
import type { Dice } from "./dice.ts";
import { type FaultType, faultType, type Undo } from "./fault.ts";
import { namesOf, type Scene } from "./scene.ts";

const EFFECTS_MAX = 40;
/** So long nobody may hold it against others, in ms. */
const STALL_MS_MAX = 1_505;
const BEGINNINGS = ["now", "its next save"] as const;

const sentinel = {
  draw: (dice: Dice) => ({ node: dice.sentinelOfBothKinds() }),
  read: (reader: DetailReader) => ({ node: reader.sentinelOfBothKinds("node") }),
};
const server = {
  draw: (dice: Dice) => ({ node: dice.server() }),
  read: (reader: DetailReader) => ({ node: reader.server("node") }),
};
const either = {
  draw: (dice: Dice) => (dice.chance(0.5) ? sentinel.draw(dice) : server.draw(dice)),
  read: (reader: DetailReader) => ({ node: reader.node("node") }),
};

function crash(scene: Scene, node: Node): Undo {
  scene.note(node.name);
  node.crash();
  return () => scene.restart(node);
}

function pause(scene: Scene, node: Node): Undo {
  scene.note(node.name);
  node.pause();
  return () => node.resume();
}

/** What happens to processes and their machines. */
export const PROCESS_FAULTS = {
  "crash-sentinel": faultType({
    ...sentinel,
    lasts: true,
    apply: (scene, { node }) => crash(scene, scene.node(node)),
  }),
  "crash-server": faultType({
    ...server,
    lasts: true,
    apply: (scene, { node }) => crash(scene, scene.server(node)),
  }),
  "crash-between-effects": faultType({
    lasts: true,
    draw: (dice) => ({
      node: dice.sentinel(),
      effects: 1 + dice.below(EFFECTS_MAX),
      from: dice.chance(0.7) ? "its next save" : "now",
    }),
    read: (reader) => ({
      node: reader.sentinel("node"),
      effects: reader.number("effects", { from: 1, to: 10_000 }),
      from: reader.choice("from", BEGINNINGS),
    }),
    apply(scene, { node, effects, from }) {
      const victim = scene.sentinel(node);
      scene.note(`${victim.name}, ${effects} effects from ${from}`);
      if (from === "now") victim.crashInEffects = effects;
      else victim.crashBehindSave = effects;
      return () => {
        victim.spare();
        scene.restart(victim);
      };
    },
  }),
  "lose-data": faultType({
    ...server,
    lasts: true,
    apply(scene, { node }) {
      const victim = scene.server(node);
      const undo = crash(scene, victim);
      victim.loseData();
      return undo;
    },
  }),
  "power-off": faultType({
    ...either,
    lasts: true,
    apply(scene, { node }) {
      const victim = scene.node(node);
      scene.note(victim.name);
      victim.powerOff();
      return () => {
        victim.powerOn();
        scene.restart(victim);
      };
    },
  }),
  "pause-sentinel": faultType({
    ...sentinel,
    lasts: true,
    apply: (scene, { node }) => pause(scene, scene.node(node)),
  }),
  "pause-server": faultType({
    ...server,
    lasts: true,
    apply: (scene, { node }) => pause(scene, scene.server(node)),
  }),
  "stall-sentinel": faultType({
    lasts: false,
    draw: (dice) => ({ node: dice.sentinelOfBothKinds(), lengthMs: 5 + dice.below(1_500) }),
    read: (reader) => ({
      node: reader.sentinelOfBothKinds("node"),
      lengthMs: reader.number("lengthMs", { from: 1, to: STALL_MS_MAX }),
    }),
    apply(scene, { node, lengthMs }) {
      const victim = scene.node(node);
      scene.note(`${victim.name} for ${lengthMs} ms`);
      victim.pause();
      scene.world.agenda.after(lengthMs, () => victim.resume());
      return undefined;
    },
  }),
  "slow-process": faultType({
    lasts: true,
    draw: (dice) => ({
      node: dice.chance(0.5) ? dice.sentinelOfBothKinds() : dice.server(),
      busyMs: 20 + dice.below(400),
      idleMs: 5 + dice.below(100),
    }),
    read: (reader) => ({
      node: reader.node("node"),
      busyMs: reader.number("busyMs", { from: 1, to: STALL_MS_MAX }),
      idleMs: reader.number("idleMs", { from: 1, to: STALL_MS_MAX }),
    }),
    apply(scene, { node, busyMs, idleMs }) {
      const victim = scene.node(node);
      scene.note(`${victim.name}, ${busyMs} ms busy of ${busyMs + idleMs}`);
      let isOver = false;
      const { world } = scene;
      const { agenda } = world;
      const beBusy = () => {
        if (isOver || world.isHealed) return;
        victim.pause();
        agenda.after(busyMs, () => {
          if (isOver || world.isHealed) return;
          victim.resume();
          agenda.after(idleMs, beBusy);
        });
      };
      beBusy();
      return () => {
        isOver = true;
        victim.resume();
      };
    },
  }),
  "kill-masters": faultType({
    lasts: true,
    draw: (dice) => ({
      groups: dice.cast.groups.map(({ name }) => name).filter(() => dice.chance(0.8)),
    }),
    read: (reader) => ({ groups: reader.groups("groups") }),
    apply(scene, { groups }) {
      const masters = scene.masters(groups);
      scene.note(namesOf(masters));
      for (const master of masters) master.crash();
      return () => {
        for (const master of masters) scene.restart(master);
      };
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;
