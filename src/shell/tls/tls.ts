import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { TlsSettings } from "../../wire/conf/tls-settings.ts";
import { FileWatch } from "../file-watch.ts";
import type { Handshakes, TlsDoor } from "../listener/tls-door.ts";
import { TlsAcceptor } from "./tls-acceptor.ts";
import type { TlsDialer, TlsTarget } from "./tls-dialer.ts";
import { TlsError } from "./tls-error.ts";
import { loadTls, type TlsMaterial, tlsPaths } from "./tls-material.ts";

export type TlsLog = (level: "notice" | "warning", message: string) => void;

/**
 * The certificates of a daemon and every handshake made with them. They are read again when their
 * files change: new connections use what is new, and those that are open live on.
 */
export class Tls implements TlsDoor, TlsDialer {
  readonly #log: TlsLog;
  readonly #watch: FileWatch;
  #settings: TlsSettings;
  #material: TlsMaterial;
  #handshakes: Handshakes | undefined;
  #acceptor: TlsAcceptor | undefined;

  /** @throws {TlsError} */
  constructor(settings: TlsSettings, { log }: { readonly log: TlsLog }) {
    this.#log = log;
    this.#settings = settings;
    this.#watch = new FileWatch({
      paths: () => tlsPaths(this.#settings),
      onChange: () => this.reload(),
    });
    this.#material = loadTls(settings);
    this.#warn();
    this.#watch.start();
  }

  get settings(): TlsSettings {
    return this.#settings;
  }

  stop(): void {
    this.#watch.stop();
  }

  /** From here on `accept` may be called. */
  serve(handshakes: Handshakes): void {
    this.#handshakes = handshakes;
    this.#renewAcceptor();
  }

  accept(raw: Socket): void {
    this.#acceptor?.accept(raw);
  }

  /**
   * Begins a connection; `secureConnect` or `error` follows. The other side must have a certificate
   * of our authorities; which names are in it does not matter, as in Redis.
   */
  connect({ host, port, localAddress, noDelay }: TlsTarget): TLSSocket {
    const socket = connect({
      host,
      port,
      ...(localAddress === undefined ? {} : { localAddress }),
      secureContext: this.#material.client,
      rejectUnauthorized: true,
      checkServerIdentity: () => undefined,
    });
    socket.setNoDelay(noDelay);
    return socket;
  }

  /**
   * Other settings.
   * @throws {TlsError} and everything stays as it is
   */
  change(settings: TlsSettings): void {
    const material = loadTls(settings);
    this.#settings = settings;
    this.#watch.told();
    this.#use(material);
  }

  /** Reads the files again; what cannot be used leaves the old in force. */
  reload(): void {
    this.#watch.told();
    let material: TlsMaterial;
    try {
      material = loadTls(this.#settings);
    } catch (cause) {
      if (!(cause instanceof TlsError)) throw cause;
      this.#log("warning", `TLS files have changed but cannot be used: ${cause.message}`);
      this.#log("warning", "TLS goes on with the certificates that were read before");
      return;
    }
    if (material.digest === this.#material.digest) return;
    this.#use(material);
    this.#log("notice", "TLS certificates were read again: new connections use them");
  }

  #use(material: TlsMaterial): void {
    this.#material = material;
    this.#renewAcceptor();
    this.#warn();
  }

  #renewAcceptor(): void {
    const handshakes = this.#handshakes;
    if (handshakes === undefined) return;
    const { server: context } = this.#material;
    this.#acceptor = new TlsAcceptor({ context, settings: this.#settings, handshakes });
  }

  #warn(): void {
    for (const warning of this.#material.warnings) this.#log("warning", warning);
  }
}
