import { readEndpoint, WEBHOOK_SYNTAX } from "../webhooks/endpoint.ts";
import { expectedForgotten } from "../forgotten-instance.ts";
import { expectedOrder, LONGEST_PAUSE_MS } from "../maintenance-order.ts";
import { isIpAddress } from "../host.ts";
import { LARGEST_INT } from "./statement-form.ts";
import {
  type ExtensionSetting,
  type ExtensionValue,
  NO_LINES,
  type ValueOf,
} from "./extension-kinds.ts";

/**
 * Every `vedette …` setting that is no secret, one row each. A row is all there is to do: it gives the line in
 * sentinel.conf, SENTINEL SET (of a master) or SENTINEL CONFIG SET (of the sentinel), what is written
 * back, and the entry in the reference. What is read nowhere does not belong here.
 */

/** For settings that say where to listen. */
function checkBindAddress(text: string): string | undefined {
  return text === "*" || isIpAddress(text) ? undefined : "an IP address, or *";
}

/** One word for the place, one for the zone. */
function expectedZone([place = "", zone, ...rest]: readonly string[]): string | undefined {
  const isPlace = place === "self" || /^\S+:[0-9]{1,5}$/.test(place);
  const isZone = zone !== undefined && /^[\w.-]+$/.test(zone);
  return isPlace && isZone && rest.length === 0 ? undefined : "<host:port>|self <zone>";
}

/** A master's: `vedette <setting> <master> …`. In the order in which they are written. */
export const MASTER_EXTENSIONS = {
  "crash-detection-milliseconds": {
    kind: "number",
    initial: 0,
    // More would be no sooner than what Redis has.
    range: { min: 0, max: LARGEST_INT },
    unit: "milliseconds",
    when: "at once",
    summary: "A master whose host refuses connections for this long counts as down; 0: off.",
  },
  "empty-master-guard": {
    kind: "yes-no",
    initial: true,
    when: "at once",
    summary:
      "A master that restarts without data that its replicas have counts as down at once, so that one of them is promoted before it copies the loss.",
  },
  "identity-guard": {
    kind: "yes-no",
    initial: true,
    when: "at once",
    summary:
      "A server that is known to have another group's data is not followed, reconfigured or promoted, whatever its address.",
  },
  "failover-cooldown-seconds": {
    kind: "number",
    initial: 0,
    range: { min: 0, max: LONGEST_PAUSE_MS / 1000 },
    unit: "seconds",
    when: "at once",
    summary:
      "For this long after an automatic failover no other one is made, unless SENTINEL ACKNOWLEDGE says that somebody has looked; 0: off.",
  },
  "forget-replicas-after-seconds": {
    kind: "number",
    initial: 0,
    range: { min: 0, max: LARGEST_INT },
    unit: "seconds",
    when: "at once",
    summary:
      "A replica that is down, and that its master does not list, is forgotten after this long; 0: never, as in Redis.",
  },
  "selection-order": {
    kind: "choice",
    initial: "priority-first",
    values: ["priority-first", "offset-first"],
    when: "at once",
    summary:
      "Which replica is promoted: that of the lowest priority, as in Redis, or first of all one that has the most data.",
  },
  "lag-band-bytes": {
    kind: "number",
    initial: 65_536,
    range: { min: 0, max: LARGEST_INT },
    unit: "bytes",
    when: "at once",
    summary: "With offset-first, replicas this close to each other count as equally far.",
  },
  "max-lag-bytes": {
    kind: "number",
    initial: 0,
    range: { min: 0, max: LARGEST_INT },
    unit: "bytes",
    when: "at once",
    summary:
      "A replica further behind the furthest known offset is promoted only by an operator's word; 0: no limit, as in Redis.",
  },
  zone: {
    kind: "lines",
    initial: NO_LINES,
    syntax: "<host:port>|self <zone>",
    check: expectedZone,
    when: "at once",
    summary:
      "Where an instance, or this sentinel, stands. A replica in another zone than the master is promoted only by an operator's word.",
  },
  maintenance: {
    kind: "lines",
    initial: NO_LINES,
    syntax: "<subject> on|off <end> <memory> <stamp> <run id> <reason>",
    check: expectedOrder,
    when: "start",
    summary: "Written by the sentinel: a pause, downtimes and a cooldown that are in force.",
  },
  forgotten: {
    kind: "lines",
    initial: NO_LINES,
    syntax: "<run id>|<host>,<port> sentinel|replica <time> …",
    check: expectedForgotten,
    when: "start",
    summary: "Written by the sentinel: instances that were forgotten, for when they return.",
  },
  "witness-detection": {
    kind: "yes-no",
    initial: false,
    when: "at once",
    summary:
      "yes: a master that turns connections away and that all replicas have lost is down at once, and one whose stream replicas still receive is not failed over from for a while.",
  },
  "witness-veto-milliseconds": {
    kind: "number",
    initial: 30_000,
    range: { min: 0, max: LARGEST_INT },
    unit: "milliseconds",
    when: "at once",
    summary:
      "For this long at most, counted from +sdown, replicas that still receive its stream hold up a failover from a master that only the sentinels cannot reach; 0: not at all. With witness-detection.",
  },
  "credential-faults-are-down": {
    kind: "yes-no",
    initial: false,
    when: "at once",
    summary:
      "yes: a server that refuses this sentinel's password counts as silent, as in Redis; no: it lives, and an event says that the password is wrong.",
  },
  "auth-pass-next": {
    kind: "text",
    initial: "",
    word: "password",
    isSecret: true,
    check: () => undefined,
    when: "at once",
    summary:
      "A second password of this master and its replicas, tried where auth-pass is refused: for the time in which a password is changed.",
  },
  "zombie-fence": {
    kind: "yes-no",
    initial: true,
    when: "at once",
    summary:
      "A former master that comes back is closed for writes and made a replica as soon as a majority of sentinels proves that it is one; no: after 8 s, as Redis does it.",
  },
} as const satisfies Readonly<Record<string, ExtensionSetting>>;

