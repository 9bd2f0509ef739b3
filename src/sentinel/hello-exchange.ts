import { isOutdated, setFailover } from "./election.ts";
import { NO_FAILOVER } from "./failover-phase.ts";
import { after, type Epoch, type Millis, NEVER } from "../base/units.ts";
import { isBelievable } from "../wire/epochs.ts";
import { formatHello, type HelloContent } from "../wire/hello.ts";
import { complain } from "./complaints.ts";
import { abandonOutdated, adoptEpoch } from "./election.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { isSettledHost, isUsableHost } from "./host-names.ts";
import { createSentinel, dropInstance } from "./instances.ts";
import { isConnected, masterOf, reopenLink } from "./links.ts";
import { beginCooldown } from "./maintenance/cooldown.ts";
import { isPaused } from "./maintenance/maintenance.ts";
import { isOrdered } from "./maintenance/ordered-elections.ts";
import { observesOnly } from "./maintenance/why-held-back.ts";
import { switchMaster } from "./master-switch.ts";
import { recordObserved } from "./receipts/observed.ts";
import { NOT_RETURNED } from "./returned-master.ts";
import type { Instance, Master, Sentinel, SentinelState } from "./state.ts";
import { answerAbandoned } from "./switchover/coordinated.ts";
import { abandonHandOver, isClosedForWrites } from "./switchover/hand-over.ts";
import { SENTINELS_MAX } from "./tunables.ts";
import { publish, requestSave, sendDurably, touch, type Turn } from "./turn.ts";
import { isAt, latestAt, setPlace } from "./whereabouts.ts";

/** When the next hello to this instance is due. */
export function helloDueAt(state: SentinelState, instance: Instance): Millis {
  if (!isConnected(instance.link) || instance.helloOutstanding) return NEVER;
  if (observesOnly(state)) return NEVER;
  // A PUBLISH would wait as writes do, and with it every PING behind it.
  if (instance.kind !== "sentinel" && isClosedForWrites(instance)) return NEVER;
  if (instance.helloForced) return Number.NEGATIVE_INFINITY as Millis;
  return after(instance.lastHelloSentAt, state.tunables.publishPeriodMs);
}

/** Tells an instance who we are and which master we know, in which epoch (spec §4.1). */
export function sendHello(turn: Turn, instance: Instance): void {
  const { state } = turn;
  const { phase } = instance.link;
  if (phase.phase !== "open") return;
  const master = masterOf(instance);
  const { announceIp, announcePort, port } = state.settings;
  instance.helloOutstanding = true;
  instance.helloForced = false;
  instance.link.pending++;
  sendDurably(turn, instance.link.id, {
    name: "hello",
    master: master.masterName,
    payload: formatHello({
      sentinelId: state.myId,
      sentinelAddress: {
        host: announceIp ?? state.ownHost ?? phase.localHost,
        port: announcePort === 0 ? port : announcePort,
      },
      currentEpoch: state.currentEpoch,
      masterName: master.masterName,
      masterAddress: master.address,
      configEpoch: master.configEpoch,
    }),
  });
}

/** The instance took the hello, or refused it: a refused one is repeated at the cadence. */
export function helloAnswered(turn: Turn, instance: Instance): void {
  instance.helloOutstanding = false;
  instance.lastHelloSentAt = turn.now;
  touch(turn, instance);
}

/**
 * Takes a hello of another sentinel: who it is, the epoch, and a newer configuration if it has one.
 * Source: sentinel spec §4.3.
 */
