import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { until } from "./until.ts";

/** A plain socket, as a person on telnet has it: bytes out, all bytes that came in. */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
    });
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect({ host: "127.0.0.1", port });
    await once(socket, "connect");
    socket.setNoDelay(true);
    return new RawConnection(socket);
  }

  /** @param text as it is, CRLF included; one byte a character */
  send(text: string): void {
    this.#socket.write(text, "latin1");
  }

  /** Everything so far. */
  get received(): Buffer {
    return this.#received;
  }

  /** Whether the other side has closed the connection. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Waits until everything received so far satisfies `holds`; returns it as latin1. */
  async untilReceived(name: string, holds: (received: string) => boolean): Promise<string> {
    const look = (): string => this.#received.toString("latin1");
    return until({ name, look, holds });
  }

  /** A slow reader: what comes stays in the kernel, then with the sender. */
  stopReading(): void {
    this.#socket.pause();
  }

  close(): void {
    this.#socket.destroy();
  }
}
