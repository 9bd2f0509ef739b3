import { type Bytes, textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { calledName, type Command, FLAG } from "../command.ts";
import type { Arguments } from "../environment.ts";
import type { ServerState } from "../state.ts";
import { redacted } from "./redaction.ts";

/** Shows a command to the clients in MONITOR; those of administrators are too delicate. */
export function feedMonitors(
  state: ServerState,
  client: Client,
  command: Command,
  args: Arguments,
): void {
  const name = calledName(command, args);
  const subcommand = command.subcommands?.get(name.slice(command.name.length + 1));
  if ((subcommand ?? command).flags & FLAG.admin) return;
  const line = monitorLine(state, client, redacted(name, args));
  for (const monitor of state.observation.monitors) monitor.connection.deliver(line);
}

/** `+1339518083.107412 [0 127.0.0.1:60866] "keys" "*"` */
function monitorLine(state: ServerState, client: Client, args: readonly Bytes[]): string {
  const unixMs = state.now + state.wallOffsetMs;
  const seconds = Math.floor(unixMs / 1000);
  const micros = Math.floor((unixMs - seconds * 1000) * 1000);
  const when = `${seconds}.${String(micros).padStart(6, "0")}`;
  const from = `[${client.database.index} ${shownAddress(client)}]`;
  return `+${when} ${from} ${args.map(quoted).join(" ")}\r\n`;
}

function shownAddress({ connection }: Client): string {
  const { remoteAddress } = connection;
  return remoteAddress.startsWith("/") ? `unix:${remoteAddress.slice(0, -2)}` : remoteAddress;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  '"': '\\"',
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\x07": "\\a",
  "\b": "\\b",
};

function quoted(word: Bytes): string {
  const text = textOf(word).replace(/[^ !#-[\]-~]/g, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(2, "0");
    return ESCAPES[character] ?? `\\x${code}`;
  });
  return `"${text}"`;
}
