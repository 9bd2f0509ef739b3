import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Daemon } from "./daemon.ts";
import { type Kind, ownProgram, realProgram } from "./programs.ts";
import { type TlsFiles, tlsLines } from "./tls-files.ts";

export interface SentinelOptions {
  readonly kind: Kind;
  readonly name: string;
  readonly port: number;
  readonly dir: string;
  /** Lines of the configuration after `port`, `bind` and `dir`; "kept": the file that is there. */
  readonly config: readonly string[] | "kept";
  /** Encrypts all it says and hears; the port is then an encrypted one. */
  readonly tls?: TlsFiles | undefined;
}

/** A redis-sentinel or vedette-sentinel with its configuration file, which survives a restart. */
export class SentinelProcess extends Daemon {
  readonly kind: Kind;
  readonly name: string;
  readonly configFile: string;

  constructor(options: SentinelOptions) {
    const { kind, name, port, dir, tls } = options;
    const configFile = join(dir, "sentinel.conf");
    super({
      title: `${name} (${kind} sentinel, port ${port})`,
      program: kind === "redis" ? realProgram("redis-sentinel") : ownProgram("vedette-sentinel"),
      args: [configFile],
      port,
      dir,
      tls,
    });
    this.kind = kind;
    this.name = name;
    this.configFile = configFile;
    if (options.config === "kept") return;
    const ports = tls === undefined ? [`port ${port}`] : tlsLines(port, tls);
    const lines = [...ports, "bind 127.0.0.1", `dir ${dir}`, ...options.config];
    writeFileSync(configFile, `${lines.join("\n")}\n`);
  }

  /** The configuration as it stands on disk. */
  get config(): string {
    return readFileSync(this.configFile, "utf8");
  }

  /** `SENTINEL MASTER|REPLICAS|SENTINELS NAME`: one record of fields per instance. */
  async instances(
    what: "MASTER" | "REPLICAS" | "SENTINELS",
    masterName: string,
  ): Promise<readonly Readonly<Record<string, string>>[]> {
    const reply = await this.command("SENTINEL", what, masterName);
    const list = what === "MASTER" ? [reply] : reply;
    if (!Array.isArray(list)) throw new Error(`no list: ${JSON.stringify(reply)}`);
    return list.map(fieldsOf);
  }

  /** `host:port` of the master of that name. */
  async masterAddress(masterName: string): Promise<string> {
    const reply = await this.command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName);
    if (!Array.isArray(reply)) throw new Error(`no address: ${JSON.stringify(reply)}`);
    return reply.join(":");
  }
}

/** A flat list `name, value, name, value` as a record. */
function fieldsOf(flat: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(flat)) throw new Error(`no fields: ${JSON.stringify(flat)}`);
  const words = flat.map(String);
  const names = words.filter((_, index) => index % 2 === 0);
  return Object.fromEntries(names.map((name, index) => [name, words[2 * index + 1] ?? ""]));
}
