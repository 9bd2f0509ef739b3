import { type TlsSettings, tlsSettings } from "../../wire/conf/tls-settings.ts";
import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import type { ListenOptions } from "../listener/listener.ts";
import { Tls, type TlsLog } from "../tls/tls.ts";
import { TlsError } from "../tls/tls-error.ts";

/** The TLS of a server, whose settings may change while it runs. */
export class ServerCertificates {
  readonly #log: TlsLog;
  #settings: TlsSettings | undefined;
  /** Kept when it is switched off: the door that was opened stays open. */
  #tls: Tls | undefined;

  constructor(log: TlsLog) {
    this.#log = log;
  }

  /**
   * Settings to be in force from now on, at the start or by CONFIG SET.
   * @throws {TlsError} and what was in force stays
   */
  use(table: ServerConfigTable): void {
    const settings = tlsSettings(table);
    if (settings !== undefined) {
      if (this.#tls === undefined) this.#tls = new Tls(settings, { log: this.#log });
      else this.#tls.change(settings);
    }
    this.#settings = settings;
  }

  get listening(): ListenOptions["tls"] {
    const door = this.#tls;
    if (door === undefined || door.settings.port === 0) return undefined;
    return { port: door.settings.port, door };
  }

  /** Undefined where links to a master are plain. */
  get forReplication(): Tls | undefined {
    return this.#settings?.replication === true ? this.#tls : undefined;
  }

  /** As `use`, where the one who asks is told no more than whether it worked. */
  tryToUse(table: ServerConfigTable): boolean {
    try {
      this.use(table);
      return true;
    } catch (cause) {
      if (!(cause instanceof TlsError)) throw cause;
      this.#log("warning", cause.message);
      return false;
    }
  }

  reload(): void {
    this.#tls?.reload();
  }

  stop(): void {
    this.#tls?.stop();
  }
}
