import { sameAddress } from "../../base/address.ts";
import { unreachable } from "../../base/assert.ts";
import { after, type Millis } from "../../base/units.ts";
import type { InfoReport } from "../../wire/info.ts";
import { type AttachedReplica, replicationDetails } from "../../wire/replication-details.ts";
import type { ServerOrder } from "../../wire/server-order.ts";
import { setFailover } from "../election.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { type Failover, NO_FAILOVER } from "../failover-phase.ts";
import { isConnected, masterOf } from "../links.ts";
import { switchToPromoted } from "../promotion.ts";
import type { AtRisk } from "../receipts/receipt.ts";
import { addToReceipt, closeReceipt, enterPhase, noteOnReceipt } from "../receipts/record.ts";
import { orderReplica } from "../reconfiguration.ts";
import type { DataInstance, Master, Replica } from "../state.ts";
import { isSettled, publish, type Turn } from "../turn.ts";
import { beginLettingGo } from "./letting-go.ts";
import { closedMsMax, SWITCHOVER_ELECTION_MS, WITHDRAWING_MS } from "./limits.ts";
import { sendInfo, sendOrder } from "./send-order.ts";
import type { HandOverStep } from "./switchover.ts";

export type HandingOver = Extract<Failover, { readonly phase: "handing-over" }>;
type Withdrawing = Extract<HandOverStep, { readonly step: "withdrawing" }>;

/** Elected and prepared: the old master is closed as soon as the vote is on disk. */
export function beginHandOver(
  turn: Turn,
  master: Master,
  given: Omit<HandingOver, "phase" | "since" | "closedUntil" | "step">,
): void {
  setFailover(turn, master, {
    ...given,
    phase: "handing-over",
    since: turn.now,
    closedUntil: after(turn.now, SWITCHOVER_ELECTION_MS),
    step: { step: "waiting" },
  });
}

function moveTo(turn: Turn, master: Master, step: HandOverStep): void {
  const { failover } = master;
  if (failover.phase === "handing-over") setFailover(turn, master, { ...failover, step });
}

/** Does what can be done now without another answer, and gives up what cannot go on. */
export function tendHandOver(turn: Turn, master: Master, handing: HandingOver): void {
  const { step } = handing;
  if (step.step === "withdrawing") {
    tendWithdrawal(turn, master, handing, step);
    return;
  }
  const reason = whyGiveUp(turn, master, handing);
  if (reason !== undefined) {
    withdraw(turn, master, reason);
    return;
  }
  if (step.step === "waiting" && turn.state.saves.done >= handing.save && isSettled(turn)) {
    close(turn, master, handing);
  } else if (step.step === "promoting" && !step.isOrdered) orderPromotion(turn, master, handing);
}

function whyGiveUp(turn: Turn, master: Master, handing: HandingOver): string | undefined {
  const { promoted, closedUntil, failoverEpoch, step } = handing;
  if (turn.now >= closedUntil) return `${whatIsAwaited(step, promoted)} when the time was up`;
  if (master.sdown.down) return "the master is down";
  if (!isConnected(master.link)) return "the connection to the master was lost";
  if (master.vote.leaderEpoch > failoverEpoch) {
    return `another sentinel got the vote of epoch ${master.vote.leaderEpoch} meanwhile`;
  }
  if (master.replicas.get(promoted.name) !== promoted) return `${promoted.name} was forgotten`;
  const isTold = step.step === "promoting" || step.step === "server-hand-over";
  if (!isTold && !isConnected(promoted.link)) {
    return `the connection to ${promoted.name} was lost`;
  }
  return undefined;
}

function whatIsAwaited({ step }: HandOverStep, { name }: Replica): string {
  switch (step) {
    case "waiting":
      return "the vote was not on disk";
    case "closing":
      return "the master had not confirmed that writes wait";
    case "catching-up":
      return `${name} did not have all writes`;
    case "server-hand-over":
      return `the server had not handed over to ${name}`;
    case "demoting":
      return "the old master had not become a replica";
    case "promoting":
      return `${name} had not become a master`;
    case "withdrawing":
      return "the old master did not write again";
    default:
      return unreachable(step);
  }
}

