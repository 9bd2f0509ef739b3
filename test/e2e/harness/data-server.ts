import { Daemon } from "./daemon.ts";
import { type Kind, ownProgram, realProgram } from "./programs.ts";
import { type TlsFiles, tlsSettings } from "./tls-files.ts";

export interface DataServerOptions {
  /** Where it is not among the settings. */
  readonly password?: string;
  readonly kind: Kind;
  /** For messages: `master`, `replica`, … */
  readonly name: string;
  readonly port: number;
  readonly dir: string;
  /** Directives beyond the usual ones: `{ "repl-diskless-sync": "no" }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Encrypts all it says and hears; the port is then an encrypted one. */
  readonly tls?: TlsFiles | undefined;
}

/** The settings of every server under test; the options' own win. */
const USUAL_SETTINGS: Readonly<Record<string, string>> = {
  bind: "127.0.0.1",
  save: "",
  "enable-debug-command": "yes",
  "repl-diskless-sync-delay": "0",
};

/** A redis-server or vedette-server. */
export class DataServer extends Daemon {
  readonly kind: Kind;
  readonly name: string;

  constructor(options: DataServerOptions) {
    const { kind, name, port, dir, tls } = options;
    const settings: Readonly<Record<string, string>> = {
      ...(tls === undefined ? { port: String(port) } : tlsSettings(port, tls)),
      dir,
      ...USUAL_SETTINGS,
      ...options.settings,
    };
    super({
      title: `${name} (${kind}, port ${port})`,
      program: kind === "redis" ? realProgram("redis-server") : ownProgram("vedette-server"),
      args: Object.entries(settings).flatMap(([directive, value]) => [`--${directive}`, value]),
      port,
      dir,
      password: options.password ?? settings["requirepass"],
      tls,
    });
    this.kind = kind;
    this.name = name;
  }
}