export function takeHello(turn: Turn, hello: HelloContent): void {
  const { state, now } = turn;
  const master = state.masters.get(hello.masterName);
  if (master === undefined || hello.sentinelId === state.myId) return;
  if (!areEpochsBelievable(turn, hello)) return;
  if (!areHostsSettled(turn, hello)) return;
  const sentinel = senderOf(turn, master, hello);
  adoptEpoch(turn, hello.currentEpoch, master);
  // A configuration epoch is never above the current epoch of who knows it.
  adoptEpoch(turn, hello.configEpoch, master);
  if (sentinel === undefined) return;
  // An address that nobody can connect to would leave this sentinel deaf to its epoch (W-12).
  if (isUsableHost(state, hello.masterAddress.host)) {
    adoptConfiguration(turn, master, sentinel, hello);
  }
  sentinel.lastHelloReceivedAt = now;
  if (!state.memory.isWhole) state.memory.heard.add(sentinel.runId);
}

function areEpochsBelievable(turn: Turn, { currentEpoch, configEpoch, sentinelId }: HelloContent) {
  const current = turn.state.currentEpoch;
  const told = currentEpoch > configEpoch ? currentEpoch : configEpoch;
  if (isBelievable(told, { current })) return true;
  const message = `Ignored a hello of ${sentinelId} with the absurd epoch ${told}; the current one is ${current}`;
  complain(turn, "epoch", message);
  return false;
}

/** What came where hellos come and is none that may be acted on. @param reason a phrase */
export function ignoreHello(turn: Turn, from: string, reason: string): void {
  complain(turn, "hello", `Ignored a hello from ${from}: ${reason}`);
}

/** Names are looked up first; then the hello is taken again. */
function areHostsSettled(turn: Turn, hello: HelloContent): boolean {
  const awaiting = { kind: "hello", hello } as const;
  const isSenderSettled = isSettledHost(turn, hello.sentinelAddress.host, awaiting);
  return isSettledHost(turn, hello.masterAddress.host, awaiting) && isSenderSettled;
}

/** The peer that speaks, met or moved if need be; undefined where its name means nothing here. */
function senderOf(turn: Turn, master: Master, hello: HelloContent): Sentinel | undefined {
  const { state } = turn;
  const known = master.sentinels.get(hello.sentinelId);
  if (!isUsableHost(state, hello.sentinelAddress.host)) return known;
  if (known !== undefined && isAt(state, known, hello.sentinelAddress)) return known;
  return meetSentinel(turn, master, hello);
}

/** A new peer, a peer at a new address, or a peer that lost its id (spec §4.3 step 2, §4.4). */
function meetSentinel(turn: Turn, master: Master, hello: HelloContent): Sentinel | undefined {
  const moved = master.sentinels.get(hello.sentinelId);
  if (moved !== undefined) return moveSentinel(turn, moved, hello);
  const squatter = [...master.sentinels.values()].find((sentinel) =>
    isAt(turn.state, sentinel, hello.sentinelAddress),
  );
  if (squatter !== undefined) forgetEverywhere(turn, squatter);
  if (master.sentinels.size >= SENTINELS_MAX) {
    const { host, port } = hello.sentinelAddress;
    const who = `${hello.sentinelId} at ${host} ${port}`;
    complain(
      turn,
      "sentinels",
      `Ignored the sentinel ${who}: ${SENTINELS_MAX} others are known for ${master.name}`,
    );
    return undefined;
  }
  const sentinel = createSentinel(turn, master, {
    runId: hello.sentinelId,
    address: hello.sentinelAddress,
  });
  requestSave(turn);
  publish(turn, "+sentinel", describeInstance(sentinel), aboutInstance(sentinel));
  if (sentinel.link.phase.phase !== "open") touch(turn, sentinel.link);
  touch(turn, sentinel);
  return sentinel;
}