function close(turn: Turn, master: Master, handing: HandingOver): void {
  const { switchover } = handing;
  const forMs = closedMsMax(master, switchover);
  const closedUntil = after(turn.now, forMs);
  const { rights } = switchover.preparation;
  setFailover(turn, master, { ...handing, closedUntil, step: { step: "closing" } });
  const reason = `writes wait for at most ${forMs} ms`;
  publish(
    turn,
    "+vedette-switchover-closing",
    `${describeInstance(master)} #${reason}`,
    aboutInstance(master, { epoch: handing.failoverEpoch, reason }),
  );
  enterPhase(turn, master, "pause");
  if (rights?.mayPause === true) sendOrder(turn, master, { kind: "pause-writes", forMs });
  else orderServerHandOver(turn, master, undefined);
}

/** What a server has answered to an order; INFO tells whether it came to pass. */
export function noteOrder(
  turn: Turn,
  instance: DataInstance,
  { order, refusal }: { readonly order: ServerOrder; readonly refusal: string | undefined },
): void {
  const master = masterOf(instance);
  const { failover } = master;
  if (failover.phase !== "handing-over") return;
  const { step } = failover;
  if (step.step === "withdrawing") {
    if (order.kind !== "resume-writes" || instance !== master || !step.isOrdered) return;
    moveTo(turn, master, { ...step, isDone: true });
    sendInfo(turn, master);
    return;
  }
  const isAwaited =
    (order.kind === "pause-writes" && step.step === "closing") ||
    (order.kind === "hand-over" && step.step === "server-hand-over") ||
    (order.kind === "follow" && step.step === "demoting") ||
    (order.kind === "be-master" && step.step === "promoting");
  if (!isAwaited) return;
  if (refusal !== undefined) {
    // One that was not begun is not ours to abort: it may be somebody else's that is under way.
    const undoes = order.kind === "hand-over" ? "pause" : undoing(step);
    withdraw(turn, master, `${instance.name} refused: ${refusal}`, undoes);
    return;
  }
  if (step.step === "closing") {
    enterPhase(turn, master, "catch-up");
    moveTo(turn, master, { step: "catching-up", closedOffset: undefined, seen: undefined });
    sendInfo(turn, failover.promoted);
  } else if (step.step === "server-hand-over" || step.step === "demoting") {
    moveTo(turn, master, { ...step, isAccepted: true });
  }
  sendInfo(turn, instance);
}

/**
 * What a server says of itself moves a hand-over on.
 * @returns true when the configuration was switched, so that the instance is another one now
 */
export function noteProgressOfHandOver(
  turn: Turn,
  instance: DataInstance,
  info: InfoReport,
): boolean {
  const master = masterOf(instance);
  const { failover } = master;
  if (failover.phase !== "handing-over") return false;
  if (instance.kind === "master") return noteOldMaster(turn, instance, failover, info);
  if (instance !== failover.promoted) return false;
  switch (failover.step.step) {
    case "catching-up":
    case "demoting":
      return goOnWhenCaughtUp(turn, master, failover);
    case "server-hand-over":
      return failover.step.isFollowing && commitIfPromoted(turn, failover);
    case "promoting":
      return commitIfPromoted(turn, failover);
    case "waiting":
    case "closing":
    case "withdrawing":
      return false;
  }
}

