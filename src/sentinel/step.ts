import { formatAddress } from "../base/address.ts";
import { unreachable } from "../base/assert.ts";
import type { LinkId, MasterName } from "../base/ids.ts";
import { after, type Millis, NEVER, type SaveNumber, type UnixMillis } from "../base/units.ts";
import { credentialFaultOf, isAcceptedPingReply, type PingReply } from "../wire/ping-reply.ts";
import { answerClient } from "./commands/answer-client.ts";
import { takePlace } from "./confirmation.ts";
import { hasAnotherPassword, noteCredentialFault, noteCredentialsAccepted } from "./credentials.ts";
import { lookForDrift, takeFields } from "./config-drift.ts";
import { noteReachable, noteUnreachable } from "./cold-start.ts";
import type { Effect } from "./effect.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { abandonUnsaved } from "./failover.ts";
import { answerLost, noteHelloThrough } from "./fence-evidence.ts";
import { askWhoIsThere, nobodyIsThere, takeWhoIsThere } from "./forgetting/lost-replicas.ts";
import { helloAnswered, ignoreHello, takeHello } from "./hello-exchange.ts";
import type { Input } from "./input.ts";
import { infoRefused, takeInfo } from "./instance-info.ts";
import {
  forgetOutstanding,
  loseConnection,
  masterOf,
  noteRefusal,
  reopenLink,
  sendPing,
  tellFailedConnection,
} from "./links.ts";
import { giveUpQuestion, preferAnswering, takeFailure, takeIps } from "./name-answers.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import { regainMemory } from "./memory.ts";
import { takeAnswer } from "./opinions.ts";
import { warnOfSharedAddress } from "./shared-address.ts";
import { noteOwnHost } from "./own-host.ts";
import { takeHistory } from "./receipts/history.ts";
import { orderLost } from "./reconfiguration.ts";
import { recall, rememberData } from "./remembering.ts";
import { reviewTouched } from "./review.ts";
import { scriptEnded, scriptFailed, scriptStarted, tendScripts } from "./scripts.ts";
import type {
  Chore,
  DataInstance,
  Instance,
  Link,
  Master,
  Scheduled,
  SentinelState,
} from "./state.ts";
import { noteAnnounced, SWITCHOVER_ROUND } from "./switchover/letting-go.ts";
import { takeOrderReply } from "./switchover/order-replies.ts";
import { notePeerView } from "./switchover/preparation.ts";
import { armWatchdog, enterTilt, leaveTilt } from "./tilt.ts";
import { touchAll } from "./touch-all.ts";
import { GATHERING_MS, LATE_WAKE_UP_MS, SAVE_RETRY_MS } from "./tunables.ts";
import { takeVedetteReply } from "./vedette-answers.ts";
import { tellDelivered } from "./webhook-copies.ts";
import { askWhichProgram, takePeerInfo } from "./vedette-peers.ts";
import { takeWallTime } from "./wall-clock.ts";
import { beginTurn, publish, requestSave, sendNow, touch, type Turn } from "./turn.ts";

const SAVE_RETRY: Chore = { kind: "chore", chore: "save-retry" };

/** Same state, input and `now`: same changes, same effects, in the order they must be done. */
export function step(state: SentinelState, input: Input, now: Millis): readonly Effect[] {
  const isSettled = input.kind === "tick" && input.afterPoll;
  const isOverdue = state.polling || now - state.wakeAt >= LATE_WAKE_UP_MS;
  const turn = beginTurn(state, now, { mayJudge: isSettled || !isOverdue });
  take(turn, input);
  reviewTouched(turn);
  askForWakeUp(turn);
  return turn.effects;
}

