import type { Effect } from "../../src/sentinel/effect.ts";
import type { Master, SentinelState } from "../../src/sentinel/state.ts";
import type { ServerOrder } from "../../src/wire/server-order.ts";
import { type PlantedFault, withEffects, withMasters, withStep } from "./planting.ts";
import { switchoverPlan } from "./switchover-plan.ts";

type Handing = Extract<Master["failover"], { readonly phase: "handing-over" }>;

function handingOver(master: Master): Handing | undefined {
  return master.failover.phase === "handing-over" ? master.failover : undefined;
}

/** The orders of a switchover are given otherwise, or not at all. */
function withOrders(tamper: (order: ServerOrder, state: SentinelState) => ServerOrder | undefined) {
  return withEffects((effect, state) => {
    if (effect.kind !== "send" || effect.command.name !== "order") return [effect];
    const order = tamper(effect.command.order, state);
    return order === undefined ? [] : [{ ...effect, command: { name: "order", order } }];
  });
}

function isWithdrawing({ masters }: SentinelState): boolean {
  return [...masters.values()].some((master) => handingOver(master)?.step.step === "withdrawing");
}

/** Mistakes in a planned change of master. */
export const SWITCHOVER_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "a replica is promoted before it has every write": {
    program: withMasters((master) => {
      const promoted = handingOver(master)?.promoted;
      const offset = promoted?.replicationOffset ?? 0;
      if (promoted !== undefined) promoted.replicationOffset = Number.MAX_SAFE_INTEGER;
      return () => {
        if (promoted?.replicationOffset === Number.MAX_SAFE_INTEGER) {
          promoted.replicationOffset = offset;
        }
      };
    }),
    invariant: "a completed switchover loses no acknowledged write",
    within: 100,
    plan: switchoverPlan,
  },
  "a replica is promoted while the old master takes writes": {
    program: withStep((step) => (state, input, now) => {
      for (const master of state.masters.values()) {
        const handing = handingOver(master);
        if (handing?.step.step !== "demoting") continue;
        master.failover = { ...handing, step: { ...handing.step, lastOffset: 0 } };
      }
      return step(state, input, now).flatMap((effect): Effect[] => {
        if (effect.kind !== "send" || effect.command.name !== "order") return [effect];
        const { order } = effect.command;
        if (order.kind === "follow") return [];
        if (order.kind !== "pause-writes") return [effect];
        return [{ ...effect, command: { name: "order", order: { ...order, forMs: 0 } } }];
      });
    }),
    invariant: "a master that was switched from takes no writes",
    within: 60,
    plan: switchoverPlan,
  },
  "writes are held up four times as long": {
    program: withOrders((order) =>
      order.kind === "pause-writes" ? { ...order, forMs: 4 * order.forMs } : order,
    ),
    invariant: "writes are held up for half of down-after at most",
    within: 20,
    plan: switchoverPlan,
  },
  "what was begun is not taken back": {
    program: withOrders((order, state) =>
      order.kind === "resume-writes" && isWithdrawing(state) ? undefined : order,
    ),
    invariant: "an old master writes again when a switchover was taken back",
    within: 100,
    plan: switchoverPlan,
  },
};
