import { readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Address } from "../../base/address.ts";
import { textOf } from "../../base/bytes.ts";
import type { Arguments } from "../../server/environment.ts";
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
import { reasonOf } from "../system-reason.ts";
import { writeDurablySync } from "./durable-file.ts";

/** Changing these needs other sockets; what is open stays as it is. */
const FIXED_WHILE_RUNNING: ReadonlySet<string> = new Set(["port", "bind", "tls-port"]);

export interface ConfigurationOptions {
  readonly table: ServerConfigTable;
  /** Absolute path, or undefined when the server runs without a file. */
  readonly file: string | undefined;
  /** The master as it is now, not as the file had it. */
  readonly master: () => Address | undefined;
  readonly onChanged: (table: ServerConfigTable, named: readonly ParameterName[]) => void;
  /** The lines of the users for a rewritten file. */
  readonly users: () => readonly OptionLine[];
  /** Takes new `tls-…` settings, or says by false that they cannot be used. */
  readonly useTls: (table: ServerConfigTable) => boolean;
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
  execute(args: Arguments, reply: ReplyWriter, sender: { readonly isLocal: boolean }): void {
    switch (textOf(args[1] ?? "").toLowerCase()) {
      case "get":
        this.#get(args.slice(2).map(textOf), reply);
        return;
      case "set":
        this.#set(args.slice(2).map(textOf), reply, sender);
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

  #set(words: readonly string[], reply: ReplyWriter, sender: { readonly isLocal: boolean }): void {
    if (words.length % 2 !== 0) {
      reply.error("ERR wrong number of arguments for 'config|set' command");
      return;
    }
    const pairs: [string, string][] = [];
    for (let at = 0; at < words.length; at += 2) pairs.push([words[at] ?? "", words[at + 1] ?? ""]);
    const result = this.#tryOut(configSet(this.#table, pairs, sender));
    if (result.kind === "error") {
      reply.error(result.text);
      return;
    }
    this.#table = result.table;
    this.#options.onChanged(result.table, result.changed);
    reply.simple("OK");
  }

  /** What only the world can refuse. */
  #tryOut(result: ConfigSetResult): ConfigSetResult {
    if (result.kind === "error") return result;
    const fixed = result.changed.find((name) => FIXED_WHILE_RUNNING.has(name));
    if (fixed !== undefined) return configSetError(fixed, "can't be changed while vedette runs");
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
