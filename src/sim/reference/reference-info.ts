import { formatAddress, sameAddress } from "../../base/address.ts";
import type { Bytes } from "../../base/bytes.ts";
import { type InfoReport, parseInfo } from "../../wire/info.ts";
import type { ReferenceCore } from "./reference-core.ts";
import { order } from "./reference-orders.ts";
import { acknowledgePromotion } from "./reference-failover.ts";
import type { RefMaster, RefReplica } from "./reference-state.ts";
import { CONVERT_QUIET_MS, INFO_PERIOD_MS } from "./reference-timers.ts";

/** Sentinel spec §3. */
export function takeReferenceInfo(
  core: ReferenceCore,
  master: RefMaster,
  { instance, text }: { readonly instance: RefMaster | RefReplica; readonly text: Bytes },
): void {
  const info = parseInfo(text);
  instance.infoAt = core.now;
  if (instance.kind === "master") discover(core, master, info);
  else readReplica(core, instance, info);
  const role = info.role === "master" ? "master" : "slave";
  if (role !== instance.role) {
    instance.role = role;
    instance.roleAt = core.now;
    if (instance.kind === "slave") instance.confChangedAt = core.now;
    core.event(
      role === instance.kind ? "+role-change" : "-role-change",
      `${instance.name} ${role}`,
    );
  }
  if (core.isTilted || instance.kind === "master") return;
  if (role === "master") correctMaster(core, master, instance);
  else followUp(core, master, instance);
}

function discover(core: ReferenceCore, master: RefMaster, info: InfoReport): void {
  for (const address of info.replicas) {
    if (master.replicas.has(formatAddress(address)) || sameAddress(address, master.address))
      continue;
    core.addReplica(master, address);
    core.save();
  }
}

function readReplica(core: ReferenceCore, replica: RefReplica, info: InfoReport): void {
  replica.runId = info.runId ?? replica.runId;
  replica.masterLinkDownMs = (info.masterLinkDownSeconds ?? 0) * 1000;
  replica.priority = info.replicaPriority ?? replica.priority;
  replica.offset = info.replicaReplOffset ?? replica.offset;
  replica.isMasterLinkUp = info.masterLinkStatus === "up";
  const { masterHost: host, masterPort: port } = info;
  if (host === undefined || port === undefined) return;
  const reported = { host, port };
  if (replica.masterAddress === undefined || !sameAddress(replica.masterAddress, reported)) {
    replica.masterAddress = reported;
    replica.confChangedAt = core.now;
  }
}

function correctMaster(core: ReferenceCore, master: RefMaster, replica: RefReplica): void {
  if (replica === master.promoted) {
    if (master.phase === "wait_promotion") acknowledgePromotion(core, master);
    return;
  }
  const isStable = core.now - replica.roleAt > CONVERT_QUIET_MS;
  if (!isSane(core, master) || !isQuiet(core, replica, CONVERT_QUIET_MS) || !isStable) return;
  core.event("+convert-to-slave", `${replica.name} @ ${master.name}`);
  order(replica, master.address);
}

function followUp(core: ReferenceCore, master: RefMaster, replica: RefReplica): void {
  const followed = replica.masterAddress;
  const target = core.announcedAddress(master);
  const follows = followed !== undefined && sameAddress(followed, target);
  if (replica.reconf === "sent" && follows) {
    replica.reconf = "inprog";
    core.event("+slave-reconf-inprog", replica.name);
  }
  if (replica.reconf === "inprog" && replica.isMasterLinkUp) {
    replica.reconf = "done";
    core.event("+slave-reconf-done", replica.name);
  }
  if (followed === undefined || sameAddress(followed, master.address)) return;
  const waitMs = master.failoverTimeoutMs;
  const isOld = core.now - replica.confChangedAt > waitMs;
  if (!isSane(core, master) || !isQuiet(core, replica, waitMs) || !isOld) return;
  core.event("+fix-slave-config", `${replica.name} @ ${master.name}`);
  order(replica, master.address);
}

/** Sentinel spec §3.5. */
function isSane(core: ReferenceCore, master: RefMaster): boolean {
  return (
    master.role === "master" &&
    !master.isSdown &&
    !master.isOdown &&
    core.now - master.infoAt < 2 * INFO_PERIOD_MS
  );
}

function isQuiet(core: ReferenceCore, replica: RefReplica, forMs: number): boolean {
  return replica.sdownAt === 0 || core.now - replica.sdownAt > forMs;
}