function take(turn: Turn, input: Input): void {
  switch (input.kind) {
    case "start":
      return onStart(turn);
    case "tick":
      return onTick(turn, input.afterPoll);
    case "link-opened":
      return onLinkOpened(turn, input);
    case "link-lost":
      return onLinkLost(turn, input);
    case "subscription-opened":
      return onSubscription(turn, input.link, { isOpen: true });
    case "subscription-lost":
      return onSubscription(turn, input.link, { isOpen: false, reason: input.reason });
    case "ping-reply":
      return onPingReply(turn, input.link, input.reply);
    case "info-reply":
      return onInfoReply(turn, input);
    case "hello-reply":
      return onHelloReply(turn, input.link, input.master);
    case "ask-reply":
      return onAskReply(turn, input);
    case "place-reply":
      return onPlaceReply(turn, input);
    case "reconfigure-reply":
      return onReconfigureReply(turn, input);
    case "peer-info":
      return takePeerInfo(turn, input);
    case "peer-sentinels":
      return onPeerSentinels(turn, input);
    case "peer-master":
      return onPeerMaster(turn, input);
    case "vedette-reply":
      return takeVedetteReply(turn, input);
    case "order-reply":
      return onOrderReply(turn, input);
    case "master-reply":
      return onMasterReply(turn, input);
    case "webhook-delivered":
      return tellDelivered(turn, input);
    case "hello-received":
      return onHelloReceived(turn, input);
    case "hello-ignored":
      return onHelloIgnored(turn, input);
    case "client-request":
      return answerClient(turn, input);
    case "script-started":
      return scriptStarted(turn, input);
    case "script-ended":
      return scriptEnded(turn, input);
    case "script-failed":
      return scriptFailed(turn, input);
    case "resolved":
      return takeIps(turn, input.question, input.ips);
    case "resolve-failed":
      return takeFailure(turn, input.question, input);
    case "secrets-changed":
      turn.state.secrets = input.secrets;
      return undefined;
    case "wall-clock":
      return onWallClock(turn, input.unixMs);
    case "history-loaded":
      return takeHistory(turn, input.entries, input.auditsAbove);
    case "memory-loaded":
      return recall(turn.state, input.groups);
    case "config-saved":
      return onSaved(turn, input.save);
    case "config-save-failed":
      return onSaveFailed(turn, input.save);
    default:
      return unreachable(input);
  }
}

function onStart(turn: Turn): void {
  const { state } = turn;
  state.started = true;
  armWatchdog(turn);
  beginToCount(state, turn.now);
  if (state.unsavedAtStart) requestSave(turn);
  for (const master of state.masters.values()) {
    const payload = `${describeInstance(master)} quorum ${master.settings.quorum}`;
    publish(turn, "+monitor", payload, aboutInstance(master));
    warnOfSharedAddress(turn, master);
    touchAll(turn, master);
  }
}

/** Loading took its time, and nobody was asked yet: silence counts from here. */
function beginToCount({ links, masters }: SentinelState, now: Millis): void {
  for (const link of links.values()) {
    Object.assign(link, { actPingAt: now, lastPingSentAt: now, lastOkAt: now, lastPongAt: now });
    if (link.phase.phase === "closed" && link.phase.retryAt !== NEVER) {
      link.phase = { phase: "closed", retryAt: now };
    }
  }
  for (const master of masters.values()) {
    master.reported.roleSince = now;
    for (const replica of master.replicas.values()) replica.reported.roleSince = now;
    for (const { opinion } of master.sentinels.values()) opinion.answeredAt = now;
  }
}

function onTick(turn: Turn, afterPoll: boolean): void {
  const { state, now } = turn;
  if (!afterPoll) {
    const latenessMs = now - state.wakeAt;
    if (latenessMs >= state.tunables.tiltTriggerMs) enterTilt(turn, latenessMs);
    if (latenessMs >= LATE_WAKE_UP_MS) {
      state.polling = true;
      turn.effects.push({ kind: "poll" });
      return;
    }
  }
  state.polling = false;
  state.wakeAt = NEVER;
  takeDue(turn);
}

/**
 * Links and instances that are due in a moment are looked at as well: what they have to send may go
 * now, and the review arms them again. Everything else waits for its own moment.
 */
function takeDue(turn: Turn): void {
  const { state, now } = turn;
  const { schedule } = state;
  const until = after(now, GATHERING_MS);
  const early: [Scheduled, Millis][] = [];
  for (let at = schedule.next; at <= until; at = schedule.next) {
    const due = schedule.takeDue(until);
    if (due === undefined) break;
    if (due.kind !== "chore" && due.kind !== "host-name") touch(turn, due);
    else if (at > now) early.push([due, at]);
    else if (due.kind === "chore") doChore(turn, due);
    else giveUpQuestion(turn, due);
  }
  for (const [due, at] of early) schedule.set(due, at);
}

