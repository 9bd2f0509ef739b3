import type { Bytes } from "../../base/bytes.ts";
import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { Client } from "../../server/client.ts";
import { addClient } from "../../server/clients.ts";
import { calledName } from "../../server/command.ts";
import { lookupCommand } from "../../server/commands/table.ts";
import { executeRequest } from "../../server/execute.ts";
import type { Input } from "../../server/input.ts";
import { onReplicaAlive } from "../../server/replication/master-side.ts";
import { replicationOffset } from "../../server/replication/state.ts";
import { type ServerState, setClock } from "../../server/state.ts";
import type { ClientConnection } from "../listener/client-connection.ts";
import { type CommandNames, withTrueName } from "../renamed-commands.ts";
import type { DaemonFacts, RequestHandler } from "../listener/request-handler.ts";

/** The way of requests from the listener into the deciding floor. */
export class RequestExecution implements RequestHandler {
  readonly #state: ServerState;
  readonly #now: () => Millis;
  readonly #deliver: (input: Input) => void;
  readonly #feedReplicas: () => void;
  /** `rename-command`: what a command is called, by its lower-case new name. */
  readonly #renamed: CommandNames;
  #turnEndIsDue = false;
  #feedIsDue = false;
  #fedOffset = 0;

  constructor(options: {
    readonly state: ServerState;
    readonly now: () => Millis;
    readonly deliver: (input: Input) => void;
    readonly feedReplicas: () => void;
    readonly renamed: CommandNames;
  }) {
    this.#state = options.state;
    this.#now = options.now;
    this.#deliver = options.deliver;
    this.#feedReplicas = options.feedReplicas;
    this.#renamed = options.renamed;
  }

  onConnect(connection: ClientConnection): void {
    addClient(this.#state, connection);
  }

  onDisconnect(connection: ClientConnection): void {
    this.#deliver({ kind: "client-closed", client: connection.id });
  }

  onRequest(connection: ClientConnection, args: readonly Bytes[]): void {
    const client = this.#state.clients.get(connection.id);
    if (client !== undefined) this.#execute(connection, client, withTrueName(this.#renamed, args));
  }

  /** Requests that came together follow: they begin where the one before them ended. */
  onTurn(now: Millis): void {
    setClock(this.#state, now);
  }

  onEmptyRequest(connection: ClientConnection): void {
    const client = this.#state.clients.get(connection.id);
    if (client === undefined) return;
    onReplicaAlive(this.#state, client);
  }

  describe(connection: ClientConnection): DaemonFacts {
    const client = this.#state.clients.get(connection.id);
    return {
      database: client?.database.index ?? 0,
      queuedCommands: client?.transaction?.queued.length ?? -1,
      watchedKeys: client?.watched.length ?? 0,
      flags: client === undefined ? "" : flagsOf(this.#state, client),
    };
  }

  /** The client's wait is over: what it asked meanwhile is executed, in order. */
  resume(connection: ClientConnection, id: ClientId): void {
    const client = this.#state.clients.get(id);
    if (client === undefined) return;
    const { wait } = client;
    client.wait = undefined;
    setClock(this.#state, this.#now());
    if (wait?.kind === "pause") this.#execute(connection, client, wait.args);
    connection.flushSoon();
    if (client.wait === undefined) connection.resume();
  }

  /** Hands on what requests have left, once for all of them in this turn. */
  turnSoon(): void {
    if (this.#turnEndIsDue) return;
    this.#turnEndIsDue = true;
    process.nextTick(() => {
      this.#turnEndIsDue = false;
      this.#endTurn();
    });
  }

  /** Replicas get in one write what all clients of this round of the loop have written. */
  #feedSoon(): void {
    if (this.#feedIsDue) return;
    this.#feedIsDue = true;
    setImmediate(() => {
      this.#feedIsDue = false;
      this.#endTurn();
    });
  }

  #endTurn(): void {
    this.#deliver({ kind: "turn-ended" });
    this.#fedOffset = replicationOffset(this.#state.replication);
    this.#feedReplicas();
  }

  #execute(connection: ClientConnection, client: Client, args: readonly Bytes[]): void {
    const state = this.#state;
    setClock(state, state.observation.measuredAt);
    const command = lookupCommand(args[0] ?? "");
    connection.lastCommand = command === undefined ? "" : calledName(command, args);
    executeRequest(state, client, args, command);
    if (client.wait !== undefined) connection.suspend();
    if (client.transaction !== undefined) connection.queuedCommandBytes += lengthOf(args);
    else if (connection.queuedCommandBytes > 0) connection.queuedCommandBytes = 0;
    if (state.effects.length > 0) this.turnSoon();
    else if (replicationOffset(state.replication) !== this.#fedOffset) this.#feedSoon();
  }
}

/** The letters that CLIENT LIST shows of what the server knows. */
function flagsOf(state: ServerState, client: Client): string {
  const isMonitor = state.observation.monitors.has(client) ? "O" : "";
  const inTransaction = client.transaction === undefined ? "" : "x";
  const isBlocked = client.wait === undefined ? "" : "b";
  const isSpoiled = client.watcher.invalidated ? "d" : "";
  return isMonitor + inTransaction + isBlocked + isSpoiled;
}

function lengthOf(args: readonly Bytes[]): number {
  let length = 0;
  for (const arg of args) length += arg.length;
  return length;
}
