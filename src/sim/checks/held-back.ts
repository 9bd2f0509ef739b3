import type { Effect } from "../../sentinel/effect.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Master } from "../../sentinel/state.ts";
import { wallTime } from "../../sentinel/wall-clock.ts";
import { COOLDOWN, PAUSE } from "../../wire/maintenance-order.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

const INVARIANT = "no failover while it is held back";

/** By what the sentinel takes for the time; not to the millisecond. */
const CLOCK_MS = 20;

/**
 * While sentinel s has a pause or a cooldown of master m in force (told by an event, and its end not near):
 *   s starts no election of m that no operator ordered, and gives no vote to who was not ordered either;
 *   s orders no replica of m about, but for a failover that had begun, or was ordered.
 * So, while all of them are paused, nobody is elected at all.
 */
export class HeldBack implements Watcher {
  decided(sentinel: SentinelNode, { name, about }: SentinelEvent): void {
    if (name !== "+try-failover" && name !== "+convert-to-slave" && name !== "+fix-slave-config") {
      return;
    }
    const master = masterNamed(sentinel, about.master);
    if (master === undefined || isOrdered(master)) return;
    const isCorrection = name !== "+try-failover";
    const order = orderInForce(sentinel, master, isCorrection ? [PAUSE] : [PAUSE, COOLDOWN]);
    mustHold(
      order === undefined,
      INVARIANT,
      () => `${sentinel.name} ${name} during a ${order ?? ""}`,
    );
  }

  stepped(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void {
    if (input.kind !== "client-request" || input.args[1] !== "is-master-down-by-addr") return;
    const [, , host, port, , candidate = "*"] = input.args;
    if (candidate === "*") return;
    for (const master of sentinel.state.masters.values()) {
      if (master.address.host !== host || String(master.address.port) !== port) continue;
      if (master.maintenance.ordered?.candidate === candidate) continue;
      const order = orderInForce(sentinel, master, [PAUSE, COOLDOWN]);
      if (order === undefined) continue;
      const isGiven = effects.some((effect) => namesLeader(effect));
      mustHold(
        !isGiven,
        INVARIANT,
        () => `${sentinel.name} votes for ${candidate} during a ${order}`,
      );
    }
  }
}

/** By SENTINEL FAILOVER, plain or COORDINATED: people may do what the sentinels may not. */
function isOrdered({ failover }: Master): boolean {
  return (
    ("forced" in failover && failover.forced) ||
    ("switchover" in failover && failover.switchover !== undefined)
  );
}

function masterNamed(sentinel: SentinelNode, name: string | undefined): Master | undefined {
  return [...sentinel.state.masters.values()].find((each) => each.name === name);
}

function orderInForce(
  sentinel: SentinelNode,
  { maintenance }: Master,
  subjects: readonly string[],
): string | undefined {
  return subjects.find((subject) => {
    const order = maintenance.orders.get(subject);
    if (order === undefined || !order.isOn || !maintenance.told.has(subject)) return false;
    return wallTime(sentinel.state, sentinel.clock) + CLOCK_MS < order.until;
  });
}

function namesLeader(effect: Effect): boolean {
  if (effect.kind !== "reply" || effect.reply.kind !== "value") return false;
  const { reply } = effect.reply;
  if (reply.kind !== "array") return false;
  const [, leader] = reply.items;
  return leader?.kind === "bulk" && leader.bytes !== "*";
}