/** The sentinel's own: `vedette <setting> …`. */
export const GLOBAL_EXTENSIONS = {
  "cold-start-wait-milliseconds": {
    kind: "number",
    initial: 30_000,
    range: { min: 0, max: LARGEST_INT },
    unit: "milliseconds",
    when: "at once",
    summary:
      "After an outage of all servers of a group, how long a server is waited for that is remembered to have more data than those that are back; 0: not at all.",
  },
  "http-port": {
    kind: "number",
    initial: 0,
    range: { min: 0, max: 65_535 },
    unit: "port",
    when: "start",
    summary:
      "Port of the HTTP interface: dashboard, JSON, live events, metrics, health for load balancers; 0: off.",
  },
  "http-bind": {
    kind: "text",
    initial: "",
    word: "address",
    isSecret: false,
    check: checkBindAddress,
    when: "start",
    summary:
      "Address that the HTTP interface and the agent check listen on: an IP address, or * for all; 127.0.0.1 unless set.",
  },
  "http-token-file": {
    kind: "text",
    initial: "",
    word: "path",
    isSecret: false,
    check: () => undefined,
    when: "at once",
    summary:
      "File with the token that changes by HTTP need; it is read with each such request. Without a token there are no changes by HTTP.",
  },
  "http-token-env": {
    kind: "text",
    initial: "",
    word: "variable",
    isSecret: false,
    check: () => undefined,
    when: "at once",
    summary: "Environment variable with that token, where there is no file.",
  },
  "http-tls-cert-file": {
    kind: "text",
    initial: "",
    word: "path",
    isSecret: false,
    check: () => undefined,
    when: "start",
    summary:
      "Certificate (PEM, with what leads to its authority) of the HTTP interface, which is HTTPS then; read again when it changes.",
  },
  "http-tls-key-file": {
    kind: "text",
    initial: "",
    word: "path",
    isSecret: false,
    check: () => undefined,
    when: "start",
    summary: "Private key that belongs to it (PEM, without a passphrase).",
  },
  "http-rate-limit": {
    kind: "number",
    initial: 1000,
    range: { min: 0, max: 1_000_000 },
    unit: "requests a second",
    when: "at once",
    summary: "As many HTTP requests a second are answered to one address; 0: any number.",
  },
  "http-exporter-names": {
    kind: "yes-no",
    initial: false,
    when: "at once",
    summary:
      "Whether /metrics has the names of redis_exporter for a sentinel too, for dashboards made for those.",
  },
  "agent-check-port": {
    kind: "number",
    initial: 0,
    range: { min: 0, max: 65_535 },
    unit: "port",
    when: "start",
    summary: "Port that answers HAProxy's agent-check; 0: off.",
  },
  "sentinel-pass-next": {
    kind: "text",
    initial: "",
    word: "password",
    isSecret: true,
    check: () => undefined,
    when: "at once",
    summary:
      "A second password of the other sentinels, tried where sentinel-pass (or requirepass) is refused: for the time in which a password is changed.",
  },
  "http-hold-milliseconds": {
    kind: "number",
    initial: 2000,
    range: { min: 0, max: 60_000 },
    unit: "milliseconds",
    when: "at once",
    summary:
      "How long a load balancer may act on an earlier answer (its interval between checks and its time-out for one): a new master is not confirmed sooner while another server of the group may still take writes.",
  },
  "observe-only": {
    kind: "yes-no",
    initial: false,
    when: "at once",
    summary:
      "Watches and says what it would do, but takes no part: no hello, no vote, no order to any server.",
  },
  "state-dir": {
    kind: "text",
    initial: "",
    word: "path",
    isSecret: false,
    check: () => undefined,
    when: "start",
    summary:
      "Folder of what must last and is not Redis' configuration (history, memory of instances, undelivered webhooks); the configuration's path with .state behind it unless set.",
  },
  webhook: {
    kind: "lines",
    initial: NO_LINES,
    syntax: WEBHOOK_SYNTAX,
    check: (words) => {
      const read = readEndpoint(words);
      return read.ok ? undefined : read.expected;
    },
    when: "at once",
    summary:
      "Tells a receiver on the web what happens, signed and until it answers; the same line belongs on every sentinel (docs/webhooks.md).",
  },
} as const satisfies Readonly<Record<string, ExtensionSetting>>;