function noteOldMaster(
  turn: Turn,
  master: Master,
  handing: HandingOver,
  info: InfoReport,
): boolean {
  const { step } = handing;
  const { isHandingOver, attached } = replicationDetails(info.text);
  const offset = info.masterReplOffset ?? Number.POSITIVE_INFINITY;
  switch (step.step) {
    case "catching-up":
      if (info.role !== "master" || isHandingOver) {
        withdraw(turn, master, "somebody else gives the master orders");
        return false;
      }
      moveTo(turn, master, {
        step: "catching-up",
        // No write came behind the first; what the stream itself adds needs no waiting for.
        closedOffset: step.closedOffset ?? offset,
        seen: findAttached(attached, handing.promoted),
      });
      break;
    case "server-hand-over":
      if (isHandingOver || !step.isAccepted) return false;
      if (info.role === "master") {
        withdraw(turn, master, "the server gave its hand-over up");
        return false;
      }
      moveTo(turn, master, { ...step, isFollowing: true });
      return commitIfPromoted(turn, handing);
    case "demoting":
      if (info.role !== "replica" || !step.isAccepted) return false;
      moveTo(turn, master, { ...step, lastOffset: offset });
      break;
    case "withdrawing":
      noteWithdrawal(turn, master, step, { role: info.role, isHandingOver });
      return false;
    case "waiting":
    case "closing":
    case "promoting":
      return false;
  }
  return master.failover.phase === "handing-over"
    ? goOnWhenCaughtUp(turn, master, master.failover)
    : false;
}

/** The replica as the old master calls it. */
function findAttached(
  attached: readonly AttachedReplica[],
  { address, link }: Replica,
): AttachedReplica | undefined {
  return attached.find(
    (each) =>
      each.address.port === address.port &&
      (each.address.host === address.host || each.address.host === link.ip),
  );
}

/** The replica has every write: the two change places. */
function goOnWhenCaughtUp(turn: Turn, master: Master, handing: HandingOver): false {
  const { step, promoted, switchover } = handing;
  if (step.step === "catching-up") {
    if (step.closedOffset === undefined || promoted.replicationOffset < step.closedOffset) {
      return false;
    }
    const elapsedMs = Math.round(turn.now - handing.since);
    publish(
      turn,
      "+vedette-switchover-caught-up",
      `${describeInstance(promoted)} #offset ${step.closedOffset}`,
      aboutInstance(promoted, { offset: step.closedOffset, elapsedMs }),
    );
    enterPhase(turn, master, "hand-over");
    const { seen } = step;
    const isKnownThere = seen?.isOnline === true && (seen.offset ?? 0) >= step.closedOffset;
    const { rights } = switchover.preparation;
    if (isKnownThere && rights?.mayHandOver === true) orderServerHandOver(turn, master, seen);
    else {
      moveTo(turn, master, { step: "demoting", isAccepted: false, lastOffset: undefined });
      sendOrder(turn, master, { kind: "follow", master: promoted.address });
    }
    return false;
  }
  if (step.step !== "demoting" || step.lastOffset === undefined) return false;
  if (promoted.replicationOffset < step.lastOffset) return false;
  moveTo(turn, master, { step: "promoting", lastOffset: step.lastOffset, isOrdered: false });
  return false;
}

function orderServerHandOver(turn: Turn, master: Master, seen: AttachedReplica | undefined): void {
  const { failover } = master;
  if (failover.phase !== "handing-over") return;
  const { promoted, closedUntil } = failover;
  const timeoutMs = Math.max(1, Math.floor(closedUntil - turn.now));
  moveTo(turn, master, { step: "server-hand-over", isAccepted: false, isFollowing: false });
  const target = seen?.address ?? promoted.address;
  sendOrder(turn, master, { kind: "hand-over", target, timeoutMs });
  tellWaitPromotion(turn, promoted);
}

function orderPromotion(turn: Turn, master: Master, handing: HandingOver): void {
  const { promoted, step } = handing;
  if (step.step !== "promoting" || !sendOrder(turn, promoted, { kind: "be-master" })) return;
  sendInfo(turn, promoted);
  moveTo(turn, master, { ...step, isOrdered: true });
  enterPhase(turn, master, "promote");
  tellWaitPromotion(turn, promoted);
}

