import type { Address } from "../base/address.ts";
import type { MasterName, RunId } from "../base/ids.ts";
import type { Epoch } from "../base/units.ts";
import type { Instance } from "./state.ts";

/** Debug events are logged only; the others are published whatever the log level (spec §8.1). */
export type EventLevel = "debug" | "verbose" | "notice" | "warning";

/** Every event there is, with its level. Source: sentinel spec §8.2. */
export const EVENT_LEVELS = {
  "+monitor": "warning",
  "-monitor": "warning",
  "+reset-master": "warning",
  "+set": "warning",
  "+slave": "notice",
  "+sentinel": "notice",
  "+sentinel-address-switch": "notice",
  "+sentinel-address-update": "notice",
  "+sentinel-invalid-addr": "notice",
  "+reboot": "notice",
  "+role-change": "verbose",
  "-role-change": "verbose",
  "+convert-to-slave": "notice",
  "+fix-slave-config": "notice",
  "+sdown": "warning",
  "-sdown": "warning",
  "+odown": "warning",
  "-odown": "warning",
  "+new-epoch": "warning",
  "+vote-for-leader": "warning",
  "+try-failover": "warning",
  "+elected-leader": "warning",
  "+failover-state-select-slave": "warning",
  "+selected-slave": "warning",
  "+failover-state-send-slaveof-noone": "notice",
  "+failover-state-wait-promotion": "notice",
  "+promoted-slave": "warning",
  "+failover-state-reconf-slaves": "warning",
  "+slave-reconf-sent": "notice",
  "+slave-reconf-inprog": "notice",
  "+slave-reconf-done": "notice",
  "-slave-reconf-sent-timeout": "notice",
  "+slave-reconf-sent-be": "notice",
  "+failover-end-for-timeout": "warning",
  "+failover-end": "warning",
  "+switch-master": "warning",
  "+config-update-from": "warning",
  "-failover-abort-not-elected": "warning",
  "-failover-abort-no-good-slave": "warning",
  "-failover-abort-slave-timeout": "warning",
  "+vedette-receipt": "notice",
  "+vedette-audit": "notice",
  "+tilt": "warning",
  "-tilt": "warning",
  "-script-error": "warning",
  "-script-timeout": "warning",
  "+script-child": "debug",
  "-script-child": "debug",
  "+vedette-zombie-fence": "warning",
  "+vedette-credential-fault": "warning",
  "-vedette-credential-fault": "warning",
  "+vedette-empty-master": "warning",
  "-vedette-empty-master": "warning",
  "+vedette-foreign-master": "warning",
  "-vedette-foreign-master": "warning",
  "+vedette-foreign-replica": "warning",
  "-vedette-foreign-replica": "warning",
  "+vedette-cold-start-wait": "warning",
  "-cmd-link-reconnection": "debug",
  "-pubsub-link-reconnection": "debug",
  "+vedette-pause": "warning",
  "-vedette-pause": "warning",
  "+vedette-pause-overruled": "warning",
  "+vedette-downtime": "notice",
  "-vedette-downtime": "notice",
  "+vedette-cooldown": "warning",
  "-vedette-cooldown": "warning",
  "+vedette-failover-blocked": "warning",
  "+vedette-would-failover": "warning",
  "+vedette-switchover-closing": "notice",
  "+vedette-switchover-caught-up": "notice",
  "+vedette-switchover-announced": "notice",
  "+vedette-switchover-end": "notice",
  "-vedette-switchover-refused": "notice",
  "-vedette-switchover-abort": "notice",
  "+vedette-forget-replica": "notice",
  "+vedette-forget-sentinel": "warning",
  "+vedette-config-drift": "warning",
  "-vedette-config-drift": "warning",
} as const satisfies Readonly<Record<string, EventLevel>>;

export type EventName = keyof typeof EVENT_LEVELS;

/** A Sentinel event: channel and message for subscribers, plus what the log wants to know. */
export interface SentinelEvent {
  readonly name: EventName;
  readonly level: EventLevel;
  /** At most 1024 bytes, as the reference cuts it (spec §1.2). */
  readonly payload: string;
  readonly about: EventSubject;
}

/** Fields for the log (style §7); never part of the payload. */
export interface EventSubject {
  readonly master?: MasterName;
  readonly role?: "master" | "slave" | "sentinel";
  readonly address?: Address;
  readonly runId?: RunId;
  readonly epoch?: Epoch;
  readonly leader?: RunId;
  readonly votes?: number;
  readonly quorum?: number;
  readonly offset?: number;
  readonly elapsedMs?: number;
  /** Why this was decided, with the numbers the rule looked at. */
  readonly reason?: string;
  /** The instance is in downtime: clients hear of it, nobody is alarmed. */
  readonly isInDowntime?: boolean;
}

const PAYLOAD_BYTES_MAX = 1024;

export function event(name: EventName, payload: string, about: EventSubject): SentinelEvent {
  return {
    name,
    level: EVENT_LEVELS[name],
    payload: payload.slice(0, PAYLOAD_BYTES_MAX),
    about,
  };
}

/** The word for an instance's kind in payloads and flags. */
export function roleWord(instance: Instance): "master" | "slave" | "sentinel" {
  return instance.kind === "replica" ? "slave" : instance.kind;
}

/**
 * The standard payload `@`: `<kind> <name> <ip> <port>`, and the master behind it unless it is one.
 * @param masterAddress the master's address to print; a failover's later steps print the old one
 * Source: sentinel spec §8.1
 */
export function describeInstance(instance: Instance, masterAddress?: Address): string {
  const { host, port } =
    instance.kind === "master" ? (masterAddress ?? instance.address) : instance.address;
  const subject = `${roleWord(instance)} ${instance.name} ${host} ${port}`;
  if (instance.kind === "master") return subject;
  const master = instance.master;
  const at = masterAddress ?? master.address;
  return `${subject} @ ${master.name} ${at.host} ${at.port}`;
}

export function aboutInstance(instance: Instance, more: EventSubject = {}): EventSubject {
  const master = instance.kind === "master" ? instance : instance.master;
  return {
    master: master.masterName,
    role: roleWord(instance),
    address: instance.address,
    ...(instance.runId === undefined ? {} : { runId: instance.runId }),
    ...more,
  };
}
