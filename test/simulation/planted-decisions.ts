import { epoch } from "../../src/base/units.ts";
import type { Input } from "../../src/sentinel/input.ts";
import type { Master, Replica } from "../../src/sentinel/state.ts";
import { type PlantedFault, withEffects, withInputs, withMasters } from "./planting.ts";

/** During the step every replica is changed, and changed back unless the step changed it too. */
function withReplicas(
  key: "masterLinkDownMs" | "priority" | "replicationOffset",
  to: (replica: Replica) => number,
) {
  return withMasters((master: Master) => {
    const changed = [...master.replicas.values()].map((replica) => {
      const before = replica[key];
      replica[key] = to(replica);
      return { replica, before, during: replica[key] };
    });
    return () => {
      for (const { replica, before, during } of changed) {
        if (replica[key] === during) replica[key] = before;
      }
    };
  });
}

function isVote(input: Input): input is Extract<Input, { kind: "ask-reply" }> {
  return input.kind === "ask-reply" && input.asked.candidate !== undefined;
}

let pings = 0;

/** Mistakes about whom to elect, whom to promote and when. */
export const DECISION_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "a vote for somebody else counts": {
    program: withInputs((input) => {
      if (!isVote(input) || input.answer?.leader === undefined) return input;
      return { ...input, answer: { ...input.answer, leader: input.asked.candidate } };
    }),
    invariant: "a leader has majority and quorum",
    within: 60,
  },
  "votes are asked for in the epoch before": {
    program: withEffects((effect) => {
      if (effect.kind !== "send" || effect.command.name !== "ask") return [effect];
      const { command } = effect;
      if (command.candidate === undefined || command.epoch < 2) return [effect];
      return [{ ...effect, command: { ...command, epoch: epoch(command.epoch - 1) } }];
    }),
    invariant: "one vote per epoch",
    within: 60,
  },
  "a replica long without its master is as good as any": {
    program: withReplicas("masterLinkDownMs", () => 0),
    invariant: "no promotion of an excluded replica",
    within: 300,
  },
  "the replica of the highest priority number is chosen": {
    program: withReplicas("priority", ({ priority }) => (priority === 0 ? 0 : 1_000 - priority)),
    invariant: "the best replica is promoted",
    within: 60,
  },
  "a replica that was down once stays down": {
    program: withMasters((master) => {
      const down = [...master.replicas.values()].filter(({ sdown }) => sdown.down);
      for (const replica of down) replica.sdown.down = false;
      return () => {
        for (const replica of down) replica.sdown.down = true;
      };
    }),
    invariant: "no promotion of an excluded replica",
    within: 20,
  },
  "the order to be a master goes to another replica": {
    program: withEffects((effect, state) => {
      if (effect.kind !== "send" || effect.command.name !== "reconfigure") return [effect];
      if (effect.command.master !== undefined) return [effect];
      const replicas = [...state.masters.values()].flatMap((master) => [
        ...master.replicas.values(),
      ]);
      const other = replicas.find(({ link }) => link.id !== effect.link);
      return [other === undefined ? effect : { ...effect, link: other.link.id }];
    }),
    invariant: "only the selected replica is promoted",
    within: 40,
  },
  "every third answer to a ping is overlooked": {
    program: withInputs((input) =>
      input.kind === "ping-reply" && ++pings % 3 === 0 ? undefined : input,
    ),
    invariant: "SDOWN is never early",
    within: 20,
  },
  "a refused password counts as silence": {
    program: withMasters(({ settings }) => {
      Object.assign(settings.extensions, { "credential-faults-are-down": true });
      return () => undefined;
    }),
    invariant: "SDOWN is never early",
    within: 40,
  },
  "a lost connection is not opened again": {
    program: withEffects((effect, state, input) =>
      effect.kind === "open-link" && input.kind === "tick" && state.lastLinkId > 20 ? [] : [effect],
    ),
    invariant: "all agree after the faults",
    within: 20,
  },
  "the new configuration is announced to nobody": {
    program: withEffects((effect, state) =>
      effect.kind === "send" &&
      effect.command.name === "hello" &&
      [...state.masters.values()].some(({ configEpoch }) => configEpoch > 0)
        ? []
        : [effect],
    ),
    invariant: "all agree after the faults",
    within: 20,
  },
};
