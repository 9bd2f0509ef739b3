import { type Address, formatAddress } from "../../base/address.ts";
import { canFailOver, marginText, sentinelsToSpare } from "../../advice/failover-margin.ts";
import { majorityOf } from "../../advice/voters.ts";
import { isReached } from "../operator/answers.ts";
import { complaintsOf, type GroupView } from "../operator/group-view.ts";

/** For programs; fields are added, never changed. */
export function groupAsJson(group: GroupView) {
  return {
    name: group.name,
    state: group.state,
    address: formatAddress(group.address),
    configEpoch: group.configEpoch,
    failoverState: group.failoverState ?? null,
    pausedUntil:
      group.pausedUntil === undefined ? null : new Date(group.pausedUntil * 1_000).toISOString(),
    quorum: group.quorum,
    majority: majorityOf(group.voters),
    sentinels: {
      known: group.voters,
      usable: group.usable,
      toSpare: sentinelsToSpare(group),
      watching: group.watchedBy,
      all: group.sentinels.map((each) => ({
        address: formatAddress(each.address),
        runId: each.runId,
        answers: each.unreached === undefined,
        reason: each.unreached ?? null,
        vedetteVersion: each.vedetteVersion ?? null,
        master: addressOrNull(each.names),
        configEpoch: each.configEpoch,
        doesNotSee: each.doesNotSee,
      })),
    },
    replicas: group.replicas.map(({ row, lagBytes, exclusion, downFor }) => ({
      address: formatAddress(row.address),
      reached: isReached(row) && downFor.length === 0,
      notReachedBy: downFor,
      linkUp: row.isLinkUp,
      follows: addressOrNull(row.follows),
      offset: row.offset,
      lagBytes: lagBytes ?? null,
      priority: row.priority,
      eligible: exclusion === undefined,
      exclusion: exclusion ?? null,
    })),
    sdownFor: group.sdownFor,
    odownFor: group.odownFor,
    failoverPossible: canFailOver(group),
    margin: marginText(group),
    complaints: complaintsOf(group),
  };
}

function addressOrNull(address: Address | undefined): string | null {
  return address === undefined ? null : formatAddress(address);
}
