import { type PlantedFault, withMasters } from "./planting.ts";
import { witnessedPlan } from "./witnessed-plan.ts";

/** Mistakes about what replicas say of a master that does not answer. */
export const WITNESS_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "a replica that has not lost the master counts as a witness of its death": {
    program: withMasters(({ replicas }) => {
      const changed = [...replicas.values()].flatMap((replica) => {
        const { testimony } = replica;
        if (testimony?.isLinkUp !== true) return [];
        const forged = { ...testimony, isLinkUp: false, wasUp: true };
        replica.testimony = forged;
        return [{ replica, testimony, forged }];
      });
      return () => {
        for (const { replica, testimony, forged } of changed) {
          if (replica.testimony === forged) replica.testimony = testimony;
        }
      };
    }),
    invariant: "SDOWN is never early",
    within: 150,
    plan: witnessedPlan,
  },
};
