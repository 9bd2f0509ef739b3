import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Address } from "../../base/address.ts";
import { textOf } from "../../base/bytes.ts";
import type { Arguments } from "../../server/environment.ts";
import { ERRORS } from "../../server/errors.ts";
import type { ReplyWriter } from "../../resp/reply-writer.ts";
import {
  configGet,
  configSet,
  configSetError,
  type ConfigSetResult,
} from "../../wire/server-conf/config-commands.ts";
import { rewriteServerConf } from "../../wire/server-conf/config-rewrite.ts";
import type { ParameterName } from "../../wire/conf/redis-parameters.ts";
import type { OptionLine } from "../../wire/conf-document.ts";
import type { ServerConfigTable } from "../../wire/server-conf/server-config.ts";
import { ListenError } from "../listener/errors.ts";
import { reasonOf } from "../system-reason.ts";
import { writeDurablySync } from "./durable-file.ts";

/** Changing these means to accept connections elsewhere. */
const PLACES = ["port", "bind"] as const satisfies readonly ParameterName[];

/** Not to be changed while data is loaded. */
const FIXED_WHILE_LOADING: ReadonlySet<string> = new Set([
  "appendonly",
  "dir",
  "repl-diskless-load",
] satisfies ParameterName[]);

/** Who sent CONFIG. */
export interface ConfigAsker {
  readonly isLocal: boolean;
  readonly isLoading: boolean;
  /** The reply is written later, and no other request of this client is executed before. */
  waitFor(answer: Promise<(reply: ReplyWriter) => void>): void;
}

export interface ConfigurationOptions {
  readonly table: ServerConfigTable;
  /** Absolute path, or undefined when the server runs without a file. */
  readonly file: string | undefined;
  /** The master as it is now, not as the file had it. */
  readonly master: () => Address | undefined;
  readonly onChanged: (table: ServerConfigTable, named: readonly ParameterName[]) => void;
  /** The lines of the users for a rewritten file. */
  readonly users: () => readonly OptionLine[];
  /** Why a parameter cannot be set here, if it is kept elsewhere. */
  readonly secretRefusal: (name: ParameterName) => string | undefined;
  /** Takes new `tls-…` settings, or says by false that they cannot be used. */
  readonly useTls: (table: ServerConfigTable) => boolean;
  /**
   * Accepts connections where the table says.
   * @throws {ListenError} when it is as before
   */
  readonly listenAt: (table: ServerConfigTable, before: ServerConfigTable) => Promise<void>;
  readonly onResetStatistics: () => void;
}

