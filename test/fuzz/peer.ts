import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { encodeCommand } from "../../src/resp/encode-command.ts";
import { ReplyParser } from "../../src/resp/reply-parser.ts";
import type { Reply } from "../../src/resp/reply.ts";

/** A connection that sends many commands at once and takes as many replies. */
export class Peer {
  readonly #socket: Socket;
  readonly #parser = new ReplyParser();
  readonly #replies: Reply[] = [];
  #waiting: { readonly count: number; readonly resolve: () => void } | undefined;
  #failure: Error | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the server closed the connection")));
  }

  static async open(port: number): Promise<Peer> {
    const socket = connect({ host: "127.0.0.1", port, noDelay: true });
    await once(socket, "connect");
    return new Peer(socket);
  }

  /** @throws {Error} when the connection ends before all replies are there */
  async send(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    this.#socket.write(Buffer.concat(commands.map((words) => encodeCommand(words))));
    await new Promise<void>((resolve) => {
      this.#waiting = { count: commands.length, resolve };
      this.#wake();
    });
    if (this.#replies.length < commands.length && this.#failure !== undefined) throw this.#failure;
    return this.#replies.splice(0, commands.length);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#parser.feed(chunk);
    for (let reply = this.#parser.next(); reply !== undefined; reply = this.#parser.next()) {
      this.#replies.push(reply);
    }
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (this.#replies.length < waiting.count && this.#failure === undefined) return;
    this.#waiting = undefined;
    waiting.resolve();
  }
}