function doChore(turn: Turn, { chore }: Chore): void {
  switch (chore) {
    case "watchdog":
      regainMemory(turn);
      lookForDrift(turn);
      rememberData(turn);
      return armWatchdog(turn);
    case "scripts":
      return tendScripts(turn);
    case "tilt-end":
      return leaveTilt(turn);
    case "save-retry":
      turn.state.saves.retryAt = undefined;
      requestSave(turn);
  }
}

/** One wake-up is asked for at a time; an earlier one replaces it, a later one waits for it. */
function askForWakeUp(turn: Turn): void {
  const { state } = turn;
  if (state.polling || state.schedule.next >= state.wakeAt) return;
  state.wakeAt = state.schedule.next;
  turn.effects.push({ kind: "wake-at", at: state.wakeAt });
}

function onLinkOpened(turn: Turn, input: Extract<Input, { readonly kind: "link-opened" }>): void {
  const { state, now } = turn;
  const link = state.links.get(input.link);
  if (link === undefined || link.phase.phase !== "connecting") return;
  const needsSecond = link.purpose === "data" && !input.subscribed && link.probes === undefined;
  link.pending = 0;
  link.refused = undefined;
  link.turnedAway = undefined;
  link.phase = {
    phase: "open",
    since: now,
    localHost: input.localHost,
    subscription:
      link.purpose === "sentinel"
        ? { phase: "none" }
        : needsSecond
          ? { phase: "connecting", since: now }
          : { phase: "open", lastHeardAt: now },
  };
  if (link.probes !== undefined) return askWhoIsThere(turn, link);
  noteOwnHost(turn, input.localHost);
  if (needsSecond) turn.effects.push({ kind: "open-subscription", link: link.id });
  sendPing(turn, link);
  askWhichProgram(turn, link);
  touch(turn, link);
  for (const owner of link.owners) {
    // A connection may be another lifetime of the instance: who it is now is asked at once (W-28).
    if (owner.kind !== "sentinel") {
      owner.reported.infoForced = true;
      noteReachable(turn, masterOf(owner));
    }
    owner.helloForced = true;
    touchOwner(turn, owner);
  }
}

function touchOwner(turn: Turn, owner: Instance): void {
  touch(turn, owner);
  if (owner.kind !== "master") touch(turn, owner.master);
}

function onLinkLost(
  turn: Turn,
  {
    link: id,
    reason,
    refused = false,
    turnedAway = refused,
    credentialFault,
  }: Extract<Input, { readonly kind: "link-lost" }>,
): void {
  const link = turn.state.links.get(id);
  if (link === undefined || link.phase.phase === "closed") return;
  if (link.probes !== undefined) return nobodyIsThere(turn, link);
  if (link.phase.phase === "connecting") {
    tellFailedConnection(turn, link, { event: "-cmd-link-reconnection", reason });
  }
  // A connection that stood and ends is not turned away: the next attempt tells.
  const wasOpen = link.phase.phase === "open";
  const isTurnedAway = turnedAway && !wasOpen;
  noteRefusal(turn, link, { refused, turnedAway: isTurnedAway });
  loseConnection(turn, link, { credentialFault });
  touch(turn, link);
  for (const owner of link.owners) {
    if (wasOpen && owner.kind !== "sentinel") noteUnreachable(masterOf(owner));
    touchOwner(turn, owner);
  }
}

function onSubscription(
  turn: Turn,
  id: LinkId,
  { isOpen, reason = "" }: { readonly isOpen: boolean; readonly reason?: string },
): void {
  const link = turn.state.links.get(id);
  if (link === undefined || link.phase.phase !== "open" || link.purpose !== "data") return;
  const { subscription } = link.phase;
  if (isOpen) {
    link.phase = { ...link.phase, subscription: { phase: "open", lastHeardAt: turn.now } };
  } else {
    if (subscription.phase === "connecting") {
      tellFailedConnection(turn, link, { event: "-pubsub-link-reconnection", reason });
    }
    // At once after one that worked, else with the ping cadence.
    const delayMs = subscription.phase === "open" ? 0 : turn.state.tunables.pingPeriodMs;
    const retryAt = after(turn.now, delayMs);
    link.phase = { ...link.phase, subscription: { phase: "closed", retryAt } };
  }
  touch(turn, link);
  for (const owner of link.owners) touchOwner(turn, owner);
}

