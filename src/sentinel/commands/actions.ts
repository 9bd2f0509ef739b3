import { globMatch } from "../../base/glob.ts";
import { error, integer, OK, type Reply } from "../../resp/reply.ts";
import { parsePort } from "../../wire/host.ts";
import { parseInteger, parseIntegerUpTo } from "../../wire/integers.ts";
import { isMasterName } from "../../wire/sentinel-conf/durable-sentinel.ts";
import { LARGEST_INT } from "../../wire/sentinel-conf/statement-form.ts";
import { masterName } from "../../base/ids.ts";
import { after } from "../../base/units.ts";
import { takeWaiting } from "../confirmation.ts";
import { forgetAttempts, setFailover, startElection } from "../election.ts";
import { aboutInstance, describeInstance } from "../events.ts";
import { isFailoverInProgress } from "../failover.ts";
import { NO_FAILOVER, NO_RECONFIGURATION } from "../failover-phase.ts";
import { dropPeersAndReplicas } from "../hello-exchange.ts";
import { isSettledHost, isUsableHost } from "../host-names.ts";
import { createMaster, dropInstance } from "../instances.ts";
import { reopenLink } from "../links.ts";
import { defaultMasterSettings } from "../master-settings.ts";
import { stopProbing } from "../forgetting/lost-replicas.ts";
import { giveUpRemoval } from "../forgetting/removal.ts";
import { endWaiting } from "../maintenance/waiting-answers.ts";
import { observesOnly } from "../maintenance/why-held-back.ts";
import { endReceipt } from "../receipts/record.ts";
import { selectReplica } from "../replica-selection.ts";
import { warnOfSharedAddress } from "../shared-address.ts";
import type { Master } from "../state.ts";
import { answerAbandoned, beginCoordinated, refusalReply } from "../switchover/coordinated.ts";
import { abandonHandOver } from "../switchover/hand-over.ts";
import { parseFailoverOrder } from "../switchover/order.ts";
import { whyMasterUnwell } from "../switchover/pre-checks.ts";
import { beginPreparation } from "../switchover/preparation.ts";
import { HOLDS_NOTHING, type Switchover } from "../switchover/switchover.ts";
import { ALONE_AFTER_MS } from "../tunables.ts";
import { publish, requestSave, touch, type Turn } from "../turn.ts";
import { MEMORY_LOST, NO_SUCH_MASTER, OBSERVES_ONLY, SAVE_FAILED, wrongArity } from "./errors.ts";
import { findNamed } from "./queries.ts";
import { type ClientRequest, reply, replyOr } from "./request.ts";

/** SENTINEL subcommands that change what is monitored, or order something (spec §7.2). */

