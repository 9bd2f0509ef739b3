import { type FaultType, faultType } from "./fault.ts";

const SLOWNESS_MS_MAX = 60_000;

/** What happens to the configuration file of one sentinel. */
export const DISK_FAULTS = {
  "slow-disk": faultType({
    lasts: true,
    draw: (dice) => ({ node: dice.sentinel(), extraMs: 50 + dice.below(3_000) }),
    read: (reader) => ({
      node: reader.sentinel("node"),
      extraMs: reader.number("extraMs", { from: 0, to: SLOWNESS_MS_MAX }),
    }),
    apply(scene, { node, extraMs }) {
      const { disk, name } = scene.sentinel(node);
      scene.note(`${name} by ${extraMs} ms`);
      disk.extraMs = extraMs;
      return () => {
        disk.extraMs = 0;
      };
    },
  }),
  "full-disk": faultType({
    lasts: true,
    draw: (dice) => ({ node: dice.sentinel() }),
    read: (reader) => ({ node: reader.sentinel("node") }),
    apply(scene, { node }) {
      const { disk, name } = scene.sentinel(node);
      scene.note(name);
      disk.isFull = true;
      return () => {
        disk.isFull = false;
      };
    },
  }),
  "torn-file": faultType({
    lasts: true,
    draw: (dice) => ({ node: dice.sentinel() }),
    read: (reader) => ({ node: reader.sentinel("node") }),
    apply(scene, { node }) {
      const victim = scene.sentinel(node);
      scene.note(victim.name);
      victim.powerOff();
      victim.tearFile();
      return () => {
        victim.powerOn();
        scene.restart(victim);
      };
    },
  }),
} as const satisfies Readonly<Record<string, FaultType>>;
