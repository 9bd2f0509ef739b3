import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import { type Millis, NEVER } from "../../base/units.ts";
import { ERRORS } from "../errors.ts";
import { log } from "../log.ts";
import { beginPause, endPause } from "../pause.ts";
import type { ServerState } from "../state.ts";
import { hasEverything, peerAddress } from "./peers.ts";
import { becomeMaster, becomeReplicaOf } from "./roles.ts";
import type { Failover, ReplicaPeer } from "./state.ts";
import { requestAcks } from "./wait.ts";

export interface FailoverRequest {
  /** Any replica when absent. */
  readonly target: Address | undefined;
  /** NEVER without a time-out. */
  readonly until: Millis;
  readonly force: boolean;
}

/**
 * FAILOVER: writes wait from now on, until a replica has all of them and takes over.
 * @returns the error when it cannot begin
 */
export function beginFailover(state: ServerState, request: FailoverRequest): string | undefined {
  const refusal = whyRefused(state, request);
  if (refusal !== undefined) return refusal;
  const { target } = request;
  log(state, "notice", `FAILOVER requested to ${nameOfTarget(target)}.`);
  const failover = { phase: "waiting-for-sync", ...request } as const;
  // Before the pause, during which the stream holds still: the answers come at once.
  if (readyPeer(state, failover.target) === undefined) requestAcks(state);
  beginPause(state, "failover", { until: NEVER, scope: "write" });
  state.replication.failover = failover;
  watchFailover(state);
  return undefined;
}

function whyRefused(
  state: ServerState,
  { target, until, force }: FailoverRequest,
): string | undefined {
  const { failover, role, peers } = state.replication;
  if (failover !== undefined) return ERRORS.failoverInProgress;
  if (role.kind === "replica") return ERRORS.failoverOnReplica;
  if (peers.size === 0) return ERRORS.failoverWithoutReplicas;
  if (force && (target === undefined || until === NEVER)) return ERRORS.failoverForce;
  if (target === undefined) return undefined;
  const peer = peerAt(state, target);
  if (peer === undefined) return ERRORS.failoverTargetUnknown;
  return peer.phase.kind === "online" ? undefined : ERRORS.failoverTargetNotOnline;
}

function peerAt(state: ServerState, address: Address): ReplicaPeer | undefined {
  return [...state.replication.peers.values()].find((peer) =>
    sameAddress(peerAddress(peer.client), address),
  );
}

/** The target, or any replica, if it has everything. */
function readyPeer(state: ServerState, target: Address | undefined): ReplicaPeer | undefined {
  const { peers } = state.replication;
  const candidates = target === undefined ? [...peers.values()] : [peerAt(state, target)];
  return candidates.find((peer) => peer !== undefined && hasEverything(state, peer));
}

/** Goes on when a replica has everything, or when the time is up. */
export function watchFailover(state: ServerState): void {
  const { failover } = state.replication;
  if (failover?.phase !== "waiting-for-sync") return;
  const ready = readyPeer(state, failover.target);
  if (ready !== undefined) {
    const address = peerAddress(ready.client);
    log(state, "notice", `Failover target ${formatAddress(address)} is synced, failing over.`);
    handOver(state, address);
  } else if (state.now >= failover.until) {
    onTimeout(state, failover);
  }
}

function onTimeout(
  state: ServerState,
  { target, force }: Failover & { readonly phase: "waiting-for-sync" },
): void {
  if (!force || target === undefined) {
    abortFailover(state, "Replica never caught up before timeout");
    return;
  }
  log(state, "notice", `Failover to ${formatAddress(target)} time out exceeded, failing over.`);
  handOver(state, target);
}

/** From here on we are the target's replica, though it has yet to take over. */
function handOver(state: ServerState, target: Address): void {
  state.replication.failover = { phase: "failover-in-progress", target, requests: 0 };
  becomeReplicaOf(state, target);
}

/** The target has taken over: writers are told now that this is a replica. */
export function finishFailover(state: ServerState): void {
  state.replication.failover = undefined;
  endPause(state, "failover");
}

/** Nothing has changed, or we become a master again: writes go on. */
export function abortFailover(state: ServerState, reason: string): void {
  const { failover } = state.replication;
  if (failover === undefined) return;
  log(state, "notice", `FAILOVER to ${nameOfTarget(failover.target)} aborted: ${reason}`);
  state.replication.failover = undefined;
  if (failover.phase === "failover-in-progress") becomeMaster(state);
  endPause(state, "failover");
}

function nameOfTarget(target: Address | undefined): string {
  return target === undefined ? "any replica" : formatAddress(target);
}
