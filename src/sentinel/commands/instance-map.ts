import type { Millis } from "../../base/units.ts";
import { bulk, map, type Reply } from "../../resp/reply.ts";
import { roleWord } from "../events.ts";
import { isFailoverInProgress } from "../failover.ts";
import { failoverStateWord } from "../failover-phase.ts";
import { lacksConnection, masterOf } from "../links.ts";
import { downtimeOf, pauseOf } from "../maintenance/maintenance.ts";
import type { DataInstance, Instance, Master, Replica, Sentinel } from "../state.ts";
import type { Turn } from "../turn.ts";

type Fields = [string, string][];

/** The map that MASTER, REPLICAS and SENTINELS show: exact fields in order (spec §7.3). */
export function instanceMap(turn: Pick<Turn, "state" | "now">, instance: Instance): Reply {
  const { now } = turn;
  const fields = commonFields(instance, now);
  if (instance.kind !== "sentinel") fields.push(...dataFields(instance, now));
  switch (instance.kind) {
    case "master":
      fields.push(...masterFields(instance));
      break;
    case "replica":
      fields.push(...replicaFields(instance));
      break;
    case "sentinel":
      fields.push(...sentinelFields(instance, now));
  }
  fields.push(...maintenanceFields(turn, instance));
  return map(fields.map(([name, value]) => [name, bulk(value)] as const));
}

/**
 * Ours, behind all of Redis' fields and only while somebody has ordered it. Not among the flags: there are programs that
 * compare those with `master`, or know each word of them.
 */
function maintenanceFields(turn: Pick<Turn, "state" | "now">, instance: Instance): Fields {
  const order = instance.kind === "master" ? pauseOf(turn, instance) : downtimeOf(turn, instance);
  if (order === undefined) return [];
  const what = instance.kind === "master" ? "paused" : "downtime";
  const until = String(Math.ceil(order.until / 1000));
  return [
    [`vedette-${what}-until`, until],
    [`vedette-${what}-reason`, order.reason],
  ];
}

function age(now: Millis, since: Millis): string {
  return String(Math.max(0, Math.round(now - since)));
}

function commonFields(instance: Instance, now: Millis): Fields {
  const { link, address, sdown } = instance;
  const fields: Fields = [
    ["name", instance.name],
    ["ip", address.host],
    ["port", String(address.port)],
    ["runid", instance.runId ?? ""],
    ["flags", flags(instance)],
    ["link-pending-commands", String(link.pending)],
    ["link-refcount", String(link.owners.size)],
  ];
  if (instance.kind === "master" && isFailoverInProgress(instance)) {
    fields.push(["failover-state", failoverStateWord(instance.failover)]);
  }
  fields.push(
    ["last-ping-sent", link.actPingAt === undefined ? "0" : age(now, link.actPingAt)],
    ["last-ok-ping-reply", age(now, link.lastOkAt)],
    ["last-ping-reply", age(now, link.lastPongAt)],
  );
  if (sdown.down) fields.push(["s-down-time", age(now, sdown.since)]);
  if (instance.kind === "master" && instance.odown.down) {
    fields.push(["o-down-time", age(now, instance.odown.since)]);
  }
  fields.push(["down-after-milliseconds", String(masterOf(instance).settings.downAfterMs)]);
  return fields;
}

function dataFields({ reported }: DataInstance, now: Millis): Fields {
  return [
    ["info-refresh", reported.infoAt === undefined ? "0" : age(now, reported.infoAt)],
    ["role-reported", reported.role === "replica" ? "slave" : "master"],
    ["role-reported-time", age(now, reported.roleSince)],
  ];
}

function masterFields(master: Master): Fields {
  const fields: Fields = [
    ["config-epoch", String(master.configEpoch)],
    ["num-slaves", String(master.replicas.size)],
    ["num-other-sentinels", String(master.sentinels.size)],
    ["quorum", String(master.settings.quorum)],
    ["failover-timeout", String(master.settings.failoverTimeoutMs)],
    ["parallel-syncs", String(master.settings.parallelSyncs)],
  ];
  const { notificationScript, clientReconfigScript } = master.settings;
  if (notificationScript !== undefined) fields.push(["notification-script", notificationScript]);
  if (clientReconfigScript !== undefined) {
    fields.push(["client-reconfig-script", clientReconfigScript]);
  }
  return fields;
}

function replicaFields(replica: Replica): Fields {
  return [
    ["master-link-down-time", String(replica.masterLinkDownMs)],
    ["master-link-status", replica.masterLinkUp ? "ok" : "err"],
    ["master-host", replica.masterHost ?? "?"],
    ["master-port", String(replica.masterPort ?? 0)],
    ["slave-priority", String(replica.priority)],
    ["slave-repl-offset", String(replica.replicationOffset)],
    ["replica-announced", replica.announced ? "1" : "0"],
  ];
}

function sentinelFields({ lastHelloReceivedAt, opinion }: Sentinel, now: Millis): Fields {
  return [
    ["last-hello-message", age(now, lastHelloReceivedAt)],
    ["voted-leader", opinion.votedLeader ?? "?"],
    ["voted-leader-epoch", String(opinion.votedLeaderEpoch)],
  ];
}

/** Words in the order of spec §1.4. */
function flags(instance: Instance): string {
  const words: string[] = [];
  if (instance.sdown.down) words.push("s_down");
  if (instance.kind === "master" && instance.odown.down) words.push("o_down");
  words.push(roleWord(instance));
  // Who refuses a password answers: clients that avoid what is disconnected need not avoid it.
  const isRefusing = instance.link.credentialFault !== undefined && !instance.sdown.down;
  if (lacksConnection(instance.link) && !isRefusing) words.push("disconnected");
  if (instance.kind === "sentinel" && instance.opinion.masterDown) words.push("master_down");
  if (instance.kind === "master" && isFailoverInProgress(instance)) {
    words.push("failover_in_progress");
  }
  if (instance.kind === "replica") words.push(...replicaFlags(instance));
  if (instance.kind === "master" && isForced(instance)) words.push("force_failover");
  if (instance.kind !== "sentinel" && instance.scriptKillSent) words.push("script_kill_sent");
  if (instance.kind !== "sentinel" && instance.rebootedAt !== undefined) {
    words.push("master_reboot");
  }
  if (isRefusing) words.push("credential_fault");
  return words.join(",");
}

function isForced({ failover }: Master): boolean {
  return "forced" in failover && failover.forced;
}

function replicaFlags(replica: Replica): string[] {
  const { failover } = replica.master;
  const words: string[] = [];
  if ("promoted" in failover && failover.promoted === replica) words.push("promoted");
  switch (replica.reconf.step) {
    case "none":
      break;
    case "sent":
      words.push("reconf_sent");
      break;
    case "in-progress":
      words.push("reconf_inprog");
      break;
    case "done":
      words.push("reconf_done");
  }
  return words;
}