function tellWaitPromotion(turn: Turn, promoted: Replica): void {
  const about = aboutInstance(promoted);
  publish(turn, "+failover-state-wait-promotion", describeInstance(promoted), about);
}

/** The order to be a master may not have reached the replica: it is given again. */
export function promotionLost(turn: Turn, replica: Replica): void {
  const { failover } = replica.master;
  if (failover.phase !== "handing-over" || failover.promoted !== replica) return;
  const { step } = failover;
  if (step.step !== "promoting") return;
  moveTo(turn, replica.master, { ...step, isOrdered: false });
}

/**
 * The old master is a replica and the replica a master, with every write: from here on it is as after
 * any promotion, except that clients of the old master still wait.
 */
function commitIfPromoted(turn: Turn, handing: HandingOver): boolean {
  const { promoted, switchover, closedUntil, failoverEpoch } = handing;
  const { master, reported } = promoted;
  if (reported.role !== "master") return false;
  const { address: oldAddress } = master;
  // Each on its own: nobody is told anything by it, and a restart finds the role that it has.
  sendOrder(turn, promoted, { kind: "write-down" });
  sendOrder(turn, promoted, { kind: "cut-clients" });
  addToReceipt(master, { atRisk: NOTHING_AT_RISK });
  switchToPromoted(turn, promoted, failoverEpoch);
  beginLettingGo(turn, master, {
    startedAt: switchover.startedAt,
    closedUntil,
    oldMaster: oldAddress,
  });
  return true;
}

/** What a receipt says of a completed switchover. */
const NOTHING_AT_RISK: AtRisk = {
  bytesAtLeast: 0,
  bytesAtMost: 0,
  operationsAtLeast: 0,
  operationsAtMost: 0,
  mayGoOn: false,
  basis: "the old master took no more writes and the replica had all of them",
};

/** Takes back what was begun: the old master writes again. */
function withdraw(
  turn: Turn,
  master: Master,
  reason: string,
  wanted?: Withdrawing["undoes"],
): void {
  const { failover } = master;
  if (failover.phase !== "handing-over") return;
  const { step } = failover;
  publish(
    turn,
    "-vedette-switchover-abort",
    `${describeInstance(master)} #${reason}`,
    aboutInstance(master, { epoch: failover.failoverEpoch, reason }),
  );
  noteOnReceipt(master, `The change without loss was taken back: ${reason}.`);
  if (step.step === "waiting") {
    endWithdrawal(turn, master);
    return;
  }
  const undoes = wanted ?? undoing(step);
  const until = after(turn.now, WITHDRAWING_MS);
  moveTo(turn, master, {
    step: "withdrawing",
    reason,
    undoes,
    isOrdered: false,
    isDone: false,
    until,
  });
}

/** What of a step has to be taken back. */
function undoing({ step }: HandOverStep): Withdrawing["undoes"] {
  if (step === "server-hand-over") return "hand-over";
  return step === "demoting" || step === "promoting" ? "demotion" : "pause";
}

function tendWithdrawal(turn: Turn, master: Master, handing: HandingOver, step: Withdrawing): void {
  // Dead, it is failed over from like any other; the pause runs out by itself.
  if (turn.now >= step.until || master.odown.down) {
    endWithdrawal(turn, master);
    return;
  }
  if (step.isOrdered || !isConnected(master.link)) return;
  setFailover(turn, master, { ...handing, step: { ...step, isOrdered: true } });
  orderBack(turn, master, step.undoes);
}

function orderBack(turn: Turn, master: Master, undoes: Withdrawing["undoes"]): void {
  if (undoes === "hand-over") sendOrder(turn, master, { kind: "abort-hand-over" });
  if (undoes === "demotion") sendOrder(turn, master, { kind: "be-master" });
  sendOrder(turn, master, { kind: "resume-writes" });
}

