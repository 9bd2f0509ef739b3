import { parseRunId } from "../../base/ids.ts";
import { error, OK, type Reply } from "../../resp/reply.ts";
import { parsePort } from "../../wire/host.ts";
import { voters } from "../election.ts";
import { whyNotForget } from "../forgetting/promise.ts";
import { beginRemoval, PROMISE_TOPIC_NAME } from "../forgetting/removal.ts";
import { forgetReplica, whyKept } from "../forgetting/lost-replicas.ts";
import { REPLICA_TOPIC_NAME } from "../forgetting/replica-topic.ts";
import { findReplica } from "../instances.ts";
import type { Master, Sentinel } from "../state.ts";
import type { Turn } from "../turn.ts";
import { tellVedette, understands, vedettePeers } from "../vedette-peers.ts";
import { NO_SUCH_MASTER, SAVE_FAILED } from "./errors.ts";
import { findNamed } from "./queries.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

/**
 * SENTINEL FORGET master host port: a replica that is gone for good, here and at all vedettes.
 * SENTINEL FORGET master SENTINEL runid: a sentinel, by agreement.
 */
export function forget(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const [name = "", host = "", last = ""] = words;
  const master = findNamed(turn.state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  if (host.toLowerCase() === "sentinel") return forgetSentinel(turn, request, master, last);
  const port = parsePort(last);
  const replica = port === undefined ? undefined : findReplica(turn.state, master, { host, port });
  if (replica === undefined) {
    const text = "ERR No such replica of this master. For a sentinel: SENTINEL FORGET";
    return reply(turn, request, error(`${text} ${name} SENTINEL <runid>`));
  }
  const kept = whyKept(turn, replica);
  if (kept !== undefined) return reply(turn, request, error(`ERR Not forgotten: ${kept}`));
  const { place } = replica;
  forgetReplica(turn, replica, "ordered by SENTINEL FORGET");
  const said = [master.masterName, place.host, String(place.port)];
  for (const peer of vedettePeers(master, REPLICA_TOPIC_NAME)) {
    tellVedette(turn, peer, { topic: REPLICA_TOPIC_NAME, words: said });
  }
  replyOr(turn, request, OK, SAVE_FAILED);
}

function forgetSentinel(turn: Turn, request: ClientRequest, master: Master, text: string): void {
  const runId = parseRunId(text.toLowerCase());
  if (runId === undefined)
    return reply(turn, request, error("ERR A run id of 40 hex digits is expected"));
  if (runId === turn.state.myId) {
    return reply(turn, request, error("ERR That is this sentinel: stop it, and ask another one"));
  }
  const leaving = master.sentinels.get(runId);
  if (leaving === undefined) {
    return reply(turn, request, error("ERR No such sentinel; see SENTINEL SENTINELS"));
  }
  const refusal = refuseRemoval(turn, leaving);
  if (refusal !== undefined) return reply(turn, request, refusal);
  const asked = [...master.sentinels.values()].filter((peer) => isAsked(peer, leaving));
  beginRemoval(turn, request, { leaving, asked });
}

/** Whoever is not down is asked; who is down cannot be. */
function isAsked(peer: Sentinel, leaving: Sentinel): boolean {
  return peer !== leaving && !peer.sdown.down;
}

function refuseRemoval(turn: Turn, leaving: Sentinel): Reply | undefined {
  const { master } = leaving;
  const { forgetting } = master;
  if (forgetting.removal !== undefined) {
    return error("INPROG Another sentinel is being forgotten: one at a time");
  }
  if (forgetting.promise !== undefined && turn.now < forgetting.promise.until) {
    return error("INPROG Another sentinel is being forgotten by others: one at a time");
  }
  const others = [...master.sentinels.values()].filter((peer) => peer !== leaving);
  const real = others.filter(({ link }) => link.peer.kind === "other");
  if (real.length > 0) return error(adviceFor(master, real.length));
  const strange = others.find(
    (peer) => isAsked(peer, leaving) && !understands(peer, PROMISE_TOPIC_NAME),
  );
  if (strange !== undefined) {
    const who = `${strange.runId} is not connected, or an older vedette`;
    return error(`ERR ${who}: every sentinel that lives must be asked`);
  }
  const reason = whyNotForget(turn, leaving);
  return reason === undefined ? undefined : error(`ERR Not forgotten: ${reason}`);
}

/** A real sentinel never forgets, and cannot be asked to: only all of them can be reset, one by one. */
function adviceFor(master: Master, real: number): string {
  const steps =
    `stop the sentinel that is to go, then on one sentinel after the other SENTINEL RESET ${master.name}, ` +
    `each time waiting until SENTINEL MASTER ${master.name} shows num-other-sentinels ${voters(master) - 2} again on all of them`;
  return `ADVICE ${real} of the other sentinels are no vedettes and never forget one by themselves: ${steps}`;
}
