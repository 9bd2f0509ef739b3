import { chmodSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import type { Millis } from "../../base/units.ts";
import type { AccessControl } from "./access/access-control.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ClientHost, ListenerLog } from "./client-host.ts";
import { ClientList } from "./client-list.ts";
import { ClientSocket } from "./client-socket.ts";
import {
  isUnavailable,
  listenOn,
  parseBind,
  removeStaleSocket,
  tcpListenError,
  unixListenError,
} from "./endpoint.ts";
import { endGracefully } from "./linger.ts";
import { PubSub } from "./pub-sub.ts";
import type { RequestHandler } from "./request-handler.ts";
import type { ListenerSettings } from "./settings.ts";
import { type SocketAddresses, tcpAddresses, unixAddresses } from "./socket-facts.ts";
import { ListenerStats } from "./stats.ts";
import type { TlsDoor } from "./tls-door.ts";

const ACCEPTED = { allowHalfOpen: true, noDelay: true } as const;
/** Who leaves in the middle of a handshake must not hold a place until it times out. */
const UNSECURED = { ...ACCEPTED, allowHalfOpen: false } as const;
const TIME_LIMIT_CHECK_MS = 1000;
const MAX_CLIENTS_REACHED = "-ERR max number of clients reached\r\n";
const DENIED =
  "-DENIED This server is in protected mode: no password is set for the default user, so it " +
  "accepts connections from the loopback interface only. To connect from another machine, set a " +
  "password (requirepass, or a user with a password) or, if nobody else can reach this port, " +
  "switch protected mode off with CONFIG SET protected-mode no or in the configuration file.\r\n";

/** Where TCP connections are accepted. */
export interface TcpOptions {
  /** 0 is no TCP at all; `ephemeral` lets the system choose. */
  readonly port: number | "ephemeral";
  /** Words of the `bind` directive; none are `* -::*`. */
  readonly bind: readonly string[];
  /** `tcp-backlog` */
  readonly backlog: number;
  /** Encrypted TCP beside or in place of the other, on the same addresses. */
  readonly tls?: { readonly port: number | "ephemeral"; readonly door: TlsDoor } | undefined;
}

export interface ListenOptions extends TcpOptions {
  readonly unixSocket?: {
    readonly path: string;
    /** `unixsocketperm`, such as 0o700. */
    readonly permissions?: number | undefined;
  };
}

/**
 * The door of a daemon: accepts connections on TCP and a unix socket and hands their requests to the
 * daemon. What it decides is who may connect and how much may wait; all the rest is the daemon's.
 */
export class Listener {
  readonly clients = new ClientList();
  readonly pubSub = new PubSub();
  readonly stats = new ListenerStats();
  readonly access: AccessControl;
  readonly now: () => Millis;
  readonly log: ListenerLog;
  readonly #settings: ListenerSettings;
  readonly #handler: RequestHandler;
  readonly #host: ClientHost;
  #servers: Server[] = [];
  /** Those of them that accept TCP, encrypted or not. */
  #tcpServers: Server[] = [];
  /** Every open connection, those among them that only linger. */
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #tlsPort = 0;
  /** Connections that are not yet encrypted and so no clients. */
  #handshakes = 0;
  #timer: NodeJS.Timeout | undefined;
  #due: ClientConnection[] = [];

  constructor(options: {
    readonly handler: RequestHandler;
    readonly settings: ListenerSettings;
    readonly access: AccessControl;
    readonly now: () => Millis;
    readonly log: ListenerLog;
  }) {
    this.#handler = options.handler;
    this.#settings = options.settings;
    this.log = options.log;
    this.access = options.access;
    this.now = options.now;
    this.#host = {
      ...options,
      stats: this.stats,
      flushSoon: (client) => this.#flushSoon(client),
      onGone: (client) => this.#onGone(client),
    };
  }

  /** The TCP port in use; 0 without one. */
  get port(): number {
    return this.#port;
  }

  /** The encrypted TCP port in use; 0 without one. */
  get tlsPort(): number {
    return this.#tlsPort;
  }

  /** @throws {ListenError} and leaves nothing open */
  async listen(options: ListenOptions): Promise<void> {
    try {
      await this.#listenOnTcp(options);
      if (options.unixSocket !== undefined) await this.#listenUnix(options, options.unixSocket);
    } catch (error) {
      await this.close();
      throw error;
    }
    this.#timer ??= setInterval(() => this.checkTimeLimits(), TIME_LIMIT_CHECK_MS).unref();
  }

  /**
   * Accepts TCP elsewhere from now on; connections that are open stay.
   * @param before where it is done now: again, if the new places cannot be had
   * @throws {ListenError} when it is as before
   */
  async moveTcp(options: TcpOptions, before: TcpOptions): Promise<void> {
    this.#closeTcp();
    try {
      await this.#listenOnTcp(options);
    } catch (error) {
      this.#closeTcp();
      await this.#listenOnTcp(before);
      throw error;
    }
  }

  #closeTcp(): void {
    const closing = new Set(this.#tcpServers);
    this.#servers = this.#servers.filter((server) => !closing.has(server));
    this.#tcpServers = [];
    this.#port = 0;
    this.#tlsPort = 0;
    for (const server of closing) server.close();
  }

  async #listenOnTcp(options: TcpOptions): Promise<void> {
    if (options.port !== 0) await this.#listenPlain(options, options.port);
    if (options.tls !== undefined) await this.#listenTls(options, options.tls);
  }

  /** Stops accepting; sends what can be sent at once, and cuts all connections. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    const servers = this.#servers;
    this.#servers = [];
    this.#tcpServers = [];
    this.#port = 0;
    this.#tlsPort = 0;
    for (const client of this.clients.accepted()) client.flush();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
    );
  }

  /** Idle clients and soft output limits; the listener asks itself once a second. */
  checkTimeLimits(): void {
    const now = this.now();
    for (const client of this.clients.accepted()) client.checkTimeLimits(now);
  }

  /** Takes over a connection, however it came about. */
  accept(socket: Socket, addresses: SocketAddresses): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    if (this.clients.size >= this.#settings.maxClients) {
      this.#refuse(socket, MAX_CLIENTS_REACHED);
    } else if (this.#isProtected && !addresses.isLocal) {
      this.#refuse(socket, DENIED);
    } else {
      this.#admit(socket, addresses);
    }
  }

  get #isProtected(): boolean {
    return this.#settings.protectedMode && !this.access.isRequired;
  }

  #admit(socket: Socket, addresses: SocketAddresses): void {
    this.stats.connectionsReceived++;
    const keepaliveMs = this.#settings.tcpKeepaliveSeconds * 1000;
    if (keepaliveMs > 0 && !addresses.overUnixSocket) socket.setKeepAlive(true, keepaliveMs);
    const id = this.clients.newId();
    const client = new ClientConnection({ socket, id, addresses, host: this.#host });
    this.clients.add(client);
    this.#handler.onConnect?.(client);
  }

  #refuse(socket: Socket, line: string): void {
    this.stats.connectionsRejected++;
    socket.on("error", () => socket.destroy());
    socket.write(line);
    endGracefully(socket);
  }

  async #listenPlain(options: TcpOptions, wanted: number | "ephemeral"): Promise<void> {
    const { bind, backlog } = options;
    const newServer = (): Server => this.#newServer((socket) => tcpAddresses(socket));
    this.#port = await this.#listenTcp({ bind, backlog, newServer, name: "TCP" }, wanted);
  }

  async #listenTls(
    { bind, backlog }: TcpOptions,
    { port, door }: NonNullable<TcpOptions["tls"]>,
  ): Promise<void> {
    door.serve({
      secured: (socket) => {
        this.#handshakes--;
        socket.allowHalfOpen = true;
        this.accept(socket, tcpAddresses(socket));
      },
      failed: (reason) => {
        this.#handshakes--;
        this.log("warning", `Error accepting a client connection: ${reason}`);
      },
    });
    const newServer = (): Server => createServer(UNSECURED, (raw) => this.#beginTls(raw, door));
    this.#tlsPort = await this.#listenTcp({ bind, backlog, newServer, name: "TLS" }, port);
  }

  /** Nobody can be told why before the handshake, so who is too many is just closed. */
  #beginTls(raw: Socket, door: TlsDoor): void {
    raw.on("error", () => raw.destroy());
    if (this.clients.size + this.#handshakes >= this.#settings.maxClients) {
      this.stats.connectionsRejected++;
      raw.destroy();
      return;
    }
    this.#handshakes++;
    this.#sockets.add(raw);
    raw.on("close", () => this.#sockets.delete(raw));
    door.accept(raw);
  }

  /** @returns the port in use */
  async #listenTcp(
    how: {
      readonly bind: readonly string[];
      readonly backlog: number;
      readonly newServer: () => Server;
      readonly name: "TCP" | "TLS";
    },
    wanted: number | "ephemeral",
  ): Promise<number> {
    let chosen = 0;
    for (const address of parseBind(how.bind)) {
      const server = how.newServer();
      const port = wanted === "ephemeral" ? chosen : wanted;
      const { host } = address;
      try {
        await listenOn(server, { host, port, backlog: how.backlog, ipv6Only: true });
      } catch (error) {
        if (isUnavailable(address, error)) continue;
        throw tcpListenError(address, { port, name: how.name }, error);
      }
      this.#open(server);
      this.#tcpServers.push(server);
      const bound = server.address();
      if (typeof bound === "object" && bound !== null) chosen = bound.port;
    }
    return chosen;
  }

  async #listenUnix(
    options: ListenOptions,
    { path, permissions }: NonNullable<ListenOptions["unixSocket"]>,
  ): Promise<void> {
    const server = this.#newServer(() => unixAddresses(path));
    try {
      removeStaleSocket(path);
      await listenOn(server, { path, backlog: options.backlog });
      this.#open(server);
      if (permissions !== undefined) chmodSync(path, permissions);
    } catch (error) {
      throw unixListenError(path, error);
    }
  }

  #newServer(addressesOf: (socket: Socket) => SocketAddresses): Server {
    return createServer({ ...ACCEPTED, pauseOnConnect: true }, (accepted) => {
      const addresses = addressesOf(accepted);
      this.accept(ClientSocket.takeOver(accepted), addresses);
    });
  }

  /** From here on an error is one of accepting, such as too many open files. */
  #open(server: Server): void {
    this.#servers.push(server);
    server.on("error", (error) => this.log("warning", `Accepting client connection: ${error}`));
  }

  #flushSoon(client: ClientConnection): void {
    if (this.#due.length === 0) process.nextTick(() => this.#flushDue());
    this.#due.push(client);
  }

  #flushDue(): void {
    const due = this.#due;
    this.#due = [];
    for (const client of due) client.flush();
  }

  #onGone(client: ClientConnection): void {
    this.clients.remove(client);
    this.pubSub.forget(client);
    // Later, because a command may have closed another client: inputs never nest.
    process.nextTick(() => this.#handler.onDisconnect?.(client));
  }
}
