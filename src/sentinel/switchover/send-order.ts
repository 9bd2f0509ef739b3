import { type ServerOrder, wordsOfOrder } from "../../wire/server-order.ts";
import { isConnected } from "../links.ts";
import type { DataInstance } from "../state.ts";
import { sendNow, type Turn } from "../turn.ts";

/**
 * Orders a data server to do something, if it can be reached; answered by `order-reply`. The caller
 * sees to it that what the order rests on is on disk.
 */
export function sendOrder(turn: Turn, { link }: DataInstance, order: ServerOrder): boolean {
  if (!isConnected(link)) return false;
  link.pending += wordsOfOrder(order).length;
  sendNow(turn, link.id, { name: "order", order });
  return true;
}

/** INFO behind an order: what comes back was said after it. */
export function sendInfo(turn: Turn, instance: DataInstance): void {
  if (!isConnected(instance.link)) return;
  instance.reported.infoAskedAt ??= turn.now;
  instance.reported.infoForced = false;
  instance.link.pending++;
  sendNow(turn, instance.link.id, { name: "info" });
}
