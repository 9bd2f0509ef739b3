import { connect, type Socket } from "node:net";
import type { Address } from "../../base/address.ts";
import type { LinkId } from "../../base/ids.ts";

export interface ReplicaLinkEvents {
  onOpened(link: LinkId): void;
  onBytes(link: LinkId, bytes: Buffer): void;
  /** Once, whether it was open or not; not after `close`. */
  onClosed(link: LinkId, reason: string): void;
}

/** The socket to our master, and nothing else: what goes over it is decided elsewhere. */
export class ReplicaLink {
  readonly id: LinkId;
  readonly #socket: Socket;
  readonly #events: ReplicaLinkEvents;
  #reason = "the master closed the connection";
  #closed = false;

  constructor(options: {
    readonly id: LinkId;
    readonly master: Address;
    /** `repl-disable-tcp-nodelay no` */
    readonly noDelay: boolean;
    readonly keepaliveMs: number;
    readonly events: ReplicaLinkEvents;
  }) {
    const { host, port } = options.master;
    this.id = options.id;
    this.#events = options.events;
    this.#socket = connect({ host, port, noDelay: options.noDelay });
    this.#socket.setKeepAlive(options.keepaliveMs > 0, options.keepaliveMs);
    this.#socket.on("connect", () => this.#events.onOpened(this.id));
    this.#socket.on("data", (bytes) => this.#events.onBytes(this.id, bytes));
    this.#socket.on("error", (error) => {
      this.#reason = `Error condition on socket for SYNC: ${error.message}`;
    });
    this.#socket.on("close", () => this.#onClose());
  }

  /** `ip:port`, empty before the connection is there. */
  get localAddress(): string {
    const { localAddress = "", localPort = 0 } = this.#socket;
    return `${localAddress}:${localPort}`;
  }

  write(bytes: string): void {
    if (!this.#closed) this.#socket.write(bytes, "latin1");
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Closes without a word: the one who asks knows. */
  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #onClose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.onClosed(this.id, this.#reason);
  }
}