/** The connection was lost under the orders: they are given again over the next one. */
export function withdrawalLost(turn: Turn, master: Master): void {
  const { failover } = master;
  if (failover.phase !== "handing-over" || failover.step.step !== "withdrawing") return;
  moveTo(turn, master, { ...failover.step, isOrdered: false, isDone: false });
}

function noteWithdrawal(
  turn: Turn,
  master: Master,
  step: Withdrawing,
  said: { readonly role: InfoReport["role"]; readonly isHandingOver: boolean },
): void {
  if (!step.isDone || said.isHandingOver) return;
  if (said.role === "master") {
    endWithdrawal(turn, master);
    return;
  }
  // The server was done before it was told to stop: back is further than on.
  if (step.undoes !== "hand-over" || said.role !== "replica") return;
  const { failover } = master;
  if (failover.phase !== "handing-over") return;
  const on: HandingOver = {
    ...failover,
    closedUntil: step.until,
    step: { step: "server-hand-over", isAccepted: true, isFollowing: true },
  };
  // What would end it again at once ends it for good, when the time is up.
  if (whyGiveUp(turn, master, on) !== undefined) return;
  setFailover(turn, master, on);
  sendInfo(turn, failover.promoted);
}

/** The old master writes, or cannot be helped: `usual` goes on as Redis does, `coordinated` ends. */
function endWithdrawal(turn: Turn, master: Master): void {
  const { failover } = master;
  if (failover.phase !== "handing-over") return;
  const { promoted, failoverEpoch, forced, save, switchover, step } = failover;
  if (switchover.order === "coordinated" || master.replicas.get(promoted.name) !== promoted) {
    const reason = step.step === "withdrawing" ? step.reason : "it did not begin";
    closeReceipt(turn, master, { result: "aborted", reason });
    setFailover(turn, master, NO_FAILOVER);
    demoteStray(turn, promoted);
    return;
  }
  enterPhase(turn, master, "promote");
  const wasTold = step.step === "withdrawing" && step.undoes !== "pause";
  setFailover(turn, master, {
    phase: "send-slaveof-noone",
    failoverEpoch,
    since: turn.now,
    forced,
    promoted,
    orders: wasTold ? 1 : 0,
    save,
  });
}

/** It was promoted after all, and nobody was told: it follows again, before it has other data. */
function demoteStray(turn: Turn, promoted: Replica): void {
  const { master } = promoted;
  const isStray = promoted.reported.role === "master" && master.reported.role === "master";
  if (!isStray || !isConnected(promoted.link) || !isSettled(turn)) return;
  if (turn.state.tilt.mode === "on") return;
  orderReplica(turn, promoted, master.address);
}

/**
 * Somebody else's configuration, or an operator, ends it: what still holds up writes is taken away.
 * The pause runs out by itself where this does not arrive.
 */
export function abandonHandOver(turn: Turn, master: Master): void {
  const { failover } = master;
  if (failover.phase !== "handing-over" || failover.step.step === "waiting") return;
  if (failover.step.step === "server-hand-over") {
    sendOrder(turn, master, { kind: "abort-hand-over" });
  }
  sendOrder(turn, master, { kind: "resume-writes" });
}

export function handOverDueAt({ step, closedUntil }: HandingOver): Millis {
  if (step.step === "withdrawing") return step.until;
  return closedUntil;
}

/** Does this server hold up writes, and with them every PUBLISH? */
export function isClosedForWrites(instance: DataInstance): boolean {
  if (instance.kind === "replica") {
    const { lettingGo } = instance.master;
    return lettingGo.phase !== "none" && sameAddress(lettingGo.oldMaster, instance.address);
  }
  const { failover } = instance;
  return failover.phase === "handing-over" && failover.step.step !== "waiting";
}

/** Is every INFO of this server awaited now? */
export function isHandOverParty(instance: DataInstance): boolean {
  const master = masterOf(instance);
  const { failover } = master;
  if (failover.phase !== "handing-over" || failover.step.step === "waiting") return false;
  return instance.kind === "master" || instance === failover.promoted;
}
