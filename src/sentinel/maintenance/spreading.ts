import { type LinkId, masterName } from "../../base/ids.ts";
import {
  isBelievable,
  isSubject,
  ORDERS_MAX,
  type MaintenanceOrder,
  orderWords,
  parseOrder,
} from "../../wire/maintenance-order.ts";
import type { Master, Sentinel } from "../state.ts";
import { touch, type Turn } from "../turn.ts";
import { tellVedette, understands } from "../vedette-peers.ts";
import type { VedetteTopic } from "../vedette-topic.ts";
import { wallTime } from "../wall-clock.ts";
import { takeOrder } from "./maintenance.ts";
import { noteAgreement } from "./waiting-answers.ts";

/**
 * How vedettes come to have the same orders: each tells each of its peers every order that the peer is not known to
 * have, over every new connection again, and learns from the answers.
 */

const TOPIC = "maintenance";

/** What a peer is known to have, over the present connection. */
export interface Spreading {
  link: LinkId | undefined;
  /** Words of the order that it has, by subject. */
  readonly has: Map<string, string>;
  /** One order is under way at a time. */
  isAsking: boolean;
}

export function newSpreading(): Spreading {
  return { link: undefined, has: new Map(), isAsking: false };
}

/** Tells the peer the first order that it lacks. */
export function spreadOrders(turn: Turn, peer: Sentinel): void {
  const { maintenance, masterName: name } = peer.master;
  if (maintenance.orders.size === 0 || !understands(peer, TOPIC)) return;
  const { spreading } = peer;
  if (spreading.link !== peer.link.id) {
    peer.spreading = { link: peer.link.id, has: new Map(), isAsking: false };
  }
  if (peer.spreading.isAsking) return;
  for (const [subject, order] of maintenance.orders) {
    if (peer.spreading.has.get(subject) === textOf(order)) continue;
    peer.spreading.isAsking = true;
    tellVedette(turn, peer, { topic: TOPIC, words: [name, subject, ...orderWords(order)] });
    return;
  }
}

/** Does the peer have every order that we have? */
export function hasAllOrders(peer: Sentinel): boolean {
  const { spreading, link, master } = peer;
  if (spreading.link !== link.id) return false;
  return [...master.maintenance.orders].every(
    ([subject, order]) => spreading.has.get(subject) === textOf(order),
  );
}

function textOf(order: MaintenanceOrder): string {
  return orderWords(order).join("\n");
}

/** `<master> <subject> <order>`: answered by the order that the peer has now. */
export const MAINTENANCE_TOPIC: VedetteTopic = {
  answer(turn, [name = "", subject = "", ...words]) {
    const order = parseOrder(words);
    if (order === undefined || !isSubject(subject)) return undefined;
    const master = turn.state.masters.get(masterName(name));
    if (master === undefined || !isWelcome(turn, master, { subject, order })) return [];
    return orderWords(takeOrder(turn, master, { subject, order }));
  },
  take(turn, peer, { words: [name = "", subject = ""], answer }) {
    if (name !== peer.master.masterName) return;
    peer.spreading.isAsking = false;
    const theirs = answer === undefined ? undefined : parseOrder(answer);
    const { master } = peer;
    if (theirs === undefined || !isWelcome(turn, master, { subject, order: theirs })) {
      // It does not watch the master, or one of the two clocks is wrong: not before the next connection again.
      const ours = master.maintenance.orders.get(subject);
      if (ours !== undefined) peer.spreading.has.set(subject, textOf(ours));
      noteAgreement(master, peer.runId, { hasAgreed: false });
    } else {
      peer.spreading.has.set(subject, textOf(theirs));
      takeOrder(turn, master, { subject, order: theirs });
      if (hasAllOrders(peer)) noteAgreement(master, peer.runId, { hasAgreed: true });
    }
    touch(turn, peer);
    touch(turn, master);
  },
};

/** So that no stranger can fill the file. */
function isWelcome(
  { state, now }: Turn,
  { maintenance: { orders } }: Master,
  { subject, order }: { readonly subject: string; readonly order: MaintenanceOrder },
): boolean {
  if (!isBelievable(order, wallTime(state, now))) return false;
  return orders.has(subject) || orders.size < ORDERS_MAX;
}
