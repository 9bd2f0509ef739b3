import type { RunId } from "../../base/ids.ts";
import { earliest, type Millis, NEVER, type SaveNumber } from "../../base/units.ts";
import type { ClientRequest } from "../commands/request.ts";
import type { Master } from "../state.ts";
import type { Turn } from "../turn.ts";

/** How long a command waits for its peers to take an order in. */
export const AGREEMENT_MS = 1_000;

/** A command whose answer says who of the peers has taken the order in. */
export interface WaitingAnswer {
  readonly request: ClientRequest;
  readonly until: Millis;
  /** Of the order itself. */
  readonly save: SaveNumber;
  /** Peers that were told and have not answered. */
  readonly awaited: Set<RunId>;
  readonly agreed: Set<RunId>;
  readonly answer: (turn: Turn, waiting: WaitingAnswer) => void;
}

/** The master is watched no more: nobody else will answer. */
export function endWaiting(turn: Turn, { maintenance }: Master): void {
  for (const waiting of maintenance.waiting) waiting.answer(turn, waiting);
  maintenance.waiting.clear();
}

/** Answers those commands that have nobody to wait for any more, or have waited long enough. */
export function tendWaiting(turn: Turn, { maintenance, sentinels }: Master): void {
  for (const waiting of maintenance.waiting) {
    for (const runId of waiting.awaited) {
      if (sentinels.get(runId)?.link.phase.phase !== "open") waiting.awaited.delete(runId);
    }
    if (waiting.awaited.size > 0 && turn.now < waiting.until) continue;
    maintenance.waiting.delete(waiting);
    waiting.answer(turn, waiting);
  }
}

export function waitingDueAt({ maintenance }: Master): Millis {
  let due = NEVER;
  for (const { until } of maintenance.waiting) due = earliest(due, until);
  return due;
}

/** A peer has taken an order in, or will not. */
export function noteAgreement(
  { maintenance }: Master,
  peer: RunId,
  { hasAgreed }: { readonly hasAgreed: boolean },
): void {
  for (const waiting of maintenance.waiting) {
    if (!waiting.awaited.delete(peer)) continue;
    if (hasAgreed) waiting.agreed.add(peer);
  }
}