function onPingReply(turn: Turn, id: LinkId, reply: PingReply): void {
  const { now } = turn;
  const link = turn.state.links.get(id);
  if (link === undefined || link.phase.phase !== "open") return;
  link.pending = Math.max(0, link.pending - 1);
  link.lastPongAt = now;
  if (isAcceptedPingReply(reply)) acceptPing(turn, link, reply);
  if (reply === "busy") killScripts(turn, link);
  const fault = credentialFaultOf(reply);
  if (fault !== undefined) refusedPing(turn, link, fault);
  touch(turn, link);
}

function acceptPing(turn: Turn, link: Link, reply: PingReply): void {
  link.lastOkAt = turn.now;
  link.actPingAt = undefined;
  link.failures = 0;
  noteCredentialsAccepted(turn, link);
  preferAnswering(turn, link);
  for (const owner of link.owners) {
    if (reply === "pong" && owner.kind !== "sentinel") owner.rebootedAt = undefined;
    if (owner.sdown.down) touchOwner(turn, owner);
  }
}

/** With another password at hand the next connection has that. */
function refusedPing(turn: Turn, link: Link, fault: string): void {
  noteCredentialFault(turn, link, fault);
  // The connection works: when it is lost, the next attempt comes soon.
  link.failures = Math.min(link.failures, 1);
  if (hasAnotherPassword(turn.state, link)) reopenLink(turn, link);
}

/** A server kept busy by a script while it counts as down gets one SCRIPT KILL (spec §2.7). */
function killScripts(turn: Turn, link: Link): void {
  for (const owner of link.owners) {
    if (owner.kind === "sentinel" || !owner.sdown.down || owner.scriptKillSent) continue;
    if (observesOnly(turn.state)) continue;
    owner.scriptKillSent = true;
    sendNow(turn, link.id, { name: "script-kill" });
  }
}

function dataOwner(link: Link | undefined): DataInstance | undefined {
  if (link === undefined) return undefined;
  for (const owner of link.owners) if (owner.kind !== "sentinel") return owner;
  return undefined;
}

function onInfoReply(turn: Turn, input: Extract<Input, { readonly kind: "info-reply" }>): void {
  const link = turn.state.links.get(input.link);
  if (link?.probes !== undefined) return takeWhoIsThere(turn, link, input.info);
  const instance = dataOwner(link);
  if (link === undefined || instance === undefined) return;
  link.pending = Math.max(0, link.pending - 1);
  if (input.info === undefined) infoRefused(turn, instance);
  else takeInfo(turn, instance, input.info);
}

function ownerFor(
  turn: Turn,
  id: LinkId,
  master: MasterName,
): { readonly link: Link; readonly owner: Instance } | undefined {
  const link = turn.state.links.get(id);
  if (link === undefined) return undefined;
  link.pending = Math.max(0, link.pending - 1);
  for (const owner of link.owners) {
    const name = owner.kind === "master" ? owner.masterName : owner.master.masterName;
    if (name === master) return { link, owner };
  }
  return undefined;
}

function onHelloReply(turn: Turn, id: LinkId, master: MasterName): void {
  const found = ownerFor(turn, id, master);
  if (found !== undefined) helloAnswered(turn, found.owner);
}

function onAskReply(turn: Turn, input: Extract<Input, { readonly kind: "ask-reply" }>): void {
  const found = ownerFor(turn, input.link, input.master);
  if (found?.owner.kind === "sentinel") takeAnswer(turn, found.owner, input.answer);
}

function onPlaceReply(turn: Turn, input: Extract<Input, { readonly kind: "place-reply" }>): void {
  const found = ownerFor(turn, input.link, input.master);
  if (found?.owner.kind !== "sentinel") return;
  if (input.round === SWITCHOVER_ROUND) noteAnnounced(turn, found.owner, input.place);
  else takePlace(turn, found.owner, input);
}

function onPeerSentinels(
  turn: Turn,
  { link: id, master, runIds }: Extract<Input, { readonly kind: "peer-sentinels" }>,
): void {
  const found = ownerFor(turn, id, master);
  if (found?.owner.kind !== "sentinel" || runIds === undefined) return;
  found.owner.counts = { link: id, at: turn.now, runIds: new Set(runIds) };
  touch(turn, found.owner);
  touch(turn, found.owner.master);
}

