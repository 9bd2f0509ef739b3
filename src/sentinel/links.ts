import { type Address, sameAddress } from "../base/address.ts";
import { linkId } from "../base/ids.ts";
import { after, earliest, type Millis, NEVER } from "../base/units.ts";
import { chooseCredentials, hasAnotherPassword, noteCredentialFault } from "./credentials.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import type { Instance, Link, Master, PeerProgram, SentinelState, Subscription } from "./state.ts";
import { candidateIps, refreshName } from "./host-names.ts";
import {
  CONNECT_TIMEOUT_MS,
  GATHERING_MS,
  LINKS_PINGED_OFTEN,
  MASTER_PING_PERIOD_MIN_MS,
  MASTER_PINGS,
  OPENING_GAP_MS,
  OPENINGS_AT_ONCE,
  RECONNECT_FIRST_MS,
  RESOLVE_GAP_MS,
} from "./tunables.ts";
import { touch, publish, sendNow, type Turn } from "./turn.ts";
import { askWitnesses } from "./witnesses.ts";

/** The master an instance belongs to; itself for a master. */
export function masterOf(instance: Instance): Master {
  return instance.kind === "master" ? instance : instance.master;
}

export function isConnected(link: Link): boolean {
  return link.phase.phase === "open";
}

/** Shown as `disconnected`: a needed connection is missing (spec §1.4). */
export function lacksConnection(link: Link): boolean {
  if (link.phase.phase !== "open") return true;
  return link.purpose === "data" && link.phase.subscription.phase !== "open";
}

/** Answers, as far as is known. */
export function isUp({ sdown, link }: Instance): boolean {
  return !sdown.down && !lacksConnection(link);
}

/**
 * When a link that is made now may be opened. Many masters known from the start, and their replicas
 * as they are found, take turns: opening all in one step would leave clients unanswered for seconds.
 */
function reserveOpening(state: SentinelState, now: Millis): Millis {
  const earliestTurn = after(now, -OPENINGS_AT_ONCE * OPENING_GAP_MS);
  const turnAt = Math.max(state.nextOpeningAt, earliestTurn) as Millis;
  state.nextOpeningAt = after(turnAt, OPENING_GAP_MS);
  return Math.max(turnAt, now) as Millis;
}

/** Before the other end has told what it is. */
export const UNKNOWN_PEER: PeerProgram = { kind: "unknown" };

/** A link that has not tried to connect yet. The owners are attached by the caller. */
export function createLink(
  state: SentinelState,
  target: { readonly address: Address; readonly purpose: Link["purpose"] },
  now: Millis,
): Link {
  const isReachable = target.address.port !== 0;
  const at = isReachable ? reserveOpening(state, now) : now;
  const link: Link = {
    kind: "link",
    id: linkId(++state.lastLinkId),
    address: target.address,
    ip: undefined,
    purpose: target.purpose,
    owners: new Set(),
    isTried: false,
    phase: { phase: "closed", retryAt: isReachable ? at : NEVER },
    actPingAt: at,
    lastPingSentAt: at,
    nextPingAt: at,
    lastOkAt: at,
    lastPongAt: at,
    pending: 0,
    failures: 0,
    refused: undefined,
    turnedAway: undefined,
    peer: UNKNOWN_PEER,
    acceptedPassword: undefined,
    triedPassword: undefined,
    refusedPasswords: 0,
    credentialFault: undefined,
    probes: undefined,
    shortestDownAfterMs: Number.POSITIVE_INFINITY,
    isMasters: false,
    hasLostOrders: false,
  };
  state.links.set(link.id, link);
  return link;
}

export function attachOwner(link: Link, owner: Instance): void {
  link.owners.add(owner);
  refreshShortestDownAfter(link);
}

/** Takes the owner away; the last one closes the link for good. */
export function detachOwner(turn: Turn, link: Link, owner: Instance): void {
  link.owners.delete(owner);
  if (link.owners.size > 0) {
    refreshShortestDownAfter(link);
    return;
  }
  closeForGood(turn, link);
  for (const [runId, shared] of turn.state.sentinelLinks) {
    if (shared === link) turn.state.sentinelLinks.delete(runId);
  }
}