/** The configuration in force, and CONFIG, which shows, changes and writes it (server spec §4.7). */
export class Configuration {
  readonly #options: ConfigurationOptions;
  #table: ServerConfigTable;

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#table = options.table;
  }

  get table(): ServerConfigTable {
    return this.#table;
  }

  /** CONFIG and its subcommand, whose arity was checked. */
  execute(args: Arguments, reply: ReplyWriter, asker: ConfigAsker): void {
    switch (textOf(args[1] ?? "").toLowerCase()) {
      case "get":
        this.#get(args.slice(2).map(textOf), reply);
        return;
      case "set":
        this.#set(args.slice(2).map(textOf), reply, asker);
        return;
      case "rewrite":
        this.#rewrite(reply);
        return;
      case "resetstat":
        this.#options.onResetStatistics();
        reply.simple("OK");
        return;
      default:
        reply.reply({ kind: "array", items: HELP });
    }
  }

  #get(patterns: readonly string[], reply: ReplyWriter): void {
    const found = configGet(this.#inForce(), patterns);
    reply.map(found.length);
    for (const [name, text] of found) {
      reply.bulk(name);
      reply.bulk(text);
    }
  }

  /** The table with what the server knows better than the file did. */
  #inForce(): ServerConfigTable {
    return { ...this.#table, replicaof: this.#options.master(), dir: process.cwd() };
  }

  #set(words: readonly string[], reply: ReplyWriter, asker: ConfigAsker): void {
    if (words.length % 2 !== 0) {
      reply.error("ERR wrong number of arguments for 'config|set' command");
      return;
    }
    const pairs: [string, string][] = [];
    for (let at = 0; at < words.length; at += 2) pairs.push([words[at] ?? "", words[at + 1] ?? ""]);
    const isFixed = pairs.some(([name]) => FIXED_WHILE_LOADING.has(name.toLowerCase()));
    if (asker.isLoading && isFixed) {
      reply.error(ERRORS.loading);
      return;
    }
    const result = this.#withoutOutside(configSet(this.#table, pairs, asker));
    if (result.kind === "set" && this.#movesTo(result.table)) {
      asker.waitFor(this.#setAfterMoving(result, () => configSet(this.#table, pairs, asker)));
    } else {
      this.#adopt(this.#tryOut(result), reply);
    }
  }

  #movesTo(table: ServerConfigTable): boolean {
    return PLACES.some((name) => String(table[name]) !== String(this.#table[name]));
  }

  /** @param again the same request on what the table is by then */
  async #setAfterMoving(
    { table }: ConfigSetResult & { readonly kind: "set" },
    again: () => ConfigSetResult,
  ): Promise<(reply: ReplyWriter) => void> {
    const before = this.#table;
    const name = PLACES.find((place) => String(table[place]) !== String(before[place])) ?? "port";
    let result: ConfigSetResult;
    try {
      await this.#options.listenAt(table, before);
      result = this.#tryOut(again());
      if (result.kind === "error") await this.#options.listenAt(before, table);
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      result = configSetError(name, name === "bind" ? CANNOT_BIND : CANNOT_LISTEN);
    }
    return (reply) => this.#adopt(result, reply);
  }

  #adopt(result: ConfigSetResult, reply: ReplyWriter): void {
    if (result.kind === "error") {
      reply.error(result.text);
      return;
    }
    this.#table = result.table;
    this.#options.onChanged(result.table, result.changed);
    reply.simple("OK");
  }

  /** What is not this table's to change. */
  #withoutOutside(result: ConfigSetResult): ConfigSetResult {
    if (result.kind === "error") return result;
    for (const name of result.changed) {
      const reason = name === "tls-port" ? FIXED : this.#options.secretRefusal(name);
      if (reason !== undefined) return configSetError(name, reason);
    }
    return result;
  }

  /** What only the world can refuse. */
  #tryOut(result: ConfigSetResult): ConfigSetResult {
    if (result.kind === "error") return result;
    const ofTls = result.changed.find((name) => name.startsWith("tls-"));
    if (ofTls !== undefined && !this.#options.useTls(result.table)) {
      return configSetError(ofTls, "Unable to update TLS configuration. Check server logs.");
    }
    if (!result.changed.includes("dir")) return result;
    try {
      process.chdir(result.table.dir);
      return result;
    } catch (error) {
      return configSetError("dir", reasonOf(error));
    }
  }

  /**
   * Done before the reply, and so before the next command: Sentinel sends it inside MULTI right
   * behind REPLICAOF, and a server that comes back from a crash must come back in that role.
   */
  #rewrite(reply: ReplyWriter): void {
    const { file } = this.#options;
    if (file === undefined) {
      reply.error("ERR The server is running without a config file");
      return;
    }
    try {
      const text = rewriteServerConf(readConfText(file), this.#inForce(), this.#options.users());
      const temporary = join(dirname(file), `${basename(file)}.${process.pid}.tmp`);
      writeDurablySync(temporary, file, modeOf(file), (handle) => {
        writeFileSync(handle, text, "latin1");
      });
      reply.simple("OK");
    } catch (error) {
      reply.error(`ERR Rewriting config file: ${reasonOf(error)}`);
    }
  }
}

/** Encrypted connections may need other certificates with another port: that is for a start. */
const FIXED = "can't be changed while vedette runs";
const CANNOT_BIND = "Failed to bind to specified addresses.";
const CANNOT_LISTEN = "Unable to listen on this port. Check server logs.";

/** The file's bytes; none when it has been removed meanwhile. */
function readConfText(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) === undefined
    ? ""
    : readFileSync(file, "latin1");
}

/** A password in the file stays as private as it was. */
function modeOf(file: string): number {
  return (statSync(file, { throwIfNoEntry: false })?.mode ?? 0o644) & 0o777;
}

const HELP = [
  "CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
  "GET <pattern>",
  "    Return parameters matching the glob-like <pattern> and their values.",
  "SET <directive> <value>",
  "    Set the configuration <directive> to <value>.",
  "RESETSTAT",
  "    Reset statistics reported by the INFO command.",
  "REWRITE",
  "    Rewrite the configuration file.",
  "HELP",
  "    Print this help.",
].map((text) => ({ kind: "simple", text }) as const);
