import { after, type Millis, NEVER } from "../base/units.ts";
import { isSane, isSomebodyElse } from "./corrections.ts";
import { electionOf, majority, placeInOrder, voters } from "./election.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { evidenceOf, type FenceEvidence, type PeerStanding } from "./fence-evidence.ts";
import { isConnected } from "./links.ts";
import { isPaused } from "./maintenance/maintenance.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import { orderReplica } from "./reconfiguration.ts";
import { STANDING } from "./standing.ts";
import type { Master, Replica, SentinelState } from "./state.ts";
import { FENCE_PATIENCE_MS, FENCE_REPEAT_MS, FENCE_STAGGER_MS } from "./tunables.ts";
import { isSettled, publish, type Turn } from "./turn.ts";
import { tellVedette, vedettePeers } from "./vedette-peers.ts";
import { isAt } from "./whereabouts.ts";

/**
 * A former master that comes back takes writes that will be thrown away. The reference waits for 8 s before it
 * makes it a replica, because it cannot tell a zombie from a master that it has not heard of yet. With
 * proof there is nothing to wait for:
 *
 *   it was the master in a configuration older than ours, and has not been seen as a replica since;
 *   a majority of the sentinels, this one included, has our configuration, said since the connection to it stands;
 *   and none of them has a part in a newer election of this master, nor has this one.
 *
 * Who could have promoted it again needed a majority, which voted before; one of those we have heard would
 * know of it. See docs/fencing.md; without the proof corrections.ts acts as the reference does.
 */
export function tendFence(turn: Turn, replica: Replica): void {
  const evidence = evidenceOf(turn.state, replica);
  if (evidence === undefined) return;
  if (!isZombie(replica) || !mayFence(turn, replica, evidence)) {
    evidence.provenAt = undefined;
    return;
  }
  askVedettes(turn, replica, evidence);
  const witnesses = countWitnesses(turn.state, replica.master, evidence);
  if (witnesses < majority(replica.master)) {
    evidence.provenAt = undefined;
    return;
  }
  evidence.provenAt ??= turn.now;
  if (turn.now < actsAt(turn.state, replica, evidence)) return;
  fenceOff(turn, replica, { evidence, witnesses });
}

/** When a proven fence is due. */
export function fenceDueAt(state: SentinelState, replica: Replica): Millis {
  const evidence = evidenceOf(state, replica);
  return evidence?.provenAt === undefined ? NEVER : actsAt(state, replica, evidence);
}

function isZombie({ formerEpoch, reported, master }: Replica): boolean {
  return (
    reported.role === "master" && formerEpoch !== undefined && formerEpoch < master.configEpoch
  );
}

/** Is this sentinel in a state to order anything, and the server in a state to obey? */
function mayFence(turn: Turn, replica: Replica, evidence: FenceEvidence): boolean {
  const { state, now } = turn;
  const { master } = replica;
  if (!master.settings.extensions["zombie-fence"] || now < evidence.notBefore) return false;
  if (isPaused(turn, master) || observesOnly(state)) return false;
  // A server that loads its data takes no writes, and no orders.
  if (evidence.isLoading || state.tilt.mode === "on" || !isSettled(turn)) return false;
  if (!isSane(state, master, now) || !isConnected(master.link)) return false;
  if (replica.reconf.step === "sent" || replica.reconf.step === "in-progress") return false;
  if (master.failover.phase !== "none" || master.lettingGo.phase !== "none") return false;
  if (!state.memory.isWhole) return false;
  if (electionOf(state, master, now) > master.configEpoch) return false;
  // Alone it is a majority only when others have had the time to speak up.
  if (master.sentinels.size === 0 && now < master.attempts.aloneFrom) return false;
  return !isSomebodyElse(turn, replica);
}

/** Only vedettes can be asked; what a real sentinel knows is heard in its hellos. */
function askVedettes(turn: Turn, { master, link }: Replica, evidence: FenceEvidence): void {
  for (const peer of vedettePeers(master, STANDING)) {
    if (evidence.asked.has(peer.runId) || evidence.awaited.has(peer.runId)) continue;
    evidence.asked.add(peer.runId);
    evidence.awaited.add(peer.runId);
    tellVedette(turn, peer, { topic: STANDING, words: [master.masterName, String(link.id)] });
  }
}

/**
 * Sentinels that bear witness to our configuration, this one included; none where somebody says that it
 * takes part in a newer election, or holds the old master until everybody knows the new one.
 */
function countWitnesses(state: SentinelState, master: Master, { said }: FenceEvidence): number {
  let count = 1;
  for (const runId of master.sentinels.keys()) {
    const standing = said.get(runId);
    if (standing === undefined) continue;
    const isNewer = standing.electionEpoch > master.configEpoch;
    if (standing.isHolding === true || (isNewer && standing.source === "answer")) return 0;
    if (!isNewer && hasOurConfiguration(state, master, standing)) count++;
  }
  return count;
}

function hasOurConfiguration(
  state: SentinelState,
  master: Master,
  { masterAddress, configEpoch }: PeerStanding,
): boolean {
  return configEpoch === master.configEpoch && isAt(state, master, masterAddress);
}

/**
 * One after the other, in the order of elections: the order of the first closes the connections of the others,
 * and with them their orders. Who may know better is waited for a moment.
 */
function actsAt(state: SentinelState, { master }: Replica, evidence: FenceEvidence): Millis {
  const provenAt = evidence.provenAt ?? NEVER;
  const staggerMs = placeInOrder(state, master) * FENCE_STAGGER_MS;
  const isAnswerMissing = [...evidence.awaited].some(
    (runId) => master.sentinels.get(runId)?.sdown.down === false,
  );
  return after(provenAt, isAnswerMissing ? Math.max(staggerMs, FENCE_PATIENCE_MS) : staggerMs);
}

function fenceOff(
  turn: Turn,
  replica: Replica,
  { evidence, witnesses }: { readonly evidence: FenceEvidence; readonly witnesses: number },
): void {
  const { master, formerEpoch } = replica;
  evidence.provenAt = undefined;
  evidence.notBefore = after(turn.now, FENCE_REPEAT_MS);
  const reason =
    `the master of configuration ${formerEpoch ?? 0}, back; ` +
    `${witnesses} of ${voters(master)} sentinels have configuration ${master.configEpoch}`;
  const about = aboutInstance(replica, { reason, epoch: master.configEpoch });
  publish(turn, "+vedette-zombie-fence", describeInstance(replica), about);
  publish(turn, "+convert-to-slave", describeInstance(replica), about);
  orderReplica(turn, replica, master.address);
}
