import { formatAddress } from "../../base/address.ts";
import type { RunId } from "../../base/ids.ts";
import { earliest, type Millis, NEVER, type UnixMillis, unixMillis } from "../../base/units.ts";
import type { ExtensionLines } from "../../wire/sentinel-conf/extension-kinds.ts";
import {
  COOLDOWN,
  isActive,
  isBelievable,
  joinOrders,
  type MaintenanceOrder,
  orderWords,
  parseOrder,
  PAUSE,
  sameOrder,
} from "../../wire/maintenance-order.ts";
import { setExtension } from "../../wire/sentinel-conf/extension-settings.ts";
import { aboutInstance, describeInstance, type EventName } from "../events.ts";
import type { Instance, Master, SentinelState } from "../state.ts";
import { publish, requestSave, touch, type Turn } from "../turn.ts";
import { momentOf, wallTime } from "../wall-clock.ts";
import type { WaitingAnswer } from "./waiting-answers.ts";

/** What operators have ordered about one master, and what of it was told. */
export interface Maintenance {
  /** By subject: the pause, the cooldown, an instance's downtime. */
  readonly orders: Map<string, MaintenanceOrder>;
  /** Those in force, as the last event of each told them. */
  readonly told: Map<string, MaintenanceOrder>;
  /** Commands that are answered once the peers have taken them in. */
  readonly waiting: Set<WaitingAnswer>;
  /** A failover that an operator ordered at a vedette: who may have our vote all the same. */
  ordered: { readonly candidate: RunId; readonly until: Millis } | undefined;
  /** Why no failover begins here by itself while the master is down; told once. */
  heldBack: string | undefined;
}

export function newMaintenance(lines: ExtensionLines): Maintenance {
  const orders = new Map<string, MaintenanceOrder>();
  for (const [subject, words] of lines) {
    const order = parseOrder(words);
    if (order !== undefined) orders.set(subject, order);
  }
  return { orders, told: new Map(), waiting: new Set(), ordered: undefined, heldBack: undefined };
}

function inForce(
  { state, now }: Pick<Turn, "state" | "now">,
  master: Master,
  subject: string,
): MaintenanceOrder | undefined {
  const { orders } = master.maintenance;
  if (orders.size === 0) return undefined;
  const order = orders.get(subject);
  return order !== undefined && isActive(order, wallTime(state, now)) ? order : undefined;
}

/** The pause in force; undefined where failovers may be started and voted for. */
export function pauseOf(turn: Pick<Turn, "state" | "now">, master: Master) {
  return inForce(turn, master, PAUSE);
}

export function isPaused(turn: Pick<Turn, "state" | "now">, master: Master): boolean {
  return pauseOf(turn, master) !== undefined;
}

/** The cooldown in force: an automatic failover that nobody has looked at yet. */
export function cooldownOf(turn: Pick<Turn, "state" | "now">, master: Master) {
  return inForce(turn, master, COOLDOWN);
}

/** What an instance's downtime is kept under. */
export function downtimeSubject({ place }: Pick<Instance, "place">): string {
  return formatAddress(place).toLowerCase();
}

export function downtimeOf(
  turn: Pick<Turn, "state" | "now">,
  instance: Instance,
): MaintenanceOrder | undefined {
  if (instance.kind === "master") return undefined;
  return inForce(turn, instance.master, downtimeSubject(instance));
}

/** The stamp of a new order, above all that are known. */
function nextStamp({ state, now }: Turn, master: Master, subject: string): number {
  const known = master.maintenance.orders.get(subject)?.stamp ?? 0;
  return Math.max(wallTime(state, now), known + 1);
}

/** Takes an order in, of our own operator or of a peer; it is durable before it is told on. */
export function takeOrder(
  turn: Turn,
  master: Master,
  heard: { readonly subject: string; readonly order: MaintenanceOrder },
): MaintenanceOrder {
  const { orders } = master.maintenance;
  const known = orders.get(heard.subject);
  const joined = joinOrders(known, heard.order);
  if (sameOrder(known, joined)) return joined;
  orders.set(heard.subject, joined);
  writeOrders(turn, master);
  for (const sentinel of master.sentinels.values()) touch(turn, sentinel);
  for (const replica of master.replicas.values()) touch(turn, replica);
  touch(turn, master);
  return joined;
}