/** Ends a connection that no instance owns. */
export function closeForGood(turn: Turn, link: Link): void {
  abandonConnection(turn, link);
  turn.state.links.delete(link.id);
  turn.state.schedule.delete(link);
  turn.touched.delete(link);
}

/** Call when an owner came, went, or changed its `down-after-milliseconds`. */
export function refreshShortestDownAfter(link: Link): void {
  let shortest = Number.POSITIVE_INFINITY;
  link.isMasters = false;
  for (const owner of link.owners) {
    shortest = Math.min(shortest, masterOf(owner).settings.downAfterMs);
    if (owner.kind === "master") link.isMasters = true;
  }
  link.shortestDownAfterMs = shortest;
}

/**
 * Connects now, under a new id: answers to the old one are nobody's. Each attempt asks for a host
 * name again, and does not wait for the answer where an IP is known.
 */
export function openLink(turn: Turn, link: Link): void {
  if (link.address.port === 0) return;
  const { state, now } = turn;
  const ips = candidateIps(turn, link.address);
  // Of several addresses the next one is tried, once the one in use has failed twice.
  const ip = ips[Math.max(0, link.failures - 1) % Math.max(1, ips.length)];
  link.ip = ip;
  if (ip === undefined) {
    link.actPingAt ??= now;
    link.phase = { phase: "closed", retryAt: after(now, RESOLVE_GAP_MS) };
    return;
  }
  state.links.delete(link.id);
  link.id = linkId(++state.lastLinkId);
  state.links.set(link.id, link);
  link.phase = { phase: "connecting", since: now };
  // A ping belongs to the connection that is being made: unanswered from here on (spec §5.1).
  if (!link.isTried) link.actPingAt = now;
  link.isTried = true;
  link.actPingAt ??= now;
  turn.effects.push({
    kind: "open-link",
    link: link.id,
    address: { host: ip, port: link.address.port },
    purpose: link.purpose,
    credentials: chooseCredentials(state, link),
    renamedCommands: link.purpose === "data" ? renamedCommandsOf(link) : new Map(),
  });
}

/** Whose settings a connection follows. */
export function ownersOrGroup({ owners, probes }: Link): Iterable<Instance> {
  return probes === undefined ? owners : [probes.master];
}

function renamedCommandsOf(link: Link): ReadonlyMap<string, string> {
  for (const owner of ownersOrGroup(link)) return masterOf(owner).settings.renamedCommands;
  return new Map();
}

/** Drops the connection and connects again at once: new credentials, a new address. */
export function reopenLink(turn: Turn, link: Link, address: Address = link.address): void {
  abandonConnection(turn, link);
  if (!sameAddress(link.address, address)) {
    link.address = address;
    link.failures = 0;
  }
  openLink(turn, link);
}

/** Nothing that was sent over the present connection is answered any more. */
function endConnection(turn: Turn, link: Link): void {
  forgetOutstanding(link);
  link.peer = UNKNOWN_PEER;
  link.hasLostOrders = true;
  touch(turn, link);
}

function abandonConnection(turn: Turn, link: Link): void {
  if (link.phase.phase !== "closed") turn.effects.push({ kind: "close-link", link: link.id });
  link.phase = { phase: "closed", retryAt: NEVER };
  endConnection(turn, link);
}

/** What was asked over a connection that is gone will not be answered. */
export function forgetOutstanding(link: Link): void {
  link.pending = 0;
  for (const owner of link.owners) {
    owner.helloOutstanding = false;
    if (owner.kind === "sentinel") {
      owner.opinion.askedAt = undefined;
      owner.spreading.isAsking = false;
      owner.countsAskedAt = undefined;
      if (owner.confirmed !== undefined) owner.confirmed.isAsking = false;
    } else owner.reported.infoAskedAt = undefined;
  }
}

/** For the log: Redis tells of attempts that fail at once, and so of few. */
export function tellFailedConnection(
  turn: Turn,
  link: Link,
  failure: {
    readonly event: "-cmd-link-reconnection" | "-pubsub-link-reconnection";
    readonly reason: string;
  },
): void {
  for (const owner of link.owners) {
    const payload = `${describeInstance(owner)} #${failure.reason}`;
    publish(turn, failure.event, payload, aboutInstance(owner));
  }
}

