import { majority, voters } from "../election.ts";
import type { Master } from "../state.ts";

/** How many sentinels there are, and how many more may be lost. */
export interface QuorumView {
  /** The configured quorum. */
  readonly needed: number;
  readonly majority: number;
  readonly voters: number;
  /** This one, and those that it does not find down. */
  readonly up: number;
  /** Quorum and majority can be had now. */
  readonly ok: boolean;
  /** How many more may be lost before no failover is possible; -1: none is possible now. */
  readonly spare: number;
}

export function quorumView(master: Master): QuorumView {
  let up = 1;
  for (const { sdown } of master.sentinels.values()) if (!sdown.down) up++;
  const needed = Math.max(majority(master), master.settings.quorum);
  return {
    needed: master.settings.quorum,
    majority: majority(master),
    voters: voters(master),
    up,
    ok: up >= needed,
    spare: Math.max(-1, up - needed),
  };
}