/** Starts a failover without asking whether the master is down (spec §6.4). */
export function failover(
  turn: Turn,
  request: ClientRequest,
  [name = "", ...words]: readonly string[],
): void {
  const { state, now } = turn;
  const order = parseFailoverOrder(words);
  if (order.kind === "unknown") return reply(turn, request, wrongArity("sentinel|failover"));
  if (order.kind === "mistake") return reply(turn, request, error(`ERR ${order.reason}`));
  const master = findNamed(state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  if (isFailoverInProgress(master) || master.reconfiguration.phase !== "none") {
    return reply(turn, request, error("INPROG Failover already in progress"));
  }
  if (observesOnly(state)) return reply(turn, request, OBSERVES_ONLY);
  const lastResort = order.kind === "force" && order.lastResort;
  const rules = { lastResort };
  if (order.kind !== "coordinated" && selectReplica(state, master, now, rules) === undefined) {
    return reply(turn, request, error("NOGOODSLAVE No suitable replica to promote"));
  }
  if (state.saves.retryAt !== undefined) return reply(turn, request, SAVE_FAILED);
  if (!state.memory.isWhole) return reply(turn, request, MEMORY_LOST);
  if (order.kind === "coordinated") {
    const { target, timeoutMs } = order;
    const refusal = beginCoordinated(turn, master, {
      target,
      timeoutMs,
      requestedBy: request.from,
      asker: request,
    });
    return refusal === undefined ? undefined : reply(turn, request, refusalReply(refusal));
  }
  startElection(turn, master, {
    forced: true,
    lastResort,
    cause: order.kind === "force" ? "forced" : "manual",
    requestedBy: request.from,
    ...withoutLoss(turn, master, order.kind),
  });
  replyOr(turn, request, OK, SAVE_FAILED);
}

/** A master that is well is switched from without loss, where that can be done (design §4). */
function withoutLoss(
  turn: Turn,
  master: Master,
  order: "usual" | "force",
): { readonly switchover?: Switchover } {
  if (order === "force" || whyMasterUnwell(turn.state, master) !== undefined) return {};
  const switchover = beginPreparation(turn, master, {
    order,
    target: undefined,
    timeoutMs: undefined,
    requestedBy: undefined,
    asker: undefined,
  });
  return { switchover };
}

/** Forgets replicas, peers and a running failover of every master whose name matches. */
export function reset(turn: Turn, request: ClientRequest, pattern: string): void {
  let matched = 0;
  for (const master of turn.state.masters.values()) {
    if (!globMatch(pattern, master.name)) continue;
    matched++;
    resetMaster(turn, master);
  }
  // The reference forgets to save; a restart would bring back what was reset (W-27).
  if (matched > 0) requestSave(turn);
  reply(turn, request, integer(matched));
}

function resetMaster(turn: Turn, master: Master): void {
  const { now } = turn;
  endSwitchover(turn, master);
  giveUpRemoval(turn, master);
  dropPeersAndReplicas(turn, master);
  setFailover(turn, master, NO_FAILOVER);
  endReceipt(turn, master, "SENTINEL RESET");
  forgetAttempts(turn, master);
  // It has just forgotten all others: to be the majority of one proves nothing until they had the time to speak.
  master.attempts.aloneFrom = after(now, ALONE_AFTER_MS);
  master.reconfiguration = NO_RECONFIGURATION;
  master.vote.leader = undefined;
  master.runId = undefined;
  master.sdown.down = false;
  master.odown.down = false;
  master.rebootedAt = undefined;
  master.reported.role = "master";
  master.reported.roleSince = now;
  reopenLink(turn, master.link);
  master.link.actPingAt = now;
  touch(turn, master.link);
  touch(turn, master);
  publish(turn, "+reset-master", describeInstance(master), aboutInstance(master));
}

/** SENTINEL MONITOR name ip port quorum: the first check that fails answers (spec §7.6). */
export function monitor(
  turn: Turn,
  request: ClientRequest,
  [name = "", host = "", portText = "", quorumText = ""]: readonly string[],
): void {
  const { state, now } = turn;
  const quorum = parseIntegerUpTo(LARGEST_INT, quorumText);
  const port = parseInteger(portText);
  // Redis blocks while it looks a name up; here the request waits alone.
  const isComplete = quorum !== undefined && quorum > 0 && port !== undefined;
  if (isComplete && !isSettledHost(turn, host, { kind: "request", request })) return;
  const refusal = refuseMonitor(turn, { name, host, port, quorum });
  if (refusal !== undefined) return reply(turn, request, refusal);
  const settings = defaultMasterSettings(state.tunables, quorum ?? 0);
  const given = { masterName: masterName(name), address: { host, port: port ?? 0 }, settings };
  const master = createMaster(state, given, now);
  // It may have been watched before: a vote that REMOVE made us forget is not given a second time.
  master.vote.leaderEpoch = state.currentEpoch;
  requestSave(turn);
  replyOr(turn, request, OK, SAVE_FAILED);
  const payload = `${describeInstance(master)} quorum ${settings.quorum}`;
  publish(turn, "+monitor", payload, aboutInstance(master));
  warnOfSharedAddress(turn, master);
  touch(turn, master.link);
  touch(turn, master);
}

/** What a planned switchover holds up is let go. */
function endSwitchover(turn: Turn, master: Master): void {
  answerAbandoned(turn, master);
  abandonHandOver(turn, master);
  master.lettingGo = HOLDS_NOTHING;
}

function refuseMonitor(
  turn: Turn,
  given: {
    readonly name: string;
    readonly host: string;
    readonly port: number | undefined;
    readonly quorum: number | undefined;
  },
): Reply | undefined {
  if (given.quorum === undefined) return error("ERR Invalid quorum");
  if (given.port === undefined) return error("ERR Invalid port");
  if (given.quorum <= 0) return error("ERR Quorum must be 1 or greater.");
  if (!isUsableHost(turn.state, given.host))
    return error("ERR Invalid IP address or hostname specified");
  if (parsePort(String(given.port)) === undefined) return error("ERR Invalid port number.");
  if (findNamed(turn.state, given.name) !== undefined) {
    return error("ERR Duplicate master name.");
  }
  // A name with other characters could not be read back, or would smuggle in a directive (W-08).
  if (!isMasterName(given.name)) {
    return error(
      "ERR Invalid master name. Use printable characters without blanks, quotes, commas and backslashes",
    );
  }
  return undefined;
}

export function remove(turn: Turn, request: ClientRequest, name: string): void {
  const { state } = turn;
  const master = findNamed(state, name);
  if (master === undefined) return reply(turn, request, NO_SUCH_MASTER);
  requestSave(turn);
  publish(turn, "-monitor", describeInstance(master), aboutInstance(master));
  for (const waiting of takeWaiting(master)) reply(turn, waiting, NO_SUCH_MASTER);
  endWaiting(turn, master);
  endSwitchover(turn, master);
  giveUpRemoval(turn, master);
  stopProbing(turn, master);
  dropPeersAndReplicas(turn, master);
  setFailover(turn, master, NO_FAILOVER);
  endReceipt(turn, master, "SENTINEL REMOVE");
  turn.touched.delete(master);
  dropInstance(turn, master);
  state.masters.delete(master.masterName);
  state.mastersByPlace.remove(master);
  replyOr(turn, request, OK, SAVE_FAILED);
}

export function flushConfig(turn: Turn, request: ClientRequest): void {
  requestSave(turn);
  replyOr(turn, request, OK, SAVE_FAILED);
}
