import { connect, type Socket } from "node:net";
import { expect } from "vitest";
import { encodeCommand } from "../../../src/resp/encode-command.ts";
import { ReplyParser } from "../../../src/resp/reply-parser.ts";
import type { Reply } from "../../../src/resp/reply.ts";
import { within } from "./deadline.ts";

/** A client over a real socket that keeps every byte it gets. */
export class TestClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #received: Buffer[] = [];
  #waiting: (() => void)[] = [];
  readonly #parser = new ReplyParser();
  #isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received.push(chunk);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      const onClosed = (): void => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      };
      socket.on("end", onClosed);
      socket.on("close", onClosed);
    });
    // A reset is one of the ways a test may end.
    socket.on("error", () => undefined);
  }

  static async connect(
    where: { port: number; host?: string } | { path: string },
  ): Promise<TestClient> {
    const options = "port" in where ? { host: "127.0.0.1", ...where } : where;
    const socket = connect(options);
    await within(
      new Promise<void>((resolve, reject) => {
        socket.once("error", reject);
        socket.once("connect", resolve);
      }),
      "connecting",
    );
    return new TestClient(socket);
  }

  /** Bytes as they are; a text is latin1. */
  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  }

  async call(...args: string[]): Promise<Reply> {
    this.send(encodeCommand(args));
    return this.reply();
  }

  /** The next reply or push. */
  async reply(): Promise<Reply> {
    for (;;) {
      const reply = this.#parser.next();
      if (reply !== undefined) return reply;
      const chunk = this.#received.shift();
      if (chunk === undefined) await this.#more("a reply");
      else this.#parser.feed(chunk);
    }
  }

  /** Exactly the next bytes, as latin1. */
  async bytes(length: number): Promise<string> {
    this.#received.unshift(this.#parser.takeRest());
    while (this.#length < length) await this.#more(`${length} bytes, got ${this.#length}`);
    const all = Buffer.concat(this.#received);
    this.#received = [all.subarray(length)];
    return all.toString("latin1", 0, length);
  }

  /** Everything up to the end of the connection, as latin1. */
  async toEnd(): Promise<string> {
    await within(this.closed, "the connection's end");
    this.#received.unshift(this.#parser.takeRest());
    return Buffer.concat(this.#received.splice(0)).toString("latin1");
  }

  destroy(): void {
    this.socket.destroy();
  }

  get #length(): number {
    return this.#received.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  async #more(what: string): Promise<void> {
    if (this.#isClosed) throw new Error(`the connection ended instead of ${what}`);
    await within(new Promise<void>((resolve) => this.#waiting.push(resolve)), what);
  }

  #wake(): void {
    for (const waiter of this.#waiting.splice(0)) waiter();
  }
}

/** The next bytes are exactly these. */
export async function expectBytes(client: TestClient, expected: string): Promise<void> {
  expect(await client.bytes(expected.length)).toBe(expected);
}
