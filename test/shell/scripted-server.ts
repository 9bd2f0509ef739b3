import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Address } from "../../src/base/address.ts";
import { textOf } from "../../src/base/bytes.ts";
import { RequestParser, UNLIMITED } from "../../src/resp/request-parser.ts";

/** What a scripted server saw of one connection. */
export interface SeenConnection {
  readonly socket: Socket;
  /** The bytes of each read. */
  readonly reads: string[];
  /** The requests, words joined by blanks. */
  readonly requests: string[];
  isOpen: boolean;
}

/** @returns the raw reply to a request, undefined for none */
export type Script = (words: readonly string[], connection: SeenConnection) => string | undefined;

/** A server on loopback that answers as it is told and records what it gets. */
export class ScriptedServer {
  readonly connections: SeenConnection[] = [];
  readonly #server: Server;

  private constructor(server: Server, script: Script) {
    this.#server = server;
    server.on("connection", (socket) => this.#serve(socket, script));
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new ScriptedServer(server, script);
  }

  get address(): Address {
    return { host: "127.0.0.1", port: (this.#server.address() as AddressInfo).port };
  }

  connection(index: number): SeenConnection {
    const connection = this.connections[index];
    if (connection === undefined) throw new Error(`no connection ${index}`);
    return connection;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(socket: Socket, script: Script): void {
    const parser = new RequestParser(UNLIMITED);
    const connection: SeenConnection = { socket, reads: [], requests: [], isOpen: true };
    this.connections.push(connection);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      connection.isOpen = false;
    });
    socket.on("data", (chunk) => {
      connection.reads.push(chunk.toString("latin1"));
      parser.feed(chunk);
      for (let request = parser.next(); request !== undefined; request = parser.next()) {
        const words = request.map(textOf);
        connection.requests.push(words.join(" "));
        const reply = script(words, connection);
        if (reply !== undefined) socket.write(reply, "latin1");
      }
    });
  }
}

/** HELLO as Redis 7 answers it, with fewer fields. */
export const HELLO_3 = "%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n";
export const UNKNOWN_HELLO = "-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n";

export function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}
