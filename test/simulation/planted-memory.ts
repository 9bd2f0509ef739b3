import { epoch } from "../../src/base/units.ts";
import {
  NOW,
  type PlantedFault,
  withEffects,
  withFile,
  withInputs,
  withLoaded,
} from "./planting.ts";

/** Mistakes about what is on disk, and what is told before it is. */
export const MEMORY_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "the vote is forgotten by a restart": {
    program: withLoaded((state) => {
      for (const master of state.masters.values()) master.vote.leaderEpoch = epoch(0);
    }),
    invariant: "epochs never shrink",
    within: 40,
  },
  "the current epoch is not written": {
    program: withFile(/^sentinel current-epoch \d+$/gm, "sentinel current-epoch 0"),
    invariant: "durable before told",
    within: 20,
  },
  "the configuration's epoch is not written": {
    program: withFile(/^(sentinel config-epoch \S+) \d+$/gm, "$1 0"),
    invariant: "durable before told",
    within: 20,
  },
  "the new master's address is not written": {
    program: withFile(/^(sentinel monitor \S+) \S+ (\d+) (\d+)$/gm, "$1 10.0.2.1 $2 $3"),
    invariant: "one master per config epoch",
    within: 60,
  },
  "a hello does not wait for its configuration to be on disk": {
    program: withEffects((effect) =>
      effect.kind === "send" && effect.command.name === "hello"
        ? [{ ...effect, afterSave: NOW }]
        : [effect],
    ),
    invariant: "durable before told",
    within: 20,
  },
  "a save that failed counts as done": {
    program: withInputs((input) =>
      input.kind === "config-save-failed" ? { kind: "config-saved", save: input.save } : input,
    ),
    invariant: "durable before told",
    within: 100,
  },
};