function moveSentinel(turn: Turn, moved: Sentinel, hello: HelloContent): Sentinel {
  const { state } = turn;
  const { master } = moved;
  const { host, port } = hello.sentinelAddress;
  const payload = `${describeInstance(master)} ip ${host} port ${port} for ${moved.runId}`;
  publish(turn, "+sentinel-address-switch", payload, aboutInstance(moved));
  let others = 0;
  for (const other of state.masters.values()) {
    const sentinel = other.sentinels.get(moved.runId);
    if (sentinel === undefined) continue;
    setPlace(state, sentinel, hello.sentinelAddress);
    if (sentinel !== moved) others++;
  }
  reopenLink(turn, moved.link, hello.sentinelAddress);
  touch(turn, moved.link);
  if (others > 0) {
    const update = `${describeInstance(moved)} ${others} additional matching instances`;
    publish(turn, "+sentinel-address-update", update, aboutInstance(moved));
  }
  requestSave(turn);
  return moved;
}

/** Another id speaks from this address: whoever had it before is gone, from every master. */
function forgetEverywhere(turn: Turn, sentinel: Sentinel): void {
  publish(turn, "+sentinel-invalid-addr", describeInstance(sentinel), aboutInstance(sentinel));
  for (const master of turn.state.masters.values()) {
    const known = master.sentinels.get(sentinel.runId);
    if (known === undefined) continue;
    master.sentinels.delete(sentinel.runId);
    turn.touched.delete(known);
    dropInstance(turn, known);
  }
}

/** Only a higher configuration epoch changes anything (spec §4.3 step 4, §A.3). */
function adoptConfiguration(
  turn: Turn,
  master: Master,
  sentinel: Sentinel,
  hello: HelloContent,
): void {
  if (hello.configEpoch <= master.configEpoch) return;
  answerAbandoned(turn, master);
  const members = [master, ...master.replicas.values()];
  if (latestAt(turn.state, members, hello.masterAddress) === master) {
    master.configEpoch = hello.configEpoch;
    // A hand-over of a newer epoch than that goes on.
    if (isOutdated(master)) abandonHandOver(turn, master);
    // The others have made it the master again, whatever it had before.
    master.known = undefined;
    master.returned = NOT_RETURNED;
    master.reported.infoForced = true;
    requestSave(turn);
    if (master.failover.phase === "preparing") setFailover(turn, master, NO_FAILOVER);
    abandonOutdated(turn, master);
    touch(turn, master);
    return;
  }
  abandonHandOver(turn, master);
  const from = describeInstance(sentinel);
  noteForeignFailover(turn, master, sentinel, hello.configEpoch);
  recordObserved(turn, master, {
    by: sentinel,
    epoch: hello.configEpoch,
    to: hello.masterAddress,
  });
  switchMaster(turn, master, hello.masterAddress, {
    configEpoch: hello.configEpoch,
    role: "observer",
    before: () => {
      publish(
        turn,
        "+config-update-from",
        from,
        aboutInstance(sentinel, { epoch: hello.configEpoch }),
      );
    },
  });
}

/** Another sentinel has failed over: with our vote, or past our pause. */
function noteForeignFailover(
  turn: Turn,
  master: Master,
  sentinel: Sentinel,
  configEpoch: Epoch,
): void {
  const { leader, leaderEpoch } = master.vote;
  const isVotedFor = leader !== undefined && leaderEpoch === configEpoch;
  if (isVotedFor && !isOrdered(turn, master, leader)) {
    beginCooldown(turn, master, configEpoch, leader);
  }
  if (!isPaused(turn, master)) return;
  const reason = "sentinels that do not know the pause, or an operator, have failed over";
  const payload = `${describeInstance(master)} by ${sentinel.runId}`;
  publish(turn, "+vedette-pause-overruled", payload, aboutInstance(sentinel, { reason }));
}

/** Removes a master with everything it knows from the state (SENTINEL REMOVE, RESET). */
export function dropPeersAndReplicas(turn: Turn, master: Master): void {
  for (const replica of master.replicas.values()) {
    turn.touched.delete(replica);
    dropInstance(turn, replica);
  }
  for (const sentinel of master.sentinels.values()) {
    turn.touched.delete(sentinel);
    dropInstance(turn, sentinel);
  }
  master.replicas.clear();
  master.sentinels.clear();
}
