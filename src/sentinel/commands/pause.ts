import { after } from "../../base/units.ts";
import { bulk, error, integer, map, type Reply } from "../../resp/reply.ts";
import { PAUSE } from "../../wire/maintenance-order.ts";
import { majority, voters } from "../election.ts";
import { isFailoverInProgress } from "../failover.ts";
import { newOrder, pauseOf, takeOrder } from "../maintenance/maintenance.ts";
import { hasAllOrders } from "../maintenance/spreading.ts";
import { AGREEMENT_MS, type WaitingAnswer } from "../maintenance/waiting-answers.ts";
import type { Master, Sentinel } from "../state.ts";
import { requestSave, touch, type Turn, willBeDurable } from "../turn.ts";
import { understands } from "../vedette-peers.ts";
import { wallTime } from "../wall-clock.ts";
import { auditLate } from "./audit.ts";
import { NO_SUCH_MASTER, SAVE_FAILED } from "./errors.ts";
import { isPeriod, readPeriod } from "./maintenance-options.ts";
import { findNamed } from "./queries.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

/** SENTINEL PAUSE master [SECONDS n | UNTIL unix-time] [REASON text …]: no automatic failover until then. */
export function pause(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", ...options] = words;
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  const period = readPeriod(options, wallTime(turn.state, turn.now));
  if (!isPeriod(period)) return reply(turn, request, period);
  const order = newOrder(turn, master, { subject: PAUSE, isOn: true, ...period });
  takeOrder(turn, master, { subject: PAUSE, order });
  awaitPeers(turn, master, request, (later, waiting) => describePause(later, master, waiting));
}

/** SENTINEL RESUME master: failovers are made again. */
export function resume(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", ...options] = words;
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  const running = pauseOf(turn, master);
  if (running === undefined) return reply(turn, request, error("ERR This master is not paused"));
  const period = readPeriod(options, wallTime(turn.state, turn.now));
  if (!isPeriod(period)) return reply(turn, request, period);
  const given = { subject: PAUSE, isOn: false, until: running.until, reason: period.reason };
  takeOrder(turn, master, { subject: PAUSE, order: newOrder(turn, master, given) });
  awaitPeers(turn, master, request, (later, waiting) => describePause(later, master, waiting));
}

/** Answers once every vedette that can be reached has the order on disk, or soon in any case. */
export function awaitPeers(
  turn: Turn,
  master: Master,
  request: ClientRequest,
  describe: (later: Turn, waiting: WaitingAnswer) => Reply,
): void {
  const awaited = [...master.sentinels.values()].filter((peer) => understands(peer, "maintenance"));
  const agreed = awaited.filter((peer) => hasAllOrders(peer));
  master.maintenance.waiting.add({
    request,
    until: after(turn.now, AGREEMENT_MS),
    awaited: new Set(awaited.filter((peer) => !agreed.includes(peer)).map(({ runId }) => runId)),
    agreed: new Set(agreed.map(({ runId }) => runId)),
    save: requestSave(turn),
    answer: (later, waiting) => {
      if (!willBeDurable(later, waiting.save)) reply(later, waiting.request, SAVE_FAILED);
      else replyOr(later, waiting.request, describe(later, waiting), SAVE_FAILED);
      auditLate(later, waiting.request);
    },
  });
  touch(turn, master);
}

/** What a pause means in this group: who takes part, and whether the others could fail over alone. */
function describePause(turn: Turn, master: Master, { agreed }: WaitingAnswer): Reply {
  const running = pauseOf(turn, master);
  const others = [...master.sentinels.values()].filter(({ runId }) => !agreed.has(runId));
  const real = others.filter(({ link }) => link.peer.kind === "other");
  const silent = others.filter((peer) => !real.includes(peer));
  const needed = Math.max(majority(master), master.settings.quorum);
  const couldAlone = others.length >= needed;
  const until = running === undefined ? 0 : Math.ceil(running.until / 1000);
  return map([
    ["master", bulk(master.name)],
    ["paused-until", integer(until)],
    ["sentinels", integer(voters(master))],
    ["agreed", integer(1 + agreed.size)],
    ["not-vedettes", integer(real.length)],
    ["not-reached", integer(silent.length)],
    ["others-could-fail-over", bulk(couldAlone ? "yes" : "no")],
    [
      "note",
      bulk(noteOn(master, { isPaused: running !== undefined, real, silent, couldAlone, needed })),
    ],
  ]);
}

function noteOn(
  master: Master,
  given: {
    readonly isPaused: boolean;
    readonly real: readonly Sentinel[];
    readonly silent: readonly Sentinel[];
    readonly couldAlone: boolean;
    readonly needed: number;
  },
): string {
  const { isPaused, real, silent, couldAlone, needed } = given;
  const notes: string[] = [];
  if (real.length > 0) {
    notes.push(`${real.length} of the other sentinels are no vedettes and know no pause`);
  }
  if (silent.length > 0) {
    notes.push(`${silent.length} have not answered and are told when they are back`);
  }
  if (isPaused) {
    notes.push(
      couldAlone
        ? `they are ${real.length + silent.length}, ${needed} are enough: they could fail over alone`
        : "no automatic failover can be agreed on",
    );
    if (isFailoverInProgress(master) || master.reconfiguration.phase !== "none") {
      notes.push("the failover that has begun is brought to its end");
    }
  }
  return notes.length === 0 ? "failovers are made again" : notes.join("; ");
}
