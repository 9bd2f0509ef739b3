import { type Bytes, textOf } from "../../../src/base/bytes.ts";
import { type Millis, millis } from "../../../src/base/units.ts";
import {
  AccessControl,
  DEFAULT_ACCESS_SETTINGS,
} from "../../../src/shell/listener/access/access-control.ts";
import type { ClientConnection } from "../../../src/shell/listener/client-connection.ts";
import type { DeferredReply } from "../../../src/shell/listener/client-output.ts";
import { Listener, type ListenOptions } from "../../../src/shell/listener/listener.ts";
import type { RequestHandler } from "../../../src/shell/listener/request-handler.ts";
import { SERVER_SESSION_COMMANDS } from "../../../src/shell/listener/session/session-commands.ts";
import type { SessionContext } from "../../../src/shell/listener/session/session-command.ts";
import { NOAUTH, notForSubscribers } from "../../../src/shell/listener/session/session-errors.ts";
import { SERVER_DAEMON_COMMANDS } from "../../../src/shell/server/daemon-commands.ts";
import { isBarredFrom } from "../../../src/shell/listener/session/subscriptions.ts";
import {
  DEFAULT_LISTENER_SETTINGS,
  type ListenerSettings,
} from "../../../src/shell/listener/settings.ts";
import type { ReplicaStream } from "../../../src/shell/listener/replica-stream.ts";
import { TestClient } from "./test-client.ts";

type Command = (client: ClientConnection, args: readonly Bytes[]) => void;

const NEEDS_NO_AUTH = new Set(["auth", "hello", "quit", "reset"]);

/** A daemon with a virtual clock and a handful of commands that show what the listener can do. */
export class TestDaemon implements RequestHandler {
  readonly listener: Listener;
  readonly context: SessionContext;
  settings: { -readonly [Key in keyof ListenerSettings]: ListenerSettings[Key] } = {
    ...DEFAULT_LISTENER_SETTINGS,
  };
  now: Millis = millis(0);
  /** Every request, in the order it was executed. */
  readonly requests: (readonly Bytes[])[] = [];
  readonly connected: ClientConnection[] = [];
  readonly disconnected: ClientConnection[] = [];
  readonly log: string[] = [];
  readonly owed: DeferredReply[] = [];
  readonly replicas: ReplicaStream[] = [];
  emptyRequests = 0;
  readonly #clients: TestClient[] = [];

  constructor() {
    const access = new AccessControl({
      commands: SERVER_DAEMON_COMMANDS,
      settings: DEFAULT_ACCESS_SETTINGS,
      now: () => this.now,
    });
    this.listener = new Listener({
      handler: this,
      settings: this.settings,
      access,
      now: () => this.now,
      log: (level, message) => this.log.push(`${level}: ${message}`),
    });
    this.context = {
      clients: this.listener.clients,
      pubSub: this.listener.pubSub,
      access,
      now: this.listener.now,
      log: this.listener.log,
      pause: { pause: () => undefined, unpause: () => undefined },
      greeting: { server: "redis", version: "7.2.0", mode: "standalone", role: () => "master" },
    };
  }

  /** `requirepass` */
  set password(password: string) {
    this.listener.access.users.setDefaultPassword(password);
  }

  static async start(options: Partial<ListenOptions> = {}): Promise<TestDaemon> {
    const daemon = new TestDaemon();
    const where = { port: "ephemeral", bind: ["127.0.0.1"], backlog: 128 } as const;
    await daemon.listener.listen({ ...where, ...options });
    return daemon;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    await this.listener.close();
  }

  async client(): Promise<TestClient> {
    const client = await TestClient.connect({ port: this.listener.port });
    this.#clients.push(client);
    return client;
  }

  onConnect(client: ClientConnection): void {
    this.connected.push(client);
  }

  onDisconnect(client: ClientConnection): void {
    this.disconnected.push(client);
  }

  onEmptyRequest(): void {
    this.emptyRequests++;
  }

  onRequest(client: ClientConnection, args: readonly Bytes[]): void {
    this.requests.push(args);
    const name = textOf(args[0] ?? "").toLowerCase();
    client.lastCommand = name;
    const command = this.#commands[name];
    const session = SERVER_SESSION_COMMANDS.get(name);
    if (command === undefined && session === undefined) {
      client.reply.error(`ERR unknown command '${name}'`);
    } else if (!client.authenticated && !NEEDS_NO_AUTH.has(name)) {
      client.reply.error(NOAUTH);
    } else if (isBarredFrom(client, name)) {
      client.reply.error(notForSubscribers(name));
    } else {
      session?.(client, args, this.context);
      command?.(client, args);
    }
  }

  readonly #commands: Readonly<Record<string, Command>> = {
    echo: (client, args) => client.reply.bulk(args[1] ?? ""),
    /** BLOB n: a bulk of n bytes. */
    blob: (client, args) => client.reply.bulk(Buffer.alloc(Number(textOf(args[1] ?? "0")), "b")),
    /** OWE: the reply is in `owed`, for the test to write. */
    owe: (client) => this.owed.push(client.deferReply()),
    /** STOP: no request of this client is executed until it is resumed. */
    stop: (client) => {
      client.suspend();
      client.reply.simple("STOPPED");
    },
    publish: (client, args) => {
      client.reply.integer(this.listener.pubSub.publish(args[1] ?? "", args[2] ?? ""));
    },
    psync: (client) => {
      client.reply.simple("CONTINUE");
      this.replicas.push(client.becomeReplica({ noDelay: true }));
    },
    replconf: (client) => client.reply.simple("OK"),
    /** SPEND ms: time passes. */
    spend: (client, args) => {
      this.now = millis(this.now + Number(textOf(args[1] ?? "0")));
      client.reply.simple("OK");
    },
  };
}
