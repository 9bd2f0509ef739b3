import type { Supervision } from "../supervision.ts";
import type { Syslog } from "../syslog.ts";
import { createHash, randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Address } from "../../base/address.ts";
import { textOf } from "../../base/bytes.ts";
import { Driver } from "../../base/driver.ts";
import { isLocal } from "../../server/client.ts";
import type { Effect } from "../../server/effect.ts";
import type { Environment } from "../../server/environment.ts";
import type { Input } from "../../server/input.ts";
import { pauseClients, unpauseClients } from "../../server/pause.ts";
import { unblockClient } from "../../server/replication/wait.ts";
import { newSnapshot } from "../../server/saving.ts";
import type { Settings } from "../../server/settings.ts";
import { newServerState, type ServerState } from "../../server/state.ts";
import { resetStats } from "../../server/stats.ts";
import type { ReplyWriter } from "../../resp/reply-writer.ts";
import { step } from "../../server/step.ts";
import { REDIS_VERSION } from "../../server/version.ts";
import { allowsReadingAllKeys } from "../../wire/acl/selector.ts";
import { userOptionLines } from "../../wire/acl/user-lines.ts";
import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import { monotonicNow, wallClockNow } from "../clock.ts";
import type { AccessControl } from "../listener/access/access-control.ts";
import { disabledUserNotes } from "../listener/access/declared-access.ts";
import type { CommandNames } from "../renamed-commands.ts";
import type { ClientConnection } from "../listener/client-connection.ts";
import { Listener } from "../listener/listener.ts";
import { listenerLines } from "../listener/listener-lines.ts";
import type { SessionContext } from "../listener/session/session-command.ts";
import { SERVER_SESSION_COMMANDS } from "../listener/session/session-commands.ts";
import type { ServerSecrets } from "../secrets/server-secrets.ts";
import { reasonOf } from "../system-reason.ts";
import { Configuration } from "./configuration.ts";
import { ConnectionCounts } from "./connection-facts.ts";
import { writeDurablySync } from "./durable-file.ts";
import { Effects } from "./effects.ts";
import { bufferedBytes, Facts } from "./facts.ts";
import { type Logger, newLogger } from "./log.ts";
import { RequestExecution } from "./request-execution.ts";
import { ServerCertificates } from "./server-certificates.ts";
import { accessSettingsOf, listenerSettingsOf, settingsOf } from "./settings.ts";
import { moveListener, placesOf } from "./tcp-places.ts";
import { readWholeFile } from "./whole-file.ts";

/** Ten times a second, as Redis' `hz 10`: expiry, links, save points, deadlines of clients. */
const TICK_MS = 100;
/** What SAVE writes at once. */
const SAVE_BLOCK_BYTES = 1024 * 1024;
/** A wall clock that moved less than this against the monotonic one is left alone. */
const CLOCK_SLACK_MS = 2;

export interface BundledServerOptions {
  readonly table: ServerConfigTable;
  /** Absolute path of the configuration file, if there is one. */
  readonly configFile: string | undefined;
  readonly renamedCommands: CommandNames;
  /** What is kept outside of the configuration. */
  readonly secrets: ServerSecrets;
  /** The users that the configuration declares. */
  readonly access: AccessControl;
  /** The process should end now. */
  readonly onExit: (status: number) => void;
  /** Whose word INFO shows; undefined is nobody's. */
  readonly supervision?: Supervision;
  /** Gets the log's lines as well, where there is one. */
  readonly syslog?: Syslog | undefined;
  readonly onReady: () => void;
}

