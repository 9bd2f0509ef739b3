import type { Address } from "../base/address.ts";
import { assert } from "../base/assert.ts";
import type { Epoch } from "../base/units.ts";
import { forgetAttempts, setFailover } from "./election.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import type { KnownData } from "./lineage.ts";
import { NO_OUTAGE } from "./cold-start.ts";
import { NO_FAILOVER, NO_RECONFIGURATION } from "./failover-phase.ts";
import { notLostAnyMore } from "./forgetting/found-again.ts";
import { createReplica, findReplica, freshReport } from "./instances.ts";
import { attachOwner, createLink, openLink } from "./links.ts";
import { forgetOpinions } from "./opinions.ts";
import { callClientReconfigScript } from "./scripts.ts";
import { foreignMaster, NOT_RETURNED } from "./returned-master.ts";
import type { Link, Master, Replica } from "./state.ts";
import { HOLDS_NOTHING } from "./switchover/switchover.ts";
import { publish, requestSave, touch, type Turn } from "./turn.ts";
import { betterPlace, isAt, setPlace } from "./whereabouts.ts";

/**
 * Makes `newPlace` the master: the old master becomes one of the replicas, connections are kept,
 * and whatever was known about the old address is forgotten (spec §4.5).
 * @param newPlace a name or a literal address
 * @param change.configEpoch the configuration that says so
 * @param change.role who promoted it, for the client reconfiguration script
 * @param change.before publishes what must stand before `+switch-master`, once the save is asked for
 */
export function switchMaster(
  turn: Turn,
  master: Master,
  newPlace: Address,
  change: {
    readonly configEpoch: Epoch;
    readonly role: "leader" | "observer";
    readonly before: () => void;
  },
): void {
  const { address: oldAddress, place: oldPlace, configEpoch: oldEpoch, known: data } = master;
  const oldLink = master.link;
  const foreign = foreignMaster(master);
  // Where it has said since that it is a replica, it is none that does not know.
  const formerEpoch = master.reported.role === "master" ? oldEpoch : undefined;
  assert(
    change.configEpoch > master.configEpoch,
    "a configuration is only replaced by a newer one",
  );
  assert(
    change.configEpoch <= turn.state.currentEpoch,
    "a configuration epoch is never ahead of the current epoch",
  );
  master.configEpoch = change.configEpoch;
  takeOver(turn, master, newPlace);
  addOldMaster(turn, master, { place: oldPlace, link: oldLink, formerEpoch, data, foreign });
  forgetOldState(turn, master);
  requestSave(turn);

  change.before();
  publish(
    turn,
    "+switch-master",
    `${master.name} ${oldAddress.host} ${oldAddress.port} ${master.address.host} ${master.address.port}`,
    aboutInstance(master, { epoch: change.configEpoch }),
  );
  const { role } = change;
  callClientReconfigScript(turn, master, { role, from: oldAddress, to: master.address });
  for (const replica of master.replicas.values()) {
    publish(turn, "+slave", describeInstance(replica), aboutInstance(replica));
  }
  touch(turn, master);
}

/** The master record moves to the new address, over the replica's connection where it was one. */
function takeOver(turn: Turn, master: Master, newPlace: Address): void {
  const { state, now } = turn;
  const promoted = findReplica(state, master, newPlace);
  master.link.owners.delete(master);
  setPlace(
    state,
    master,
    promoted === undefined ? newPlace : betterPlace(promoted.place, newPlace),
  );
  if (promoted === undefined) {
    master.link = createLink(state, { address: newPlace, purpose: "data" }, now);
    master.runId = undefined;
    master.known = undefined;
    Object.assign(master.reported, freshReport("master", now));
    attachOwner(master.link, master);
    openLink(turn, master.link);
  } else {
    master.replicas.delete(promoted.name);
    state.schedule.delete(promoted);
    turn.touched.delete(promoted);
    master.link = promoted.link;
    master.link.owners.delete(promoted);
    master.runId = promoted.runId;
    // Who was promoted elsewhere may have restarted before that: what it has is to be believed.
    master.known = isPromotedHere(master, promoted) ? promoted.known : undefined;
    Object.assign(master.reported, promoted.reported, { role: "master", roleSince: now });
    master.lastHelloSentAt = promoted.lastHelloSentAt;
    master.link.address = master.place;
    attachOwner(master.link, master);
  }
  // Answers still due on this connection belong to the record that was; ask anew.
  master.reported.infoAskedAt = undefined;
  master.reported.infoForced = true;
  master.helloOutstanding = false;
  master.helloForced = true;
  touch(turn, master.link);
}

function isPromotedHere({ failover }: Master, replica: Replica): boolean {
  return "promoted" in failover && failover.promoted === replica;
}

function addOldMaster(
  turn: Turn,
  master: Master,
  old: {
    readonly place: Address;
    readonly link: Link;
    readonly formerEpoch: Epoch | undefined;
    readonly data: KnownData | undefined;
    readonly foreign: Replica["foreign"];
  },
): void {
  const { place: address, link, formerEpoch, data, foreign } = old;
  if (isAt(turn.state, master, address)) return;
  const known = findReplica(turn.state, master, address);
  if (known !== undefined) {
    known.formerEpoch = formerEpoch;
    return;
  }
  const replica = createReplica(turn.state, master, { address, link }, turn.now);
  notLostAnyMore(turn, master, address);
  Object.assign(replica, { formerEpoch, known: data, joined: data, foreign });
  touch(turn, replica);
  touch(turn, link);
}

function forgetOldState(turn: Turn, master: Master): void {
  const { now } = turn;
  master.sdown.down = false;
  master.sdown.since = Number.NEGATIVE_INFINITY as typeof now;
  master.odown.down = false;
  master.odown.since = Number.NEGATIVE_INFINITY as typeof now;
  master.rebootedAt = undefined;
  master.scriptKillSent = false;
  master.vote.leader = undefined;
  master.reconfiguration = NO_RECONFIGURATION;
  master.lettingGo = HOLDS_NOTHING;
  master.switchedAt = now;
  master.returned = NOT_RETURNED;
  master.outage = NO_OUTAGE;
  setFailover(turn, master, NO_FAILOVER);
  forgetAttempts(turn, master);
  forgetOpinions(turn, master);
  for (const replica of master.replicas.values()) {
    replica.reconf = { step: "none" };
    replica.helloForced = true;
    touch(turn, replica);
  }
  for (const sentinel of master.sentinels.values()) {
    sentinel.helloForced = true;
    touch(turn, sentinel);
  }
}