/** Any other failure may mean that the host is gone: only a row of refusals tells of a crash. */
export function noteRefusal(
  { now }: Turn,
  link: Link,
  { refused, turnedAway }: { readonly refused: boolean; readonly turnedAway: boolean },
): void {
  link.refused = refused ? { since: link.refused?.since ?? now, latest: now } : undefined;
  link.turnedAway = turnedAway ? { since: link.turnedAway?.since ?? now, latest: now } : undefined;
}

/** The instance behind this link did not answer: where it is a master, its replicas are asked. */
function askAbout(turn: Turn, link: Link): void {
  for (const owner of link.owners) if (owner.kind === "master") askWitnesses(turn, owner);
}

/** Milliseconds that refusals must last to count; undefined where they do not count. */
function crashDetectionOf(link: Link): number | undefined {
  for (const owner of link.owners) {
    if (owner.kind !== "master") continue;
    const crashDetectionMs = owner.settings.extensions["crash-detection-milliseconds"];
    return crashDetectionMs === 0 ? undefined : crashDetectionMs;
  }
  return undefined;
}

/** When refusals are enough to find the master behind this link down; NEVER while they are not. */
export function crashedAt(link: Link): Millis {
  const patienceMs = crashDetectionOf(link);
  if (patienceMs === undefined || link.refused === undefined) return NEVER;
  const { since, latest } = link.refused;
  return latest - since >= patienceMs ? latest : NEVER;
}

/**
 * The attempt that settles whether the process is gone comes in time, and one halfway: a server that
 * was restarted meanwhile is found.
 */
function soonerForCrash(link: Link, now: Millis, retryAt: Millis): Millis {
  const patienceMs = crashDetectionOf(link);
  if (patienceMs === undefined || link.refused === undefined) return retryAt;
  const { since } = link.refused;
  const half = after(since, patienceMs / 2);
  const whole = after(since, patienceMs);
  if (now < half) return earliest(retryAt, half);
  return now < whole ? earliest(retryAt, whole) : retryAt;
}

/**
 * The connection is lost or never came about. The first attempt after an answered ping follows at
 * once (a leader's CLIENT KILL is no sign of death); then they back off to the ping period.
 */
export function loseConnection(
  turn: Turn,
  link: Link,
  { credentialFault }: { readonly credentialFault?: string | undefined } = {},
): void {
  endConnection(turn, link);
  if (credentialFault !== undefined) noteCredentialFault(turn, link, credentialFault);
  link.actPingAt ??= turn.now;
  askAbout(turn, link);
  const failures = link.failures++;
  const isNextTried = credentialFault !== undefined && hasAnotherPassword(turn.state, link);
  if (failures === 0 || isNextTried) {
    openLink(turn, link);
    return;
  }
  const delayMs = Math.min(
    RECONNECT_FIRST_MS * 2 ** Math.min(failures - 1, 10),
    turn.state.tunables.pingPeriodMs,
  );
  // Who refuses passwords is heard again before its silence counts.
  const patienceMs = credentialFault === undefined ? delayMs : link.shortestDownAfterMs / 2;
  const wanted = after(turn.now, Math.min(delayMs, patienceMs));
  const retryAt = soonerForCrash(link, turn.now, wanted);
  link.phase = { phase: "closed", retryAt };
}

export function sendPing(turn: Turn, link: Link): void {
  link.lastPingSentAt = turn.now;
  link.nextPingAt = nextInCadence(turn, link);
  link.actPingAt ??= turn.now;
  // A silent instance may have come back under another IP.
  if (link.actPingAt !== turn.now) {
    refreshName(turn, link.address.host);
    askAbout(turn, link);
  }
  link.pending++;
  sendNow(turn, link.id, { name: "ping" });
}

/**
 * A master's silence counts from the first ping that it leaves unanswered, so between the pings nobody knows of a
 * hang: where down-after is short and there are few to ping, a master is asked more often than Redis
 * does (design §12), and the sentinels find it down at nearly the same moment.
 */
function pingPeriod({ links, tunables }: SentinelState, link: Link): number {
  const period = Math.min(link.shortestDownAfterMs, tunables.pingPeriodMs);
  if (!link.isMasters || links.size > LINKS_PINGED_OFTEN) return period;
  const often = Math.max(MASTER_PING_PERIOD_MIN_MS, link.shortestDownAfterMs / MASTER_PINGS);
  return Math.min(period, often);
}

