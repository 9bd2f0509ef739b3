import type { Input } from "../../src/sentinel/input.ts";
import type { Master } from "../../src/sentinel/state.ts";
import { unixMillis } from "../../src/base/units.ts";
import { drawPlan } from "../../src/sim/draw-plan.ts";
import { PAUSE } from "../../src/wire/maintenance-order.ts";
import {
  during,
  isVoteRequest,
  type PlantedFault,
  withInputs,
  withMasters,
  withStep,
} from "./planting.ts";

function maintained(seed: number) {
  const variety = { isMixed: false, hasNames: false, isCrowded: false, isMaintained: true };
  return drawPlan(seed, variety);
}

/** During the step the master has none of the orders whose subject is meant. */
function withoutOrders(isMeant: (subject: string) => boolean) {
  return withMasters(({ maintenance: { orders } }: Master) => {
    const taken = [...orders].filter(([subject]) => isMeant(subject));
    for (const [subject] of taken) orders.delete(subject);
    return () => {
      for (const [subject, order] of taken) if (!orders.has(subject)) orders.set(subject, order);
    };
  });
}

function isPromise(input: Input): input is Extract<Input, { kind: "vedette-reply" }> {
  return input.kind === "vedette-reply" && input.topic === "forget";
}

/** Mistakes about what waits for people, and about who is forgotten. */
export const MAINTENANCE_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "a paused sentinel starts elections": {
    program: withMasters((master) => {
      const { orders } = master.maintenance;
      const pause = orders.get(PAUSE);
      if (pause === undefined || !master.odown.down) return () => undefined;
      orders.delete(PAUSE);
      return () => {
        if (!orders.has(PAUSE)) orders.set(PAUSE, pause);
        master.maintenance.told.set(PAUSE, pause);
      };
    }),
    plan: maintained,
    invariant: "no failover while it is held back",
    within: 200,
  },
  "a paused sentinel gives its vote": {
    program: withStep((step) => (state, input, now) => {
      if (!isVoteRequest(input)) return step(state, input, now);
      const restore = during(state, ({ maintenance: { orders, told } }) => {
        const before = { orders: new Map(orders), told: new Map(told) };
        orders.clear();
        return () => {
          for (const [subject, order] of before.orders) orders.set(subject, order);
          for (const [subject, order] of before.told) told.set(subject, order);
        };
      });
      const effects = step(state, input, now);
      restore();
      return effects;
    }),
    plan: maintained,
    invariant: "no failover while it is held back",
    within: 200,
  },
  "a pause never ends": {
    program: withMasters(({ maintenance: { orders } }) => {
      const pause = orders.get(PAUSE);
      if (pause?.isOn === true && pause.until < pause.stamp + 10 ** 8) {
        const until = unixMillis(pause.stamp + 10 ** 8);
        orders.set(PAUSE, { ...pause, until, keepUntil: until });
      }
      return () => undefined;
    }),
    plan: maintained,
    invariant: "all agree after the faults",
    within: 20,
  },
  "a replica in downtime is as good as any": {
    program: withoutOrders((subject) => subject.includes(":")),
    plan: maintained,
    invariant: "no promotion of an excluded replica",
    within: 200,
  },
  "who disagrees has agreed that a sentinel is forgotten": {
    program: withInputs((input) =>
      isPromise(input) && input.answer?.[0] === "no" ? { ...input, answer: ["yes"] } : input,
    ),
    plan: maintained,
    invariant: "the vote base shrinks by agreement only",
    within: 300,
  },
  "sentinels that are down are forgotten by whoever finds them down": {
    program: withMasters((master) => {
      for (const [runId, sentinel] of master.sentinels) {
        if (!sentinel.sdown.down || master.forgetting.promise === undefined) continue;
        master.sentinels.delete(runId);
        sentinel.link.owners.delete(sentinel);
      }
      return () => undefined;
    }),
    plan: maintained,
    invariant: "the vote base shrinks by agreement only",
    within: 300,
  },
};
