import { parseRunId, type RunId } from "../../base/ids.ts";
import { after, epoch } from "../../base/units.ts";
import { array, bulk, integer, type Reply } from "../../resp/reply.ts";
import { isBelievable, isEpoch } from "../../wire/epochs.ts";
import { parseInteger } from "../../wire/integers.ts";
import { complain } from "../complaints.ts";
import { voteFor } from "../election.ts";
import { isSettledHost } from "../host-names.ts";
import { findMaster } from "../instances.ts";
import { isConnected, sendPing } from "../links.ts";
import { mayVoteFor } from "../forgetting/spreading.ts";
import { isPaused } from "../maintenance/maintenance.ts";
import { isOrdered } from "../maintenance/ordered-elections.ts";
import { observesOnly, whyHeldBack } from "../maintenance/why-held-back.ts";
import { askBack } from "../opinions.ts";
import type { Master, SentinelState } from "../state.ts";
import { FRESH_MASTER_MS } from "../tunables.ts";
import { type Turn, willBeDurable } from "../turn.ts";
import { NOT_AN_INTEGER } from "./errors.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

const LARGEST_PORT = 65535;
const NOTHING = answer({ down: false, leader: undefined, leaderEpoch: 0 });

/** A peer that asks about a master at most this soon after our own ping prompts no other. */
const PROMPTED_PING_GAP_MS = 50;

function answer(opinion: {
  readonly down: boolean;
  readonly leader: RunId | undefined;
  readonly leaderEpoch: number;
}): Reply {
  const leader = bulk(opinion.leader ?? "*");
  return array([integer(opinion.down ? 1 : 0), leader, integer(opinion.leaderEpoch)]);
}

/**
 * SENTINEL IS-MASTER-DOWN-BY-ADDR ip port epoch runid: this sentinel's opinion and, for a
 * candidate, its vote. Source: sentinel spec §5.4.
 */
export function isMasterDownByAddress(
  turn: Turn,
  request: ClientRequest,
  [host = "", portText = "", epochText = "", candidateText = ""]: readonly string[],
): void {
  const port = parseInteger(portText);
  const askedEpoch = parseInteger(epochText);
  if (port === undefined || askedEpoch === undefined) {
    reply(turn, request, NOT_AN_INTEGER);
    return;
  }
  const isPort = port >= 0 && port <= LARGEST_PORT;
  const master = isPort ? findMaster(turn.state, { host, port }) : undefined;
  if (master === undefined) {
    if (isAtPort(turn.state, port) && !isSettledHost(turn, host, { kind: "request", request })) {
      return;
    }
    reply(turn, request, NOTHING);
    return;
  }
  lookAgain(turn, master);
  const isSilent = isPaused(turn, master) || observesOnly(turn.state);
  const down = master.sdown.down && turn.state.tilt.mode === "off" && !isSilent;
  const candidate = parseRunId(candidateText);
  // An absurd epoch would end all elections for good (W-07); it gets an opinion and no vote.
  // Who does not know its own votes gives none (memory.ts).
  if (candidate === undefined || !isBelievedEpoch(turn, askedEpoch) || !turn.state.memory.isWhole) {
    reply(turn, request, answer({ down, leader: undefined, leaderEpoch: 0 }));
    return;
  }
  const isForbidden = isHeldBackFrom(turn, master, candidate) || !mayVoteFor(master, candidate);
  // A vedette says so beforehand when an operator wants it: then nobody has mistaken the master for dead.
  const isMistaken = isFreshAndWell(turn, master) && !isOrdered(turn, master, candidate);
  if (isForbidden || isMistaken) {
    reply(turn, request, answer({ down, leader: undefined, leaderEpoch: 0 }));
    return;
  }
  voteFor(turn, master, { epoch: epoch(askedEpoch), candidate });
  const { leader, leaderEpoch } = master.vote;
  const withoutVote = answer({ down, leader: undefined, leaderEpoch: 0 });
  if (willBeDurable(turn, master.vote.save)) {
    replyOr(turn, request, answer({ down, leader, leaderEpoch }), withoutVote);
  } else {
    reply(turn, request, withoutVote);
  }
}

/** During a pause or a cooldown only a candidate whom an operator sent has our vote. */
function isHeldBackFrom(turn: Turn, master: Master, candidate: RunId): boolean {
  if (observesOnly(turn.state)) return true;
  return whyHeldBack(turn, master) !== undefined && !isOrdered(turn, master, candidate);
}

function isBelievedEpoch(turn: Turn, asked: number): boolean {
  const current = turn.state.currentEpoch;
  if (isEpoch(asked) && isBelievable(epoch(asked), { current })) return true;
  complain(turn, "epoch", `No vote for the absurd epoch ${asked}; the current one is ${current}`);
  return false;
}

/** Only what could be one of our masters is worth a question to the resolver. */
function isAtPort({ masters }: SentinelState, port: number): boolean {
  return [...masters.values()].some(({ place }) => place.port === port);
}

/**
 * A reference sentinel reconnects up to a second after a switch and counts that second as silence,
 * with opinions about the old master still on its books: alone it would depose the new one. While
 * this sentinel hears that master it gives no vote; it gives one again as soon as it does not, and
 * in any case when the master is no longer fresh, because slower detectors need votes (W-03, W-04).
 */
function isFreshAndWell({ state, now }: Turn, master: Master): boolean {
  const { link } = master;
  const { pingPeriodMs } = state.tunables;
  return (
    now < after(master.switchedAt, FRESH_MASTER_MS) &&
    !master.sdown.down &&
    isConnected(link) &&
    now < after(link.lastOkAt, pingPeriodMs + PROMPTED_PING_GAP_MS) &&
    now < after(link.actPingAt ?? now, pingPeriodMs / 2)
  );
}

/**
 * The question tells that a peer worries: look at the master at once and, when it is down here too,
 * ask back. It is never counted as an opinion, because any client can send it (design §4).
 */
function lookAgain(turn: Turn, master: Master): void {
  const { link } = master;
  if (master.sdown.down) askBack(turn, master);
  else if (isConnected(link) && turn.now - link.lastPingSentAt >= PROMPTED_PING_GAP_MS) {
    sendPing(turn, link);
  }
}
