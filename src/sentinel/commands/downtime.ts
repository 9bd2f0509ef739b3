import { OK, error } from "../../resp/reply.ts";
import { parsePort } from "../../wire/host.ts";
import { acknowledgeCooldown } from "../maintenance/cooldown.ts";
import { downtimeOf, downtimeSubject, newOrder, takeOrder } from "../maintenance/maintenance.ts";
import type { Instance, Master } from "../state.ts";
import type { Turn } from "../turn.ts";
import { wallTime } from "../wall-clock.ts";
import { isAt } from "../whereabouts.ts";
import { ORDERS_MAX } from "../../wire/maintenance-order.ts";
import { NO_SUCH_MASTER, SAVE_FAILED } from "./errors.ts";
import { isPeriod, readPeriod } from "./maintenance-options.ts";
import { awaitPeers } from "./pause.ts";
import { findNamed } from "./queries.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

/**
 * SENTINEL DOWNTIME master host port [SECONDS n | UNTIL unix-time | OFF] [REASON text …]: until then nobody is alarmed
 * about this replica or sentinel, and the replica is not promoted.
 */
export function downtime(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", host = "", portText = "", ...options] = words;
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  const port = parsePort(portText);
  if (port === undefined) return reply(turn, request, error("ERR Invalid port"));
  const instance = instanceAt(turn, master, { host, port });
  if (instance === undefined) {
    const what = "no replica or sentinel of this master is known at that address";
    return reply(turn, request, error(`ERR ${what}; see SENTINEL REPLICAS and SENTINEL SENTINELS`));
  }
  if (instance.kind === "master") {
    const text = `ERR That is the master: SENTINEL PAUSE ${name} keeps it from being failed over`;
    return reply(turn, request, error(text));
  }
  const isOff = options[0]?.toLowerCase() === "off";
  const running = downtimeOf(turn, instance);
  if (isOff && running === undefined) {
    return reply(turn, request, error("ERR It is not in downtime"));
  }
  const period = readPeriod(isOff ? options.slice(1) : options, wallTime(turn.state, turn.now));
  if (!isPeriod(period)) return reply(turn, request, period);
  const subject = downtimeSubject(instance);
  const { orders } = master.maintenance;
  if (!orders.has(subject) && orders.size >= ORDERS_MAX) {
    return reply(
      turn,
      request,
      error(`ERR ${ORDERS_MAX} downtimes are the most that a master has`),
    );
  }
  const until = isOff ? (running?.until ?? period.until) : period.until;
  const given = { subject, isOn: !isOff, until, reason: period.reason };
  takeOrder(turn, master, { subject, order: newOrder(turn, master, given) });
  awaitPeers(turn, master, request, () => OK);
}

function instanceAt(
  { state }: Turn,
  master: Master,
  address: { readonly host: string; readonly port: number },
): Instance | undefined {
  const { replicas, sentinels } = master;
  return [master, ...replicas.values(), ...sentinels.values()].find((each) =>
    isAt(state, each, address),
  );
}

/** SENTINEL ACKNOWLEDGE master [text …]: somebody has looked at the last failover; another may follow. */
export function acknowledge(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", ...text] = words;
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  const period = readPeriod(
    text.length === 0 ? [] : ["REASON", ...text],
    wallTime(turn.state, turn.now),
  );
  if (!isPeriod(period)) return reply(turn, request, period);
  if (!acknowledgeCooldown(turn, master, period.reason)) {
    return reply(turn, request, error("ERR There is no failover to acknowledge: no cooldown runs"));
  }
  replyOr(turn, request, OK, SAVE_FAILED);
}
