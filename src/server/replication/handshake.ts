import { unreachable } from "../../base/assert.ts";
import type { LinkId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import {
  formatPsync,
  parsePsyncReply,
  type PsyncReply,
  type ReplicationId,
} from "../../wire/psync.ts";
import { ERRORS } from "../errors.ts";
import { log } from "../log.ts";
import { emit, type ServerState } from "../state.ts";
import { abortFailover, finishFailover } from "./failover.ts";
import { continueHistoryAs, openBacklog } from "./identity.ts";
import { failLink, send } from "./link-control.ts";
import { LinkLines } from "./link-lines.ts";
import type { HandshakeRequest, HandshakeStep, LinkPhase, PayloadHistory } from "./link-phase.ts";
import { newLoadPace } from "./load-pace.ts";
import { disconnectPeers } from "./peers.ts";
import { applyStream, followStream } from "./master-stream.ts";
import { PayloadReceiver } from "./payload-receiver.ts";
import { type ReplicaRole, replicationOffset } from "./state.ts";
import { receivePayload } from "./transfer.ts";

type Handshake = LinkPhase & { readonly at: "handshake" };

export function onLinkOpened(state: ServerState, role: ReplicaRole): void {
  if (role.link.at !== "connecting") return;
  log(state, "notice", "Non blocking connect for SYNC fired the event.");
  enterHandshake(state, role, role.link.link, { lines: new LinkLines(), began: state.now });
  send(state, role, ["PING"]);
}

function enterHandshake(
  state: ServerState,
  role: ReplicaRole,
  link: LinkId,
  { lines, began }: { readonly lines: LinkLines; readonly began: Millis },
): void {
  role.link = { at: "handshake", link, lines, began, since: state.now, step: { await: "pong" } };
}

/** Reads the lines that have come; the link may be in another phase afterwards. */
export function readLines(state: ServerState, role: ReplicaRole): void {
  for (;;) {
    const phase = role.link;
    if (phase.at !== "handshake") return;
    const line = phase.lines.next();
    if (line === undefined) {
      if (phase.lines.isTooLong) failLink(state, role, "the master's line has no end");
      return;
    }
    onLine(state, role, phase, line);
  }
}

function onLine(state: ServerState, role: ReplicaRole, phase: Handshake, line: string): void {
  const { step } = phase;
  switch (step.await) {
    case "pong":
      onPong(state, role, phase, line);
      return;
    case "replies":
      onHandshakeReply(state, role, phase, { left: step.left, line });
      return;
    case "psync":
      onPsyncReply(state, role, phase, line);
      return;
    default:
      unreachable(step);
  }
}

const ACCEPTABLE_PONGS = ["+", "-NOAUTH", "-NOPERM", "-ERR operation not permitted"];

function onPong(state: ServerState, role: ReplicaRole, phase: Handshake, line: string): void {
  if (!ACCEPTABLE_PONGS.some((beginning) => line.startsWith(beginning))) {
    failLink(state, role, `Error reply to PING from master: '${line}'`);
    return;
  }
  log(state, "notice", "Master replied to PING, replication can continue...");
  const requests = handshakeRequests(state);
  for (const words of requests.values()) send(state, role, words);
  advance(state, role, phase, { await: "replies", left: [...requests.keys()] });
}

/** Sent back to back; their replies are all read before PSYNC is sent (server spec §2.3). */
function handshakeRequests(state: ServerState): Map<HandshakeRequest, readonly string[]> {
  const { settings } = state;
  const requests = new Map<HandshakeRequest, readonly string[]>();
  if (settings.masterAuth !== "") {
    const user = settings.masterUser === "" ? [] : [settings.masterUser];
    requests.set("auth", ["AUTH", ...user, settings.masterAuth]);
  }
  const port = settings.replicaAnnouncePort || settings.announcedPort;
  requests.set("port", ["REPLCONF", "listening-port", String(port)]);
  if (settings.replicaAnnounceIp !== "") {
    requests.set("ip", ["REPLCONF", "ip-address", settings.replicaAnnounceIp]);
  }
  requests.set("capa", ["REPLCONF", "capa", "eof", "capa", "psync2"]);
  return requests;
}

function onHandshakeReply(
  state: ServerState,
  role: ReplicaRole,
  phase: Handshake,
  { left, line }: { readonly left: readonly HandshakeRequest[]; readonly line: string },
): void {
  const [request, ...others] = left;
  if (line.startsWith("-")) {
    if (request === "auth") {
      failLink(state, role, `Unable to AUTH to MASTER: ${line}`);
      return;
    }
    log(state, "notice", `(Non critical) Master does not understand REPLCONF ${request}: ${line}`);
  }
  if (others.length > 0) {
    advance(state, role, phase, { await: "replies", left: others });
    return;
  }
  const resume = role.resume === undefined ? undefined : resumePoint(state);
  if (resume === undefined) {
    log(state, "notice", "Partial resynchronization not possible (no cached master)");
  } else {
    log(
      state,
      "notice",
      `Trying a partial resynchronization (request ${resume.replid}:${resume.offset}).`,
    );
  }
  send(state, role, [...formatPsync(resume), ...failoverWord(state)]);
  advance(state, role, phase, { await: "psync" });
}

/** Our FAILOVER's target takes over when it gets this, and answers as our master. */
function failoverWord(state: ServerState): readonly string[] {
  const { failover } = state.replication;
  if (failover?.phase !== "failover-in-progress") return [];
  failover.requests++;
  return ["FAILOVER"];
}

function resumePoint(state: ServerState): { replid: ReplicationId; offset: number } {
  const { replication } = state;
  return { replid: replication.replid, offset: replicationOffset(replication) + 1 };
}

function advance(
  state: ServerState,
  role: ReplicaRole,
  phase: Handshake,
  step: HandshakeStep,
): void {
  role.link = { ...phase, step, since: state.now };
}

function onPsyncReply(state: ServerState, role: ReplicaRole, phase: Handshake, line: string): void {
  const reply = parsePsyncReply(line);
  if (state.replication.failover !== undefined && reply.kind !== "keepalive") {
    settleFailover(state, reply);
    if (state.replication.role !== role) return;
  }
  switch (reply.kind) {
    case "keepalive":
      role.link = { ...phase, since: state.now };
      return;
    case "full":
      log(state, "notice", `Full resync from master: ${reply.replid}:${reply.offset}`);
      enterTransfer(state, role, phase, reply);
      return;
    case "full-unusable":
      log(state, "warning", `Master replied with wrong +FULLRESYNC syntax: ${line}`);
      enterTransfer(state, role, phase, undefined);
      return;
    case "continue":
      onContinue(state, role, phase, reply.replid);
      return;
    case "transient":
      failLink(state, role, `MASTER is not ready: ${reply.text}`);
      return;
    case "unknown":
      if (reply.text === `-${ERRORS.failoverToMaster}`) {
        failLink(state, role, "The failover's target has taken over: synchronizing with it");
        return;
      }
      log(state, "notice", `Retrying with SYNC: master replied to PSYNC with ${reply.text}`);
      emit(state, { kind: "write-link", link: phase.link, bytes: "SYNC\r\n" });
      enterTransfer(state, role, phase, undefined);
      return;
    default:
      unreachable(reply);
  }
}

/**
 * The target's answer to a request to take over. One whose answer was lost may have been heard: a
 * target that is a master then has taken over.
 */
function settleFailover(state: ServerState, reply: PsyncReply): void {
  const { failover } = state.replication;
  if (failover?.phase !== "failover-in-progress") return;
  const isRefused = reply.kind === "unknown" || reply.kind === "transient";
  const isMasterAlready =
    reply.kind === "unknown" &&
    reply.text === `-${ERRORS.failoverToMaster}` &&
    failover.requests > 1;
  if (isRefused && !isMasterAlready) {
    abortFailover(state, "Failover target rejected psync request");
    return;
  }
  finishFailover(state);
}

function enterTransfer(
  state: ServerState,
  role: ReplicaRole,
  phase: Handshake,
  history: PayloadHistory | undefined,
): void {
  role.link = {
    at: "transfer",
    link: phase.link,
    history,
    receiver: new PayloadReceiver(),
    target: undefined,
    pace: newLoadPace(state.now),
    lastByteAt: state.now,
  };
  const rest = phase.lines.takeRest();
  if (rest.length > 0) receivePayload(state, role, rest);
}

/** The master has all we lack: go on where we were, perhaps under a new id (server spec §2.3). */
function onContinue(
  state: ServerState,
  role: ReplicaRole,
  phase: Handshake,
  replid: ReplicationId | undefined,
): void {
  const { resume } = role;
  if (resume === undefined) {
    failLink(state, role, "the master continues a history that we did not ask for");
    return;
  }
  log(state, "notice", "Successful partial resynchronization with master.");
  if (replid !== undefined && replid !== state.replication.replid) {
    log(state, "notice", `Master replication ID changed to ${replid}`);
    continueHistoryAs(state, replid);
    disconnectPeers(state, "the replication id changed");
  }
  openBacklog(state);
  followStream(state, role, phase.link, { db: resume.db, sendsAcks: true });
  const rest = phase.lines.takeRest();
  if (rest.length > 0) applyStream(state, role, rest);
}