function writeOrders(turn: Turn, master: Master): void {
  const lines = new Map(
    [...master.maintenance.orders].map(([subject, order]) => [subject, orderWords(order)]),
  );
  setExtension(master.settings.extensions, "maintenance", lines);
  requestSave(turn);
}

/** Says what has come into force or is over, and forgets what nobody can bring back any more. */
export function tendOrders(turn: Turn, master: Master): void {
  const { orders, told } = master.maintenance;
  if (orders.size === 0 && told.size === 0) return;
  const wall = wallTime(turn.state, turn.now);
  for (const [subject, order] of orders) {
    // One that reaches too far ahead is there since the clock was set back: every pause has an end.
    if (wall < order.keepUntil && isBelievable(order, wall)) continue;
    orders.delete(subject);
    writeOrders(turn, master);
  }
  for (const subject of new Set([...orders.keys(), ...told.keys()])) {
    tellChange(turn, master, subject, wall);
  }
}

const EVENTS: Readonly<Record<"pause" | "cooldown" | "downtime", readonly [EventName, EventName]>> =
  {
    pause: ["+vedette-pause", "-vedette-pause"],
    cooldown: ["+vedette-cooldown", "-vedette-cooldown"],
    downtime: ["+vedette-downtime", "-vedette-downtime"],
  };

function tellChange(turn: Turn, master: Master, subject: string, wall: UnixMillis): void {
  const { orders, told } = master.maintenance;
  const order = orders.get(subject);
  const before = told.get(subject);
  const kind = subject === PAUSE || subject === COOLDOWN ? subject : "downtime";
  const what =
    kind === "downtime" ? `${describeInstance(master)} ${subject}` : describeInstance(master);
  const [begins, ends] = EVENTS[kind];
  if (order !== undefined && isActive(order, wall)) {
    if (before?.stamp === order.stamp && before.by === order.by) return;
    told.set(subject, order);
    const until = Math.ceil(order.until / 1000);
    const payload = `${what} until ${until}${order.reason === "" ? "" : ` ${order.reason}`}`;
    const reason =
      `ordered at sentinel ${order.by} until ${until} (unix time) ${order.reason}`.trim();
    publish(turn, begins, payload, aboutInstance(master, { reason }));
  } else if (before !== undefined) {
    told.delete(subject);
    const isEnded = order === undefined || order.isOn;
    const reason = isEnded
      ? "its time is over"
      : `ended at sentinel ${order.by} ${order.reason}`.trim();
    publish(turn, ends, what, aboutInstance(master, { reason }));
    // Corrections that were left undone.
    for (const replica of master.replicas.values()) replica.reported.infoForced = true;
    for (const replica of master.replicas.values()) touch(turn, replica);
    touch(turn, master);
  }
}

/** When something comes to its end by itself, or to the end of its memory. */
export function ordersDueAt(state: SentinelState, master: Master): Millis {
  const { orders, told } = master.maintenance;
  let due = NEVER;
  for (const [subject, { until, keepUntil }] of orders) {
    due = earliest(due, momentOf(state, told.has(subject) ? until : keepUntil));
  }
  return due;
}

/** A new order of an operator. */
export function newOrder(
  turn: Turn,
  master: Master,
  given: {
    readonly subject: string;
    readonly isOn: boolean;
    readonly until: UnixMillis;
    readonly reason: string;
  },
): MaintenanceOrder {
  const { subject, isOn, until, reason } = given;
  const keepUntil = unixMillis(
    Math.max(until, master.maintenance.orders.get(subject)?.keepUntil ?? 0),
  );
  const stamp = nextStamp(turn, master, subject);
  return { isOn, until, keepUntil, stamp, by: turn.state.myId, reason };
}
