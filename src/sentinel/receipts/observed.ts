import type { Address } from "../../base/address.ts";
import type { Epoch } from "../../base/units.ts";
import type { Master, Sentinel } from "../state.ts";
import type { Turn } from "../turn.ts";
import { wallTime } from "../wall-clock.ts";
import { record } from "./history.ts";
import { receiptId } from "./receipt.ts";
import { endReceipt, tenths } from "./record.ts";

/**
 * Another sentinel changed the master and this one is told: what it saw itself, in a few words. An
 * attempt of its own ends here.
 */
export function recordObserved(
  turn: Turn,
  master: Master,
  told: { readonly by: Sentinel; readonly epoch: Epoch; readonly to: Address },
): void {
  const { state, now } = turn;
  const { sdown, odown, vote } = master;
  const reason = `configuration ${told.epoch} came about elsewhere`;
  endReceipt(turn, master, reason);
  const notes = [
    sdown.down
      ? `it had been down here for ${tenths(now - sdown.since)} ms`
      : "it was not down here",
  ];
  if (odown.down) notes.push("a quorum agreed here that it was down");
  if (vote.leader !== undefined && vote.leaderEpoch === told.epoch) {
    notes.push(`this sentinel voted for ${vote.leader}`);
  }
  record(turn, {
    kind: "failover",
    id: receiptId(master.masterName, told.epoch, "observed"),
    at: wallTime(state, sdown.down ? sdown.since : now),
    sentinel: state.myId,
    view: "observer",
    master: master.masterName,
    epoch: told.epoch,
    cause: "observed",
    reason: `told by ${told.by.runId}`,
    requestedBy: undefined,
    outcome: { result: "completed" },
    from: master.address,
    to: told.to,
    phases: [],
    totalMs: sdown.down ? tenths(now - sdown.since) : 0,
    votes: undefined,
    candidates: [],
    oldMaster: undefined,
    atRisk: undefined,
    fork: undefined,
    returned: undefined,
    notes,
  });
}
