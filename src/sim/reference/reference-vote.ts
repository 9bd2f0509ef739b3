import type { Reply } from "../../resp/reply.ts";
import { array, bulk, integer } from "../../resp/reply.ts";
import { textOf } from "../../base/bytes.ts";
import type { ReferenceCore } from "./reference-core.ts";
import type { RefMaster, RefPeer } from "./reference-state.ts";
import { ASK_PERIOD_MS } from "./reference-timers.ts";

/** Sentinel spec §5.5: the first candidate of an epoch gets the vote, whatever the master's state. */
export function voteFor(core: ReferenceCore, master: RefMaster, epoch: number, candidate: string) {
  if (epoch > core.currentEpoch) {
    core.currentEpoch = epoch;
    core.save();
    core.event("+new-epoch", String(epoch));
  }
  if (master.leaderEpoch < epoch && core.currentEpoch <= epoch) {
    master.leader = candidate;
    master.leaderEpoch = core.currentEpoch;
    core.save();
    core.event("+vote-for-leader", `${candidate} ${master.leaderEpoch}`);
    if (candidate !== core.myId) master.failoverStartAt = core.now + core.desyncMs();
  }
  return { leader: master.leader, leaderEpoch: master.leaderEpoch };
}

/** Sentinel spec §5.4. @param words host, port, epoch and candidate of the question */
export function answerAsk(core: ReferenceCore, words: readonly string[]): Reply {
  const [host = "", port = "", epoch = "0", candidate = "*"] = words;
  const master = [...core.masters.values()].find(
    ({ address }) => address.host === host && String(address.port) === port,
  );
  const isDown = !core.isTilted && master?.isSdown === true;
  const { leader, leaderEpoch } =
    master === undefined || candidate === "*"
      ? { leader: undefined, leaderEpoch: 0 }
      : voteFor(core, master, Number(epoch), candidate);
  if (master !== undefined && leader !== undefined) {
    const vote = { master: master.name, epoch: leaderEpoch, voter: core.myId, leader };
    for (const voted of core.surroundings.watchers.referenceVoted) voted(vote);
  }
  return array([integer(isDown ? 1 : 0), bulk(leader ?? "*"), integer(leaderEpoch)]);
}

/** Sentinel spec §5.3: peers are asked while the master is down here, at most once a second. */
export function askPeers(
  core: ReferenceCore,
  master: RefMaster,
  { isForced }: { readonly isForced: boolean },
): void {
  for (const peer of master.peers.values()) {
    const sinceAnswer = core.now - peer.answeredAt;
    if (sinceAnswer > 5 * ASK_PERIOD_MS) {
      peer.isMasterDown = false;
      peer.leader = undefined;
    }
    if (!master.isSdown || peer.link.isDisconnected) continue;
    if (!isForced && sinceAnswer < ASK_PERIOD_MS) continue;
    if (!peer.link.isFull) ask(core, master, peer);
  }
}

function ask(core: ReferenceCore, master: RefMaster, peer: RefPeer): void {
  const { host, port } = master.address;
  const candidate = master.phase === "none" ? "*" : core.myId;
  const args = [
    "SENTINEL",
    "is-master-down-by-addr",
    host,
    String(port),
    String(core.currentEpoch),
    candidate,
  ] as const;
  peer.link.send({ kind: "sentinel-command", args: [...args] }, (reply) => {
    if (reply.kind !== "array") return;
    const [down, leader, epoch] = reply.items;
    if (down?.kind !== "integer" || leader?.kind !== "bulk" || epoch?.kind !== "integer") return;
    peer.answeredAt = core.now;
    peer.isMasterDown = Number(down.value) === 1;
    const voted = textOf(leader.bytes);
    if (voted === "*") return;
    peer.leader = voted;
    peer.leaderEpoch = Number(epoch.value);
  });
}

/**
 * Sentinel spec §5.8: votes of the current epoch, own one of the failover's epoch (W-06).
 * @returns the winner with majority and quorum
 */
export function electedLeader(core: ReferenceCore, master: RefMaster): string | undefined {
  const votes = new Map<string, number>();
  for (const peer of master.peers.values()) {
    if (peer.leader === undefined || peer.leaderEpoch !== core.currentEpoch) continue;
    votes.set(peer.leader, (votes.get(peer.leader) ?? 0) + 1);
  }
  const own = voteFor(core, master, master.failoverEpoch, frontRunner(votes) ?? core.myId);
  if (own.leader !== undefined && own.leaderEpoch === master.failoverEpoch) {
    votes.set(own.leader, (votes.get(own.leader) ?? 0) + 1);
  }
  const winner = frontRunner(votes);
  const needed = Math.max(Math.floor((master.peers.size + 1) / 2) + 1, master.quorum);
  return winner !== undefined && (votes.get(winner) ?? 0) >= needed ? winner : undefined;
}

function frontRunner(votes: ReadonlyMap<string, number>): string | undefined {
  let best: string | undefined;
  for (const [candidate, count] of votes) {
    if (best === undefined || count > (votes.get(best) ?? 0)) best = candidate;
  }
  return best;
}
