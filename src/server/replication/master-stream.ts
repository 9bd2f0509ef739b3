import { type Bytes, textOf } from "../../base/bytes.ts";
import { clientId, type LinkId } from "../../base/ids.ts";
import type { Connection } from "../../resp/connection.ts";
import { type Client, newClient } from "../client.ts";
import { execute } from "../execute.ts";
import { refreshGates } from "../gates.ts";
import { log } from "../log.ts";
import { emit, type ServerState } from "../state.ts";
import { openBacklog } from "./identity.ts";
import { failLink } from "./link-control.ts";
import { FIRST_HALT_MS } from "./roles.ts";
import { SilentWriter } from "./silent-writer.ts";
import type { ReplicaRole } from "./state.ts";
import { type Refusal, StreamApplier } from "./stream-applier.ts";

/** The link carries the stream from here on. */
export function followStream(
  state: ServerState,
  role: ReplicaRole,
  link: LinkId,
  { db, sendsAcks }: { readonly db: number; readonly sendsAcks: boolean },
): void {
  const writer = new SilentWriter();
  const client = masterClient(state, role, { db, writer });
  const applier = new StreamApplier({
    apply: (args) => applyCommand(state, client, writer, args),
    isInTransaction: () => client.transaction !== undefined,
  });
  role.link = { at: "connected", link, client, applier, sendsAcks, lastByteAt: state.now };
  role.halted = undefined;
  role.haltedRetryMs = FIRST_HALT_MS;
  role.resume = undefined;
  refreshGates(state);
}

/** Ids of clients begin above: the master is not one of the listener's. */
const MASTER_CLIENT = clientId(0);

function masterClient(
  state: ServerState,
  role: ReplicaRole,
  { db, writer }: { readonly db: number; readonly writer: SilentWriter },
): Client {
  const connection: Connection = {
    id: MASTER_CLIENT,
    remoteAddress: `${role.master.host}:${role.master.port}`,
    localAddress: "",
    reply: writer,
    name: "",
    user: "(superuser)",
    authenticated: true,
    isRestricted: false,
    noTouch: false,
    outputLimitBytes: 0,
    subscriptions: 0,
    deliver: () => undefined,
    closeAfterReply: () => undefined,
  };
  const [first] = state.keyspace.databases;
  const database = state.keyspace.databases[db] ?? first;
  if (database === undefined) throw new RangeError("a server has at least one database");
  const client = newClient(connection, database);
  client.kind = "master";
  state.replication.streamDb = database.index;
  return client;
}

/**
 * Applies what came, and hands the bytes of all that was done on to our own backlog and replicas
 * unchanged (server spec §2.5).
 */
export function applyStream(state: ServerState, role: ReplicaRole, bytes: Buffer): void {
  const phase = role.link;
  if (phase.at !== "connected") return;
  const outcome = phase.applier.feed(bytes);
  // REPLICAOF inside the stream's own turn cannot happen: clients are never executed in between.
  const backlog = openBacklog(state);
  for (const chunk of phase.applier.takeDone()) backlog.appendBuffer(chunk);
  if (outcome.kind === "applied") return;
  if (outcome.kind === "halted") {
    halt(state, role, outcome.refusal.reason, { resume: !outcome.refusal.diverged });
  } else {
    log(state, "warning", `Protocol error in the stream of MASTER: ${outcome.reason}`);
    failLink(state, role, "The stream makes no sense: discarding the cached master", {
      resume: false,
    });
  }
}

/** @returns why the stream must not go on, if so */
function applyCommand(
  state: ServerState,
  client: Client,
  writer: SilentWriter,
  args: readonly Bytes[],
): Refusal | undefined {
  writer.reset();
  execute(state, client, args);
  const error = writer.firstError;
  if (error === undefined) return undefined;
  const name = textOf(args[0] ?? "").slice(0, 64);
  state.stats.unexpectedErrorReplies++;
  log(
    state,
    "warning",
    `== CRITICAL == This replica is sending an error to its master: '${error}' after processing the command '${name}'`,
  );
  const { propagationErrorBehavior } = state.settings;
  if (propagationErrorBehavior === "ignore") return undefined;
  if (propagationErrorBehavior !== "halt") emit(state, { kind: "exit", status: 1 });
  const isUnknown = error.startsWith("ERR unknown ");
  return { reason: `'${name}' was answered by '${error}'`, diverged: !isUnknown };
}

/**
 * Stops following rather than to diverge: the offset stays before the command that could not be
 * applied, and the link is tried again later and later (server spec §5.12).
 * @param resume whether the next attempt may go on where we stand
 */
export function halt(
  state: ServerState,
  role: ReplicaRole,
  reason: string,
  { resume }: { readonly resume: boolean },
): void {
  role.halted = reason;
  failLink(state, role, `Replication is halted: ${reason}`, { resume });
}