/**
 * The cadence counts from when a ping was due, not from when it left: a stall that sends many pings
 * at once must not make them a herd for ever.
 */
function nextInCadence({ state, now }: Turn, link: Link): Millis {
  const period = pingPeriod(state, link);
  const isLate = link.nextPingAt <= now && link.nextPingAt > now - period / 2;
  return after(isLate ? link.nextPingAt : now, period);
}

/** An unanswered ping is repeated after half the period (spec §2.5). */
function pingDueAt(state: SentinelState, link: Link): Millis {
  const period = pingPeriod(state, link);
  if (link.actPingAt !== undefined) return after(link.lastPingSentAt, period / 2);
  return earliest(link.nextPingAt, after(link.lastPingSentAt, period));
}

/** A ping that is due so soon goes now, with others. */
function pingGatheringMs(state: SentinelState, link: Link): number {
  return Math.min(GATHERING_MS, pingPeriod(state, link) / 20);
}

/**
 * A connection older than 15 s on which a ping is unanswered for more than half of down-after, and
 * nothing else answered either, is replaced (spec §1.3).
 */
function recycleDueAt(state: SentinelState, link: Link, openSince: Millis): Millis {
  if (link.actPingAt === undefined) return NEVER;
  const patienceMs = link.shortestDownAfterMs / 2;
  return after(
    Math.max(
      openSince + state.tunables.minLinkReconnectPeriodMs,
      link.actPingAt + patienceMs,
      link.lastPongAt + patienceMs,
    ) as Millis,
    1,
  );
}

/** Own hellos come back every publish period: a subscription silent for three is broken. */
function silenceDueAt(state: SentinelState, openSince: Millis, heardAt: Millis): Millis {
  const { minLinkReconnectPeriodMs, publishPeriodMs } = state.tunables;
  // Who says no hello hears none of its own.
  if (state.settings.extensions["observe-only"]) return NEVER;
  return Math.max(
    openSince + minLinkReconnectPeriodMs,
    heardAt + 3 * publishPeriodMs + 1,
  ) as Millis;
}

function subscriptionDueAt(
  state: SentinelState,
  openSince: Millis,
  subscription: Subscription,
): Millis {
  switch (subscription.phase) {
    case "none":
      return NEVER;
    case "closed":
      return subscription.retryAt;
    case "connecting":
      return after(subscription.since, CONNECT_TIMEOUT_MS);
    case "open":
      return silenceDueAt(state, openSince, subscription.lastHeardAt);
  }
}

/** When this link next has something to do, judging its owners' life apart (down-state.ts). */
export function linkDueAt(state: SentinelState, link: Link): Millis {
  const { phase } = link;
  switch (phase.phase) {
    case "closed":
      return phase.retryAt;
    case "connecting":
      return after(phase.since, CONNECT_TIMEOUT_MS);
    case "open":
      return earliest(
        pingDueAt(state, link),
        recycleDueAt(state, link, phase.since),
        subscriptionDueAt(state, phase.since, phase.subscription),
      );
  }
}

/** Connects, gives up, pings and replaces connections as they fall due. */
export function tendLink(turn: Turn, link: Link): void {
  const { state, now } = turn;
  const { phase } = link;
  switch (phase.phase) {
    case "closed":
      if (phase.retryAt <= now) openLink(turn, link);
      return;
    case "connecting":
      if (after(phase.since, CONNECT_TIMEOUT_MS) > now) return;
      abandonConnection(turn, link);
      link.failures = Math.max(1, link.failures);
      loseConnection(turn, link);
      return;
    case "open":
      if (recycleDueAt(state, link, phase.since) <= now) {
        reopenLink(turn, link);
        return;
      }
      if (pingDueAt(state, link) - pingGatheringMs(state, link) <= now) sendPing(turn, link);
      tendSubscription(turn, link, phase);
  }
}

function tendSubscription(
  turn: Turn,
  link: Link,
  open: Extract<Link["phase"], { readonly phase: "open" }>,
): void {
  if (subscriptionDueAt(turn.state, open.since, open.subscription) > turn.now) return;
  if (open.subscription.phase === "open") {
    reopenLink(turn, link);
    return;
  }
  link.phase = { ...open, subscription: { phase: "connecting", since: turn.now } };
  turn.effects.push({ kind: "open-subscription", link: link.id });
}
