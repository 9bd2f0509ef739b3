import { epoch } from "../../src/base/units.ts";
import type { FenceEvidence, PeerStanding } from "../../src/sentinel/fence-evidence.ts";
import type { Input } from "../../src/sentinel/input.ts";
import type { Replica, SentinelState } from "../../src/sentinel/state.ts";
import { leftBehindPlan } from "./left-behind.ts";
import { type PlantedFault, withStep } from "./planting.ts";

const NO_TRUE_MASTER = "no true master is fenced";

/** Before each step the evidence against every former master is forged. */
function withEvidence(
  forge: (evidence: FenceEvidence, about: { replica: Replica; input: Input }) => void,
) {
  return withStep((step) => (state, input, now) => {
    for (const replica of replicasOf(state)) {
      if (replica.fence?.link === replica.link.id) forge(replica.fence, { replica, input });
    }
    return step(state, input, now);
  });
}

function replicasOf(state: SentinelState): Replica[] {
  return [...state.masters.values()].flatMap(({ replicas }) => [...replicas.values()]);
}

function attributeToAll({ said }: FenceEvidence, { master }: Replica, standing: PeerStanding) {
  for (const runId of master.sentinels.keys()) said.set(runId, standing);
}

/** Mistakes about when a former master may be closed for writes. */
export const FENCE_FAULTS: Readonly<Record<string, PlantedFault>> = {
  "a former master is fenced without a word of the others": {
    program: withEvidence((evidence, { replica }) => {
      const { address: masterAddress, configEpoch } = replica.master;
      const standing = { masterAddress, configEpoch, currentEpoch: configEpoch };
      attributeToAll(evidence, replica, {
        source: "answer",
        ...standing,
        electionEpoch: epoch(0),
      });
    }),
    invariant: NO_TRUE_MASTER,
    within: 40,
    plan: leftBehindPlan,
  },
  "the word of one other is enough to fence": {
    program: withEvidence((evidence, { replica }) => {
      const { configEpoch } = replica.master;
      const one = [...evidence.said.values()].find((said) => said.configEpoch === configEpoch);
      if (one !== undefined) attributeToAll(evidence, replica, one);
    }),
    invariant: NO_TRUE_MASTER,
    within: 60,
    plan: leftBehindPlan,
  },
  "a hello counts by whatever way it comes, however late": {
    program: withEvidence(({ said }, { input }) => {
      if (input.kind !== "hello-received") return;
      const { sentinelId, masterAddress, configEpoch, currentEpoch } = input.hello;
      const standing = { masterAddress, configEpoch, currentEpoch };
      said.set(sentinelId, { source: "answer", ...standing, electionEpoch: epoch(0) });
    }),
    invariant: NO_TRUE_MASTER,
    within: 400,
    plan: leftBehindPlan,
  },
};
