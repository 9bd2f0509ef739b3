import type { RunId } from "../../src/base/ids.ts";
import { epoch } from "../../src/base/units.ts";
import { array, bulk, integer, OK } from "../../src/resp/reply.ts";
import type { SentinelState } from "../../src/sentinel/state.ts";
import type { HelloContent } from "../../src/wire/hello.ts";
import { REAL_PROGRAM } from "../../src/sim/sentinel-program.ts";
import { DECISION_FAULTS } from "./planted-decisions.ts";
import { FENCE_FAULTS } from "./planted-fences.ts";
import { MAINTENANCE_FAULTS } from "./planted-maintenance.ts";
import { MEMORY_FAULTS } from "./planted-memory.ts";
import { SWITCHOVER_FAULTS } from "./planted-switchovers.ts";
import { WITNESS_FAULTS } from "./planted-witnesses.ts";
import {
  during,
  givesVote,
  isVoteRequest,
  NOW,
  type PlantedFault,
  withEffects,
  withHellos,
  withStep,
} from "./planting.ts";

const FIRST_HELLOS = new WeakMap<SentinelState, HelloContent>();

/** Mistakes one at a time, each with the checker that must find it. */
export const PLANTED_FAULTS: Readonly<Record<string, PlantedFault>> = {
  ...MEMORY_FAULTS,
  ...DECISION_FAULTS,
  ...FENCE_FAULTS,
  ...MAINTENANCE_FAULTS,
  ...SWITCHOVER_FAULTS,
  ...WITNESS_FAULTS,
  "a vote is told before it is on disk": {
    program: withEffects((effect, _state, input) =>
      effect.kind === "reply" && isVoteRequest(input) ? [{ ...effect, afterSave: NOW }] : [effect],
    ),
    invariant: "durable before told",
    within: 20,
  },
  "a new epoch is told before it is on disk": {
    program: withEffects((effect) =>
      effect.kind === "send" ? [{ ...effect, afterSave: NOW }] : [effect],
    ),
    invariant: "durable before told",
    within: 20,
  },
  "the vote's epoch is not written": {
    program: {
      ...REAL_PROGRAM,
      render: (state, previous) =>
        REAL_PROGRAM.render(state, previous).replaceAll(
          /^(sentinel leader-epoch \S+) \d+$/gm,
          "$1 0",
        ),
    },
    invariant: "durable before told",
    within: 20,
  },
  "the current epoch is forgotten by a restart": {
    program: {
      ...REAL_PROGRAM,
      load: (text, when) => {
        const state = REAL_PROGRAM.load(text, when);
        state.currentEpoch = epoch(0);
        return state;
      },
    },
    invariant: "epochs never shrink",
    within: 20,
  },
  "everybody who asks gets the vote": {
    program: withEffects((effect, state, input) => {
      if (effect.kind !== "reply" || !isVoteRequest(input)) return [effect];
      if (!givesVote(effect)) return [effect];
      const leader = bulk(input.args[5] ?? "*");
      const answer = array([integer(1), leader, integer(state.currentEpoch)]);
      return [{ ...effect, reply: { kind: "value", reply: answer } }];
    }),
    invariant: "one vote per epoch",
    within: 60,
  },
  "the quorum is one too low": {
    program: withStep((step) => (state, input, now) => {
      const restore = during(state, ({ settings }) => {
        const { quorum } = settings;
        settings.quorum = Math.max(1, quorum - 1);
        return () => {
          settings.quorum = quorum;
        };
      });
      const effects = step(state, input, now);
      restore();
      return effects;
    }),
    invariant: "a leader has majority and quorum",
    within: 60,
  },
  "a peer's silence counts as its vote": {
    program: withStep((step) => (state, input, now) => {
      if (input.kind !== "ask-reply" || input.answer === undefined) return step(state, input, now);
      const { epoch: askedEpoch, candidate } = input.asked;
      const leader: RunId | undefined = input.answer.leader ?? candidate;
      const answer = { ...input.answer, leader, leaderEpoch: askedEpoch };
      return step(state, { ...input, answer }, now);
    }),
    invariant: "a leader has majority and quorum",
    within: 60,
  },
  "a hello with an older configuration is believed": {
    program: withStep((step) => (state, input, now) => {
      if (input.kind === "hello-received") {
        const master = state.masters.get(input.hello.masterName);
        if (master !== undefined && input.hello.configEpoch < master.configEpoch) {
          master.configEpoch = epoch(Math.max(0, input.hello.configEpoch - 1));
        }
      }
      return step(state, input, now);
    }),
    invariant: "epochs never shrink",
    within: 40,
  },
  "a new configuration is announced in the old epoch": {
    program: withHellos((hello) => ({
      ...hello,
      configEpoch: epoch(Math.max(0, hello.configEpoch - 1)),
    })),
    invariant: "one master per config epoch",
    within: 20,
  },
  "an old hello is sent again": {
    program: withHellos((hello, state) => {
      const first = FIRST_HELLOS.get(state) ?? hello;
      FIRST_HELLOS.set(state, first);
      return state.lastLinkId % 5 === 0 ? first : hello;
    }),
    invariant: "announced configuration never goes back",
    within: 60,
  },
  "a replica of priority 0 is as good as any": {
    program: withStep((step) => (state, input, now) => {
      const restore = during(state, (master) => {
        const barred = [...master.replicas.values()].filter(({ priority }) => priority === 0);
        for (const replica of barred) replica.priority = 1;
        return () => {
          for (const replica of barred) if (replica.priority === 1) replica.priority = 0;
        };
      });
      const effects = step(state, input, now);
      restore();
      return effects;
    }),
    invariant: "no promotion of an excluded replica",
    within: 60,
  },
  "the replica with the least data is chosen": {
    program: withStep((step) => (state, input, now) => {
      const restore = during(state, (master) => {
        const replicas = [...master.replicas.values()];
        for (const replica of replicas) replica.replicationOffset *= -1;
        return () => {
          for (const replica of replicas) {
            replica.replicationOffset = Math.abs(replica.replicationOffset);
          }
        };
      });
      const effects = step(state, input, now);
      restore();
      return effects;
    }),
    invariant: "the best replica is promoted",
    within: 60,
  },
  "down-after is halved": {
    program: withStep((step) => (state, input, now) => {
      const restore = during(state, ({ settings }) => {
        const { downAfterMs } = settings;
        settings.downAfterMs = downAfterMs / 2;
        return () => {
          settings.downAfterMs = downAfterMs;
        };
      });
      const effects = step(state, input, now);
      restore();
      return effects;
    }),
    invariant: "SDOWN is never early",
    within: 20,
  },
  "replicas are pointed at the old master": {
    program: withEffects((effect, state) => {
      if (effect.kind !== "send" || effect.command.name !== "reconfigure") return [effect];
      const [master] = state.masters.values();
      if (master?.reconfiguration.phase !== "reconf-replicas") return [effect];
      const { oldAddress } = master.reconfiguration;
      return [{ ...effect, command: { name: "reconfigure", master: oldAddress } }];
    }),
    invariant: "orders follow the configuration in force",
    within: 40,
  },
  "TILT does not stop orders": {
    program: withStep((step) => (state, input, now) => {
      const { tilt } = state;
      if (tilt.mode === "off" || input.kind === "tick") return step(state, input, now);
      state.tilt = { mode: "off" };
      const effects = step(state, input, now);
      state.tilt = tilt;
      return effects;
    }),
    invariant: "no order is given in TILT",
    within: 120,
  },
  "REMOVE is confirmed and not done": {
    program: withStep((step) => (state, input, now) => {
      if (input.kind !== "client-request" || input.args[1] !== "REMOVE") {
        return step(state, input, now);
      }
      const { client, request } = input;
      const reply = { kind: "value", reply: OK } as const;
      return [{ kind: "reply", client, request, reply, afterSave: NOW, ifUnsaved: undefined }];
    }),
    invariant: "an operator's command is done or reported as not done",
    within: 40,
  },
  "SET is confirmed before it is on disk": {
    program: withEffects((effect, _state, input) =>
      effect.kind === "reply" && input.kind === "client-request" && input.args[1] === "SET"
        ? [{ ...effect, afterSave: NOW }]
        : [effect],
    ),
    invariant: "an operator's command is done or reported as not done",
    within: 40,
  },
  "nobody stands aside after three elections in vain": {
    program: withStep((step) => (state, input, now) => {
      for (const { attempts } of state.masters.values()) {
        attempts.fruitless = Math.min(attempts.fruitless, 1);
      }
      return step(state, input, now);
    }),
    invariant: "no failover within the block time",
    within: 100,
  },
  "strays are never put right": {
    program: withEffects((effect) =>
      effect.kind === "send" &&
      effect.command.name === "reconfigure" &&
      effect.command.master !== undefined
        ? []
        : [effect],
    ),
    invariant: "all agree after the faults",
    within: 20,
  },
  "an assertion fails": {
    program: withStep((step) => (state, input, now) => {
      if (state.currentEpoch > 2) throw new Error("planted");
      return step(state, input, now);
    }),
    invariant: "the program does not throw",
    within: 40,
  },
};
