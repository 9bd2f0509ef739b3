import { unreachable } from "../../base/assert.ts";
import { textOf } from "../../base/bytes.ts";
import { linkId } from "../../base/ids.ts";
import { after, type Millis } from "../../base/units.ts";
import { encodeCommandText } from "../../resp/encode-command.ts";
import { refreshGates } from "../gates.ts";
import { log } from "../log.ts";
import { emit, type ServerState } from "../state.ts";
import { speedUpIfDue } from "./load-pace.ts";
import { openLink, type ReplicaRole, replicationOffset } from "./state.ts";

/** Each line of the handshake must come within this. */
const LINE_TIMEOUT_MS = 5000;
const RETRY_MS = 1000;
const LONGEST_HALT_MS = 60_000;

/** Begins an attempt if one is due (server spec §2.2). */
export function connectIfDue(state: ServerState, role: ReplicaRole): void {
  if (role.link.at !== "waiting" || state.now < role.link.until) return;
  const link = linkId(state.replication.nextLink++);
  role.attemptAt = state.now;
  role.link = { at: "connecting", link, since: state.now };
  log(state, "notice", `Connecting to MASTER ${role.master.host}:${role.master.port}`);
  log(state, "notice", "MASTER <-> REPLICA sync started");
  emit(state, { kind: "open-link", link, master: role.master });
}

/** Ends the attempt or the link, and plans the next one. */
export function failLink(
  state: ServerState,
  role: ReplicaRole,
  reason: string,
  options: { readonly resume: boolean } = { resume: true },
): void {
  const link = openLink(role);
  if (link === undefined) return;
  log(state, "warning", reason);
  emit(state, { kind: "close-link", link });
  loseLink(state, role, options);
}

/**
 * The connection is gone: keep what allows to resume, and plan the next attempt.
 * @param resume false when the stream cannot be continued from where we stand
 */
function loseLink(
  state: ServerState,
  role: ReplicaRole,
  { resume }: { readonly resume: boolean },
): void {
  const phase = role.link;
  if (phase.at === "transfer" || phase.at === "loading") abortTransfer(state, role);
  if (phase.at === "connected") {
    role.downSince = state.now;
    log(state, "warning", "Connection with master lost.");
    if (resume) cacheMaster(state, role);
    log(state, "notice", `Reconnecting to MASTER ${role.master.host}:${role.master.port}`);
  }
  role.link = { at: "waiting", until: nextAttempt(state, role) };
  refreshGates(state);
  connectIfDue(state, role);
}

/** What lets us continue our master's history: our own id and offset, and the stream's database. */
function cacheMaster(state: ServerState, role: ReplicaRole): void {
  const phase = role.link;
  if (phase.at !== "connected" || !phase.sendsAcks) return;
  log(state, "notice", "Caching the disconnected master state.");
  role.resume = { db: phase.client.database.index };
}

/** At once, but not twice within a second; after a halt, later and later. */
function nextAttempt(state: ServerState, role: ReplicaRole): Millis {
  if (role.halted !== undefined) {
    const wait = role.haltedRetryMs;
    role.haltedRetryMs = Math.min(LONGEST_HALT_MS, wait * 2);
    return after(state.now, wait);
  }
  const { attemptAt } = role;
  return attemptAt === undefined ? state.now : after(attemptAt, RETRY_MS);
}

/** Stops following: another master, or none. */
export function dropLink(state: ServerState, role: ReplicaRole): void {
  const link = openLink(role);
  const phase = role.link;
  if (phase.at === "transfer" || phase.at === "loading") abortTransfer(state, role);
  if (phase.at === "connected") role.downSince = state.now;
  if (link !== undefined) emit(state, { kind: "close-link", link });
  role.link = { at: "waiting", until: state.now };
  refreshGates(state);
}

/** Looks for attempts that are due and for silence that has lasted too long. */
export function watchLink(state: ServerState, role: ReplicaRole): void {
  const phase = role.link;
  const timeoutMs = state.settings.replTimeoutSeconds * 1000;
  const isOver = (since: Millis, ms: number): boolean => state.now - since > ms;
  switch (phase.at) {
    case "waiting":
      connectIfDue(state, role);
      return;
    case "connecting":
      if (isOver(phase.since, timeoutMs))
        failLink(state, role, "Timeout connecting to the MASTER...");
      return;
    case "handshake":
      if (phase.step.await !== "psync" && isOver(phase.since, LINE_TIMEOUT_MS)) {
        failLink(
          state,
          role,
          `Timeout connecting to the MASTER... (no reply to the ${phase.step.await === "pong" ? "PING" : "handshake"})`,
        );
      } else if (isOver(phase.since, timeoutMs)) {
        failLink(state, role, "Timeout connecting to the MASTER... (no reply to PSYNC)");
      }
      return;
    case "transfer":
      if (phase.pace.paused) speedUpIfDue(state, phase);
      else if (isOver(phase.lastByteAt, timeoutMs)) {
        failLink(
          state,
          role,
          "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' parameter in redis.conf to a larger value.",
        );
      }
      return;
    case "connected":
      if (isOver(phase.lastByteAt, timeoutMs)) {
        failLink(state, role, "MASTER timeout: no data nor PING received...");
      }
      return;
    case "loading":
      return;
    default:
      unreachable(phase);
  }
}

export function send(state: ServerState, role: ReplicaRole, words: readonly string[]): void {
  const link = openLink(role);
  if (link === undefined) return;
  emit(state, { kind: "write-link", link, bytes: textOf(encodeCommandText(words)) });
}

/**
 * REPLCONF ACK with the offset of the last byte applied (server spec §2.5). A master that knows
 * SYNC only gets none.
 */
export function sendAck(state: ServerState, role: ReplicaRole): void {
  const phase = role.link;
  if (phase.at !== "connected" || !phase.sendsAcks) return;
  const offset = replicationOffset(state.replication) + phase.applier.doneBytes;
  send(state, role, ["REPLCONF", "ACK", String(offset)]);
}

/** While we load and cannot acknowledge, the master hears that we live (server spec §2.4). */
export function sendSignOfLife(state: ServerState, role: ReplicaRole): void {
  const phase = role.link;
  if (phase.at === "loading") emit(state, { kind: "write-link", link: phase.link, bytes: "\n" });
}

/** Forgets what a transfer has brought so far. */
function abortTransfer(state: ServerState, role: ReplicaRole): void {
  const phase = role.link;
  if (phase.at === "transfer") {
    emit(state, { kind: "discard-payload" });
    if (state.loading !== undefined) {
      const { loadedBytes } = state.loading;
      log(state, "warning", `Internal error in RDB reading offset ${loadedBytes}: it ends there`);
    }
  }
  if (phase.at === "loading") emit(state, { kind: "stop-reading" });
  state.loading = undefined;
}
