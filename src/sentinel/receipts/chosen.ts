import type { Millis } from "../../base/units.ts";
import { majority, voters } from "../election.ts";
import { votedFor } from "../opinions.ts";
import { behindBytes, furthestOffset, isOneHistory } from "../selection/offsets.ts";
import type { Master, Replica, SentinelState } from "../state.ts";
import { type AtRisk, type Candidate, type OldMaster, type Votes } from "./receipt.ts";
import { bytesAtRisk } from "./at-risk.ts";

/** Who voted for this sentinel in the epoch in which it leads. */
export function votesOf(state: SentinelState, master: Master, inEpoch: number): Votes {
  const from = [...master.sentinels.values()]
    .filter((sentinel) => votedFor(sentinel, inEpoch) === state.myId)
    .map(({ runId }) => runId);
  const { leader, leaderEpoch } = master.vote;
  if (leader === state.myId && leaderEpoch === inEpoch) from.unshift(state.myId);
  const { quorum } = master.settings;
  const needed = Math.max(majority(master), quorum);
  return { received: from.length, needed, voters: voters(master), quorum, from };
}

/** What is known of the old master at this moment. */
export function oldMasterOf(master: Master, now: Millis): OldMaster {
  const { stream, infoAt } = master.reported;
  const { link } = master;
  return {
    runId: master.runId,
    replid: stream?.history?.replid,
    offset: stream?.offset,
    infoAgeMs: infoAt === undefined ? undefined : Math.round(now - infoAt),
    silentMs: Math.round(Math.max(0, now - (link.actPingAt ?? now))),
    bytesPerSecond: rounded(stream?.bytesPerSecond),
    peakBytesPerSecond: rounded(stream?.peak?.bytesPerSecond),
    bytesPerCommand: rounded(stream?.bytesPerCommand),
  };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 10) / 10;
}

/**
 * What may be lost by promoting this replica now. A host that refuses connections has no master on it any
 * more; any other may go on writing until it is reached.
 */
export function riskOf(replica: Replica, now: Millis): AtRisk {
  const { master } = replica;
  const { stream } = master.reported;
  const endedAt = master.link.refused?.since;
  const openUntil = endedAt ?? now;
  const isSame = isOneHistory(stream?.history?.replid, replica.reported.stream?.history?.replid);
  const heardUntil = (replica.reported.infoAt ?? now) - Math.max(0, replica.masterLinkDownMs);
  return bytesAtRisk({
    master:
      stream?.offset === undefined
        ? undefined
        : {
            offset: stream.offset,
            openMs: Math.max(0, openUntil - stream.at),
            peakBytesPerSecond: stream.peak?.bytesPerSecond,
            bytesPerCommand: stream.bytesPerCommand,
          },
    promotedOffset: isSame ? replica.replicationOffset : undefined,
    furthestOffset: furthestOffset(master),
    apartMs: Math.max(0, openUntil - heardUntil),
    mayGoOn: endedAt === undefined,
  });
}

/** A replica as the receipt shows it. */
export function candidateOf(
  replica: Replica,
  verdict: Pick<Candidate, "verdict" | "reason">,
  now: Millis,
): Candidate {
  const { infoAt, stream } = replica.reported;
  return {
    address: replica.address,
    runId: replica.runId,
    ...verdict,
    priority: replica.priority,
    offset: replica.replicationOffset,
    behindBytes: behindBytes(replica),
    replid: stream?.history?.replid,
    infoAgeMs: infoAt === undefined ? undefined : Math.round(now - infoAt),
  };
}