function onPeerMaster(
  turn: Turn,
  { link: id, master, fields }: Extract<Input, { readonly kind: "peer-master" }>,
): void {
  const found = ownerFor(turn, id, master);
  if (found?.owner.kind === "sentinel") takeFields(turn, found.owner, fields);
}

function onReconfigureReply(
  turn: Turn,
  input: Extract<Input, { readonly kind: "reconfigure-reply" }>,
): void {
  const link = turn.state.links.get(input.link);
  const instance = dataOwner(link);
  if (link === undefined || instance === undefined) return;
  link.pending = Math.max(0, link.pending - 6);
  // Success is judged from INFO alone (spec §6.8); a refusal is for the operator to see.
  if (input.refusal === undefined) return;
  turn.effects.push({
    kind: "log",
    level: "warning",
    message: `${instance.name} refused to be reconfigured: ${input.refusal}`,
  });
}

function onOrderReply(turn: Turn, input: Extract<Input, { readonly kind: "order-reply" }>): void {
  const link = turn.state.links.get(input.link);
  const instance = dataOwner(link);
  if (link === undefined || instance === undefined) return;
  link.pending = Math.max(0, link.pending - input.refusals.length);
  takeOrderReply(turn, instance, input);
}

function onMasterReply(turn: Turn, input: Extract<Input, { readonly kind: "master-reply" }>): void {
  const found = ownerFor(turn, input.link, input.master);
  if (found?.owner.kind === "sentinel") notePeerView(turn, found.owner, input.view);
}

function onHelloReceived(
  turn: Turn,
  input: Extract<Input, { readonly kind: "hello-received" }>,
): void {
  if (input.link !== undefined) {
    const link = turn.state.links.get(input.link);
    if (link === undefined || link.phase.phase !== "open") return;
    const { subscription } = link.phase;
    if (subscription.phase === "open") subscription.lastHeardAt = turn.now;
  }
  takeHello(turn, input.hello);
  const instance =
    input.link === undefined ? undefined : dataOwner(turn.state.links.get(input.link));
  if (instance?.kind === "replica") noteHelloThrough(turn, instance, input.hello);
}

function onHelloIgnored(
  turn: Turn,
  { link, reason }: Extract<Input, { readonly kind: "hello-ignored" }>,
): void {
  const address = turn.state.links.get(link)?.address;
  if (address !== undefined) ignoreHello(turn, formatAddress(address), reason);
}

/** What ends at a moment of wall time may be over, or has longer to go. */
function onWallClock(turn: Turn, unixMs: UnixMillis): void {
  takeWallTime(turn, unixMs);
  for (const master of turn.state.masters.values()) {
    if (master.maintenance.orders.size > 0) touch(turn, master);
  }
}

function onSaved(turn: Turn, save: SaveNumber): void {
  const { state } = turn;
  if (save > state.saves.done) state.saves.done = save;
  state.saves.retryAt = undefined;
  state.schedule.delete(SAVE_RETRY);
  for (const master of state.masters.values()) if (mayWaitForSave(master)) touch(turn, master);
}

/** Is something held up that a finished save moves on: an election, a promotion, re-pointing? */
function mayWaitForSave(master: Master): boolean {
  const { odown, failover, reconfiguration, lettingGo, receipt } = master;
  if (odown.down || failover.phase !== "none" || receipt !== undefined) return true;
  return reconfiguration.phase !== "none" || lettingGo.phase !== "none";
}

/**
 * A vote that could not be saved stays spent in memory and is told to nobody; a failover that rests
 * on one is given up. The save is tried again until the disk takes it.
 */
function onSaveFailed(turn: Turn, save: SaveNumber): void {
  const { state, now } = turn;
  if (save > state.saves.failed) state.saves.failed = save;
  const retryAt = after(now, SAVE_RETRY_MS);
  state.saves.retryAt = retryAt;
  state.schedule.set(SAVE_RETRY, retryAt);
  abandonUnsaved(turn, save);
  // Commands that waited for the save were dropped unsent: none of them will be answered.
  for (const link of state.links.values()) {
    forgetOutstanding(link);
    touch(turn, link);
    for (const owner of link.owners) {
      if (owner.kind === "replica") orderLost(turn, owner);
      if (owner.kind === "sentinel") answerLost(owner);
      touchOwner(turn, owner);
    }
  }
}
