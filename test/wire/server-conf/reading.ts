import {
  parseServerConf,
  type ServerConfig,
  type ServerConfigTable,
} from "../../../src/wire/server-conf/server-config.ts";
import { configSet } from "../../../src/wire/server-conf/config-commands.ts";

/** `redis.conf` of that text. */
export function read(text: string, commandLine = "") {
  return parseServerConf({
    main: { name: "redis.conf", text },
    commandLine,
    include: () => ({ kind: "unreadable", reason: "No such file" }),
  });
}

export function configOf(text: string, commandLine?: string): ServerConfig {
  const result = read(text, commandLine);
  if (result.kind === "config") return result.config;
  throw new Error(result.mistakes.map(({ line, message }) => `${line}: ${message}`).join("\n"));
}

/** `line: message` of each mistake. */
export function mistakesOf(text: string): string[] {
  const result = read(text);
  return result.kind === "config"
    ? []
    : result.mistakes.map(({ line, message }) => `${line}: ${message}`);
}

/** The table after CONFIG SET of these pairs. */
export function set(
  table: ServerConfigTable,
  ...pairs: (readonly [string, string])[]
): ServerConfigTable {
  const result = configSet(table, pairs, { isLocal: true });
  if (result.kind === "set") return result.table;
  throw new Error(result.text);
}
