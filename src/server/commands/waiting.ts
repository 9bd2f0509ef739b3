import { textOf } from "../../base/bytes.ts";
import { after, NEVER } from "../../base/units.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { replyError } from "../reply.ts";
import { answerWait, replicasAt, requestAcks } from "../replication/wait.ts";
import type { ServerState } from "../state.ts";

/** Waits until enough replicas have this client's last write (server spec §4.4). */
function wait(state: ServerState, client: Client, args: Arguments): void {
  if (state.replication.role.kind === "replica") {
    replyError(client, ERRORS.waitOnReplica);
    return;
  }
  const count = parseInteger(textOf(args[1] ?? ""));
  if (count === undefined) {
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  waitFor(state, client, { count, timeout: textOf(args[2] ?? ""), kept: "in-memory" });
}

/** `WAITAOF numlocal numreplicas timeout`: replicas may have an append-only file, we have none. */
function waitAof(state: ServerState, client: Client, args: Arguments): void {
  if (state.replication.role.kind === "replica") {
    replyError(client, ERRORS.waitAofOnReplica);
    return;
  }
  const local = parseInteger(textOf(args[1] ?? ""));
  const count = parseInteger(textOf(args[2] ?? ""));
  if (local === undefined || count === undefined) {
    replyError(client, ERRORS.notAnInteger);
  } else if (local < 0 || local > 1) {
    replyError(client, ERRORS.zeroOrOne);
  } else if (count < 0) {
    replyError(client, ERRORS.notPositive);
  } else if (local === 1) {
    replyError(client, ERRORS.waitAofLocal);
  } else {
    waitFor(state, client, { count, timeout: textOf(args[3] ?? ""), kept: "on-disk" });
  }
}

function waitFor(
  state: ServerState,
  client: Client,
  {
    count,
    timeout,
    kept,
  }: {
    readonly count: number;
    readonly timeout: string;
    readonly kept: "in-memory" | "on-disk";
  },
): void {
  const timeoutMs = parseInteger(timeout);
  if (timeoutMs === undefined) {
    replyError(client, ERRORS.timeoutNotAnInteger);
    return;
  }
  if (timeoutMs < 0) {
    replyError(client, ERRORS.timeoutNegative);
    return;
  }
  const offset = client.lastWriteOffset;
  const reached = replicasAt(state, offset, kept);
  // Inside a transaction nothing waits.
  if (reached >= count || state.propagation.depth > 1) {
    answerWait(client, reached, kept);
    return;
  }
  const until = timeoutMs === 0 ? NEVER : after(state.now, timeoutMs);
  client.wait = { kind: "replicas", count, offset, until, kept };
  state.waiters.add(client);
  requestAcks(state);
}

export const WAITING_COMMANDS: readonly Command[] = [
  { name: "wait", arity: 3, flags: flags("b"), keys: NO_KEYS, group: "generic", run: wait },
  { name: "waitaof", arity: 4, flags: flags("b"), keys: NO_KEYS, group: "generic", run: waitAof },
];
