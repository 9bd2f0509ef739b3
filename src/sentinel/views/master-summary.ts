import { formatAddress } from "../../base/address.ts";
import type { Millis } from "../../base/units.ts";
import { failoverStateWord } from "../failover-phase.ts";
import { isFailoverInProgress } from "../failover.ts";
import { isUp } from "../links.ts";
import { isPaused } from "../maintenance/maintenance.ts";
import { whyHeldBack } from "../maintenance/why-held-back.ts";
import { selectReplica } from "../replica-selection.ts";
import type { Master, SentinelState } from "../state.ts";
import { quorumView } from "./quorum-view.ts";

export const MASTER_STATES = ["ok", "sdown", "odown", "failover", "unknown"] as const;
export type MasterStateWord = (typeof MASTER_STATES)[number];

/** One line of a list of many masters. */
export interface MasterSummary {
  readonly name: string;
  readonly state: MasterStateWord;
  readonly address: string;
  readonly replicas: { readonly ok: number; readonly total: number };
  readonly sentinels: { readonly ok: number; readonly total: number };
  readonly quorum: { readonly needed: number; readonly majority: number; readonly ok: boolean };
  readonly failoverReady: boolean;
  readonly paused: boolean;
  readonly failover: string;
  readonly configEpoch: number;
}

export function masterSummary(state: SentinelState, master: Master, now: Millis): MasterSummary {
  const { needed, majority, up, voters, ok } = quorumView(master);
  let replicasOk = 0;
  for (const replica of master.replicas.values()) if (isUp(replica)) replicasOk++;
  return {
    name: master.name,
    state: masterState(master),
    address: formatAddress(master.address),
    replicas: { ok: replicasOk, total: master.replicas.size },
    sentinels: { ok: up, total: voters },
    quorum: { needed, majority, ok },
    failoverReady: isFailoverReady(state, master, now),
    paused: isPaused({ state, now }, master),
    failover: failoverWord(master),
    configEpoch: master.configEpoch,
  };
}

/** Could a failover be agreed on now, would it find a replica, and may it begin? */
function isFailoverReady(state: SentinelState, master: Master, now: Millis): boolean {
  return (
    quorumView(master).ok &&
    whyHeldBack({ state, now }, master) === undefined &&
    selectReplica(state, master, now) !== undefined
  );
}

export function masterState(master: Master): MasterStateWord {
  if (isFailoverInProgress(master) || master.reconfiguration.phase !== "none") return "failover";
  if (master.odown.down) return "odown";
  if (master.sdown.down) return "sdown";
  return master.reported.infoAt === undefined ? "unknown" : "ok";
}

export function failoverWord({ failover, reconfiguration }: Master): string {
  if (reconfiguration.phase !== "none") return "reconf_slaves";
  if (failover.phase === "standing-by") return "standing_by";
  return failoverStateWord(failover);
}
