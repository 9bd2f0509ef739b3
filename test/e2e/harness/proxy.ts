import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

const KEPT_BYTES = 1024 * 1024;

/** What became of one connection through the proxy. */
export class ProxiedConnection {
  readonly #client: Socket;
  readonly #target: Socket;
  /** The first bytes in each direction, up to 1 MiB. */
  #fromTarget = Buffer.alloc(0);
  #fromClient = Buffer.alloc(0);
  #passed = 0;

  constructor(client: Socket, target: Socket, proxy: Faults) {
    this.#client = client;
    this.#target = target;
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      socket.on("error", () => this.cut());
      socket.on("close", () => this.cut());
    }
    target.on("data", (chunk: Buffer) => {
      const allowed = chunk.subarray(0, Math.max(0, proxy.truncateAfterBytes - this.#passed));
      this.#passed += chunk.length;
      this.#fromTarget = kept(this.#fromTarget, allowed);
      pass(allowed, { to: client, delayMs: proxy.delayMs });
      if (allowed.length < chunk.length) client.end(() => this.cut());
    });
    client.on("data", (chunk: Buffer) => {
      this.#fromClient = kept(this.#fromClient, chunk);
      pass(chunk, { to: target, delayMs: proxy.delayMs });
    });
  }

  get fromTarget(): string {
    return this.#fromTarget.toString("latin1");
  }

  get fromClient(): string {
    return this.#fromClient.toString("latin1");
  }

  get open(): boolean {
    return !this.#client.destroyed;
  }

  /** Both ends see the connection closed. */
  cut(): void {
    this.#client.destroy();
    this.#target.destroy();
  }

  /** Both ends stay connected and hear nothing. */
  hold(): void {
    this.#client.pause();
    this.#target.pause();
  }

  resume(): void {
    this.#client.resume();
    this.#target.resume();
  }
}

interface Faults {
  readonly delayMs: number;
  readonly truncateAfterBytes: number;
}

function kept(before: Buffer, chunk: Buffer): Buffer<ArrayBuffer> {
  return Buffer.concat([before, chunk]).subarray(0, KEPT_BYTES);
}

function pass(chunk: Buffer, way: { readonly to: Socket; readonly delayMs: number }): void {
  if (way.delayMs === 0) way.to.write(chunk);
  else setTimeout(() => way.to.write(chunk), way.delayMs);
}

/** A TCP proxy before one port of loopback, which breaks links to order. */
export class Proxy {
  readonly port: number;
  readonly connections: ProxiedConnection[] = [];
  /** Milliseconds that every chunk is held up, in both directions. */
  delayMs = 0;
  /** A connection is closed after that many bytes from the target. */
  truncateAfterBytes = Number.POSITIVE_INFINITY;
  #refusing = false;
  readonly #server: Server;

  private constructor(port: number, server: Server) {
    this.port = port;
    this.#server = server;
  }

  static async start(ports: { readonly listen: number; readonly target: number }): Promise<Proxy> {
    const server = createServer();
    server.listen(ports.listen, "127.0.0.1");
    await once(server, "listening");
    const proxy = new Proxy(ports.listen, server);
    server.on("connection", (client) => proxy.#accept(client, ports.target));
    return proxy;
  }

  /** The newest connection. @throws {Error} when there was none */
  get latest(): ProxiedConnection {
    const latest = this.connections.at(-1);
    if (latest === undefined) throw new Error("nobody has connected");
    return latest;
  }

  /** Closes what is open; new connections pass. */
  cut(): void {
    for (const connection of this.connections) connection.cut();
  }

  /** Closes what is open, and new connections at once, until `restore`. */
  refuse(): void {
    this.#refusing = true;
    this.cut();
  }

  /** Open connections go silent, as when a cable is pulled, until `restore`. */
  hold(): void {
    for (const connection of this.connections) connection.hold();
  }

  restore(): void {
    this.#refusing = false;
    for (const connection of this.connections) connection.resume();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }

  #accept(client: Socket, targetPort: number): void {
    if (this.#refusing) {
      client.destroy();
      return;
    }
    const target = connect({ host: "127.0.0.1", port: targetPort });
    this.connections.push(new ProxiedConnection(client, target, this));
  }
}