/** The bundled server as a process: its sockets, files, timers and the deciding floor they serve. */
export class BundledServer {
  readonly log: Logger;
  readonly #state: ServerState;
  readonly #driver: Driver<Input, Effect>;
  readonly #listener: Listener;
  readonly #configuration: Configuration;
  readonly #requests: RequestExecution;
  readonly #effects: Effects;
  readonly #certificates: ServerCertificates;
  readonly #secrets: ServerSecrets;
  readonly #facts: Facts;
  readonly #counts: ConnectionCounts;
  readonly #session: SessionContext;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BundledServerOptions) {
    this.#secrets = options.secrets;
    const table = (): ServerConfigTable => this.#configuration.table;
    const deliver = (input: Input): void => this.#driver.deliver(input);
    this.#certificates = new ServerCertificates((level, message) => this.log(level, message));
    this.#configuration = new Configuration({
      table: options.table,
      file: options.configFile,
      master: () => this.master,
      onChanged: (changed, named) => {
        options.access.settings = accessSettingsOf(changed);
        if (named.includes("requirepass")) {
          options.access.users.setDefaultPassword(changed.requirepass);
        }
        deliver({ kind: "settings-changed", settings: this.#settingsOf(changed) });
      },
      users: () =>
        options.secrets.withoutSecret(
          userOptionLines(options.access.users, options.access.usersFile),
        ),
      secretRefusal: (name) => options.secrets.refusal(name),
      onResetStatistics: () => this.#resetStatistics(),
      useTls: (changed) => this.#certificates.tryToUse(changed),
      listenAt: (changed, before) =>
        moveListener(
          { listener: this.#listener, tls: this.#certificates.listening, log: this.log },
          changed,
          before,
        ),
    });
    this.log = newLogger({
      file: () => table().logfile,
      threshold: () => table().loglevel,
      syslog: options.syslog,
      role: () => (this.master === undefined ? "M" : "S"),
    });
    this.#facts = new Facts({
      configFile: options.configFile ?? "",
      supervision: options.supervision ?? "no",
      listeners: () => {
        const { bind, port, "tls-port": tlsPort, unixsocket: unixSocket } = table();
        return listenerLines({ bind, port, tlsPort, unixSocket });
      },
      connections: () =>
        this.#counts.read({
          maxClients: table().maxclients,
          replicas: this.#state.replication.peers.size,
        }),
    });
    this.#state = newServerState({
      environment: this.#environment(),
      settings: this.#settingsOf(options.table),
      runId: newId(),
      seed: randomBytes(4).readUInt32LE(),
      now: monotonicNow(),
      wallOffsetMs: wallOffsetMs(),
    });
    this.#driver = new Driver({
      step: (input, now) => step(this.#state, input, now),
      perform: (effect) => this.#effects.perform(effect),
      now: monotonicNow,
    });
    this.#requests = new RequestExecution({
      state: this.#state,
      now: monotonicNow,
      deliver: (input) => {
        if (input.kind === "client-closed") this.#effects.forgetClient(input.client);
        deliver(input);
      },
      feedReplicas: () => this.#effects.feedReplicas(),
      renamed: options.renamedCommands,
    });
    this.#listener = new Listener({
      handler: this.#requests,
      settings: listenerSettingsOf(table),
      access: options.access,
      now: monotonicNow,
      log: (level, message) => this.log(level, message),
    });
    this.#counts = new ConnectionCounts(this.#listener);
    this.#effects = new Effects({
      state: this.#state,
      listener: this.#listener,
      requests: () => this.#requests,
      log: this.log,
      now: monotonicNow,
      onReady: options.onReady,
      onExit: options.onExit,
      table,
      deliver,
      tls: () => this.#certificates.forReplication,
    });
    this.#session = this.#sessionContext();
  }

  /** The TCP port in use. */
  get port(): number {
    return this.#listener.port;
  }

  /** Whom we follow; undefined for a master. */
  get master(): Address | undefined {
    const { role } = this.#state.replication;
    return role.kind === "replica" ? role.master : undefined;
  }

  /**
   * Opens the sockets, then loads the data; clients are answered LOADING meanwhile.
   * @throws {ListenError} or {TlsError}
   */
  async start(): Promise<void> {
    const { table } = this.#configuration;
    this.#certificates.use(table);
    this.#followPassword();
    this.#secrets.watch(() => {
      this.#followPassword();
      this.#driver.deliver({
        kind: "settings-changed",
        settings: this.#settingsOf(this.#configuration.table),
      });
    });
    await this.#listener.listen({
      ...placesOf(table, this.#certificates.listening),
      ...(table.unixsocket === ""
        ? {}
        : {
            unixSocket: {
              path: table.unixsocket,
              permissions: table.unixsocketperm === 0 ? undefined : table.unixsocketperm,
            },
          }),
    });
    this.log("notice", "Server initialized");
    for (const note of disabledUserNotes(this.#listener.access)) this.log("notice", note);
    this.#driver.deliver({ kind: "started", replicaOf: table.replicaof });
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  #settingsOf(table: ServerConfigTable): Settings {
    return settingsOf(this.#secrets.completed(table));
  }

  #followPassword(): void {
    const { requirePass } = this.#secrets;
    if (requirePass !== undefined) this.#listener.access.users.setDefaultPassword(requirePass);
  }

  onSignal(signal: "SIGTERM" | "SIGINT"): void {
    const { table } = this.#configuration;
    this.log("warning", `Received ${signal} scheduling shutdown...`);
    const words = table[signal === "SIGTERM" ? "shutdown-on-sigterm" : "shutdown-on-sigint"];
    this.#driver.deliver({ kind: "shutdown-signal", words });
  }

  /** SIGHUP: what is read from files is read again. */
  reload(): void {
    this.#certificates.reload();
    this.#secrets.reload();
  }

  /** Closes all sockets and timers. */
  async close(): Promise<void> {
    this.#certificates.stop();
    this.#secrets.stop();
    clearInterval(this.#timer);
    this.#effects.feedReplicas();
    await this.#listener.close();
  }

  #tick(): void {
    const offsetMs = wallOffsetMs();
    if (Math.abs(offsetMs - this.#state.wallOffsetMs) > CLOCK_SLACK_MS) {
      this.#driver.deliver({ kind: "wall-clock", offsetMs });
    }
    this.#driver.deliver({ kind: "tick" });
    this.#effects.feedReplicas();
    this.#effects.checkReplicas();
  }

  #resetStatistics(): void {
    resetStats(this.#state.stats);
    this.#state.observation.commands.clear();
    this.#state.observation.errorReplies = 0;
    this.#listener.stats.reset();
    this.#listener.access.resetCounts();
  }

  #environment(): Environment {
    return {
      newId,
      facts: () => this.#facts.read(),
      clock: monotonicNow,
      clientBytes: () => bufferedBytes(this.#listener),
      errorReplies: () => this.#listener.stats.errorReplies,
      hasUnsentReplies: (client) =>
        (this.#listener.clients.get(client.id)?.reply.byteLength ?? 0) > 0,
      publish: (channel, message) => this.#listener.pubSub.publish(channel, message),
      publishShard: (channel, message) => this.#listener.pubSub.publishShard(channel, message),
      session: (client, args) => {
        const connection = this.#listener.clients.get(client.id);
        const command = SERVER_SESSION_COMMANDS.get(textOf(args[0] ?? "").toLowerCase());
        if (connection !== undefined) command?.(connection, args, this.#session);
      },
      authorize: (client, { name, args, context }) => {
        const connection = this.#listener.clients.get(client.id);
        if (connection === undefined) return undefined;
        return this.#listener.access.authorize(connection, name, args, context);
      },
      mayReadAllKeys: (client) => {
        const account = this.#listener.clients.get(client.id)?.account;
        return account === undefined || account.selectors.some(allowsReadingAllKeys);
      },
      config: (client, args) => {
        const connection = this.#listener.clients.get(client.id);
        this.#configuration.execute(args, client.reply, {
          isLocal: isLocal(client),
          isLoading: this.#state.loading !== undefined,
          waitFor: (answer) => void (connection && replyLater(connection, answer)),
        });
      },
      sha1: (bytes) => createHash("sha1").update(bytes).digest(),
      sleep: (ms) => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
      },
      saveNow: () => this.#saveNow(),
      readSnapshotNow: (take) => readWholeFile(this.#effects.snapshotPath, take),
    };
  }

  #sessionContext(): SessionContext {
    const { clients, pubSub, access, now, log } = this.#listener;
    return {
      clients,
      pubSub,
      access,
      now,
      log,
      greeting: {
        server: "redis",
        version: REDIS_VERSION,
        mode: "standalone",
        role: () => (this.master === undefined ? "master" : "replica"),
      },
      pause: {
        pause: (durationMs, scope) => pauseClients(this.#state, { durationMs, scope }),
        unpause: () => unpauseClients(this.#state),
      },
      unblock: (client, how) => unblockClient(this.#state, client, how),
    };
  }

  /** SAVE and SHUTDOWN: nothing else happens until the file is on disk. */
  #saveNow(): boolean {
    const path = this.#effects.snapshotPath;
    const temporary = join(dirname(path), `temp-${process.pid}.rdb`);
    const snapshot = newSnapshot(this.#state);
    try {
      writeDurablySync(temporary, path, 0o644, (file) => {
        while (!snapshot.complete) {
          for (const block of snapshot.produce(SAVE_BLOCK_BYTES)) writeWhole(file, block);
        }
      });
      return true;
    } catch (error) {
      this.log("warning", `Error moving or writing the DB file: ${reasonOf(error)}`);
      return false;
    } finally {
      snapshot.release();
    }
  }
}

/** Nothing else of this client is executed before its reply is there. */
async function replyLater(
  connection: ClientConnection,
  answer: Promise<(reply: ReplyWriter) => void>,
): Promise<void> {
  const owed = connection.deferReply();
  connection.suspend();
  owed.write(await answer);
  connection.resume();
}

function writeWhole(file: number, block: Buffer): void {
  for (let at = 0; at < block.length;) at += writeSync(file, block, at);
}

function newId(): string {
  return randomBytes(20).toString("hex");
}

function wallOffsetMs(): number {
  return wallClockNow() - monotonicNow();
}
