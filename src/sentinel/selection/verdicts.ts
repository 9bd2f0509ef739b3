import type { Millis } from "../../base/units.ts";
import { candidateOf } from "../receipts/chosen.ts";
import type { Candidate } from "../receipts/receipt.ts";
import { exclusion } from "../replica-selection.ts";
import type { Master, Replica, SentinelState } from "../state.ts";
import { whyChosen } from "./order.ts";
import { reservation } from "./reservations.ts";
import { zoneStanding } from "./zones.ts";

function isChosen({ verdict }: Candidate): boolean {
  return verdict === "chosen";
}

/** What is to be said of each replica: why it is chosen, or why not. The chosen one first. */
export function verdicts(
  state: SentinelState,
  master: Master,
  about: {
    readonly now: Millis;
    readonly chosen: Replica | undefined;
    readonly unanswered?: ReadonlySet<Replica>;
  },
): Candidate[] {
  const { now, chosen } = about;
  const all = [...master.replicas.values()].map((replica) =>
    candidateOf(replica, verdictOn(state, replica, about), now),
  );
  return chosen === undefined
    ? all
    : [...all.filter(isChosen), ...all.filter((each) => !isChosen(each))];
}

function verdictOn(
  state: SentinelState,
  replica: Replica,
  about: {
    readonly now: Millis;
    readonly chosen: Replica | undefined;
    readonly unanswered?: ReadonlySet<Replica>;
  },
): Pick<Candidate, "verdict" | "reason"> {
  const { now, chosen, unanswered } = about;
  const excluded = exclusion(state, replica, now);
  if (excluded !== undefined) return { verdict: "excluded", reason: excluded };
  const reserved = reservation(replica);
  if (replica === chosen) {
    const why = whyChosen(replica);
    const reason =
      reserved === undefined ? why : `${why}; by an operator's word, although ${reserved}`;
    return { verdict: "chosen", reason };
  }
  if (reserved !== undefined) return { verdict: "last-resort", reason: reserved };
  if (unanswered?.has(replica) === true) {
    return { verdict: "eligible", reason: "it was asked how far it has come and did not answer" };
  }
  const reason = chosen === undefined ? "it could be promoted" : whyNot(replica, chosen);
  return { verdict: "eligible", reason };
}

/** In what the chosen one is better. */
function whyNot(replica: Replica, chosen: Replica): string {
  const ahead = chosen.replicationOffset - replica.replicationOffset;
  if (!replica.masterLinkUp && replica.masterLinkDownMs < 0 && chosen.masterLinkDownMs >= 0) {
    return "it never had its link to the master, the chosen one did";
  }
  if (zoneStanding(replica) !== zoneStanding(chosen)) return "its zone is not the master's";
  if (replica.priority !== chosen.priority) {
    const isBetterOffset = replica.priority < chosen.priority;
    return isBetterOffset
      ? `the chosen one has ${ahead} bytes more`
      : `its priority is ${replica.priority}, the chosen one's ${chosen.priority}`;
  }
  if (ahead > 0) return `the chosen one has ${ahead} bytes more`;
  return "the chosen one comes first by its run id";
}
