import type { Address } from "../../base/address.ts";
import type { MasterName } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import { majority, voters } from "../election.ts";
import { riskOf } from "../receipts/chosen.ts";
import type { AtRisk, Candidate } from "../receipts/receipt.ts";
import { selectReplica } from "../replica-selection.ts";
import type { Master, SentinelState } from "../state.ts";
import { heirOf } from "../switchover/heir.ts";
import { verdicts } from "./verdicts.ts";

/** What a failover that begins now would do, as plain data. */
export interface Plan {
  readonly master: MasterName;
  readonly address: Address;
  readonly down: "no" | "sdown" | "odown";
  /** Could it be agreed on and authorised? */
  readonly quorum: {
    readonly needed: number;
    readonly majority: number;
    readonly voters: number;
    readonly up: number;
    readonly isReachable: boolean;
  };
  /** Who would be promoted; undefined: nobody. */
  readonly promoted: Address | undefined;
  /** Who would be by `FORCE LAST-RESORT`, where that is another. */
  readonly lastResort: Address | undefined;
  readonly candidates: readonly Candidate[];
  /** What would be lost if the master ended at this moment. */
  readonly atRisk: AtRisk | undefined;
  /** What stands in the way, in sentences. */
  readonly obstacles: readonly string[];
}

/** The choice is made by the same rules as the real one, with what is known now. */
export function planOf(state: SentinelState, master: Master, now: Millis): Plan {
  const chosen = heirOf(state, master, now) ?? selectReplica(state, master, now);
  const last = selectReplica(state, master, now, { lastResort: true });
  const quorum = quorumOf(master);
  const obstacles: string[] = [];
  if (quorum.up < quorum.needed) {
    obstacles.push(`${quorum.up} sentinels are up, quorum ${quorum.needed}`);
  }
  if (quorum.up < quorum.majority) {
    obstacles.push(`${quorum.up} of ${quorum.voters} sentinels are up, no majority`);
  }
  if (chosen === undefined) obstacles.push("no replica may be promoted");
  const { heldBack } = master.maintenance;
  if (heldBack !== undefined) obstacles.push(heldBack);
  return {
    master: master.masterName,
    address: master.address,
    down: master.odown.down ? "odown" : master.sdown.down ? "sdown" : "no",
    quorum,
    promoted: chosen?.address,
    lastResort: last === chosen ? undefined : last?.address,
    candidates: verdicts(state, master, { now, chosen }),
    atRisk: chosen === undefined ? undefined : riskOf(chosen, now),
    obstacles,
  };
}

function quorumOf(master: Master): Plan["quorum"] {
  const up = 1 + [...master.sentinels.values()].filter(({ sdown }) => !sdown.down).length;
  const needed = master.settings.quorum;
  const isReachable = up >= needed && up >= majority(master);
  return { needed, majority: majority(master), voters: voters(master), up, isReachable };
}
