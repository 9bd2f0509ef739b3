import { connect, type Socket } from "node:net";
import type { Address } from "../../base/address.ts";
import type { LinkId } from "../../base/ids.ts";
import type { TlsDialer } from "../tls/tls-dialer.ts";
import { faultOf } from "../tls/tls-faults.ts";

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
    /** `bind-source-addr`; undefined leaves it to the system. */
    readonly localAddress: string | undefined;
    /** `repl-disable-tcp-nodelay no` */
    readonly noDelay: boolean;
    readonly keepaliveMs: number;
    /** `tls-replication yes`: encrypts the connection. */
    readonly tls: TlsDialer | undefined;
    readonly events: ReplicaLinkEvents;
  }) {
    const { host, port } = options.master;
    this.id = options.id;
    this.#events = options.events;
    const { tls, noDelay, localAddress } = options;
    const from = localAddress === undefined ? {} : { localAddress };
    const target = { host, port, noDelay, ...from };
    this.#socket = tls?.connect(target) ?? connect(target);
    this.#socket.setKeepAlive(options.keepaliveMs > 0, options.keepaliveMs);
    const opened = tls === undefined ? "connect" : "secureConnect";
    this.#socket.on(opened, () => this.#events.onOpened(this.id));
    this.#socket.on("data", (bytes) => this.#events.onBytes(this.id, bytes));
    this.#socket.on("error", (error) => {
      this.#reason = `Error condition on socket for SYNC: ${faultOf(error)}`;
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