export type MasterExtensions = {
  [Name in keyof typeof MASTER_EXTENSIONS]: ValueOf<(typeof MASTER_EXTENSIONS)[Name]>;
};
export type GlobalExtensions = {
  [Name in keyof typeof GLOBAL_EXTENSIONS]: ValueOf<(typeof GLOBAL_EXTENSIONS)[Name]>;
};

type Table = Readonly<Record<string, ExtensionSetting>>;

const MASTER_TABLE: ReadonlyMap<string, ExtensionSetting> = new Map(
  Object.entries(MASTER_EXTENSIONS satisfies Table),
);
const GLOBAL_TABLE: ReadonlyMap<string, ExtensionSetting> = new Map(
  Object.entries(GLOBAL_EXTENSIONS satisfies Table),
);

/** Rows by name, for what treats all settings alike. */
export const EXTENSION_TABLES = { master: MASTER_TABLE, global: GLOBAL_TABLE } as const;

/** What holds where nothing was set. A new object each time: settings change at run time. */
export function initialMasterExtensions(): MasterExtensions {
  return initialValues(MASTER_TABLE) as unknown as MasterExtensions;
}

export function initialGlobalExtensions(): GlobalExtensions {
  return initialValues(GLOBAL_TABLE) as unknown as GlobalExtensions;
}

function initialValues(table: ReadonlyMap<string, ExtensionSetting>): object {
  return Object.fromEntries([...table].map(([name, { initial }]) => [name, initial]));
}

/** @param name of a row of the table that the values belong to */
export function extensionValue(
  values: Readonly<MasterExtensions> | Readonly<GlobalExtensions>,
  name: string,
): ExtensionValue {
  return (values as unknown as Readonly<Record<string, ExtensionValue>>)[name] ?? NO_LINES;
}

export function setExtension(
  values: MasterExtensions | GlobalExtensions,
  name: string,
  value: ExtensionValue,
): void {
  (values as unknown as Record<string, ExtensionValue>)[name] = value;
}
