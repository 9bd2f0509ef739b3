import { bytesOfText } from "../../base/bytes.ts";
import type { ClientId } from "../../base/ids.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import type { DaemonFacts } from "./request-handler.ts";

/** What a line of CLIENT LIST shows. Sizes are bytes, times whole seconds. */
export interface ClientFacts {
  readonly id: ClientId;
  readonly remoteAddress: string;
  readonly localAddress: string;
  /** -1 where the system has no number for the connection. */
  readonly fileDescriptor: number;
  readonly name: string;
  readonly ageSeconds: number;
  readonly idleSeconds: number;
  readonly flags: string;
  readonly channels: number;
  readonly patterns: number;
  readonly shardChannels: number;
  readonly unparsedBytes: number;
  /** Of the command being executed. */
  readonly argumentBytes: number;
  readonly queuedCommandBytes: number;
  readonly replyBytes: number;
  readonly unsentBytes: number;
  readonly command: string;
  readonly user: string;
  readonly protocol: Protocol;
  readonly libraryName: string;
  readonly libraryVersion: string;
  readonly daemon: DaemonFacts;
}

/** What a connection costs besides its buffers, roughly. */
const CONNECTION_BYTES = 8192;

export const NO_DAEMON_FACTS: DaemonFacts = {
  database: 0,
  queuedCommands: -1,
  watchedKeys: 0,
  flags: "",
};

/** The line of CLIENT LIST and CLIENT INFO, without its line end (server spec §4.3). */
export function clientLine(facts: ClientFacts): string {
  const { daemon } = facts;
  const memory =
    CONNECTION_BYTES +
    facts.unparsedBytes +
    facts.argumentBytes +
    facts.queuedCommandBytes +
    facts.replyBytes +
    facts.unsentBytes;
  const fields: readonly (readonly [string, string | number])[] = [
    ["id", facts.id],
    ["addr", bytesOfText(facts.remoteAddress)],
    ["laddr", bytesOfText(facts.localAddress)],
    ["fd", facts.fileDescriptor],
    ["name", facts.name],
    ["age", facts.ageSeconds],
    ["idle", facts.idleSeconds],
    ["flags", inOrder(facts.flags + daemon.flags)],
    ["db", daemon.database],
    ["sub", facts.channels],
    ["psub", facts.patterns],
    ["ssub", facts.shardChannels],
    ["multi", daemon.queuedCommands],
    ["watch", daemon.watchedKeys],
    ["qbuf", facts.unparsedBytes],
    ["qbuf-free", 0],
    ["argv-mem", facts.argumentBytes],
    ["multi-mem", facts.queuedCommandBytes],
    ["rbs", 0],
    ["rbp", 0],
    ["obl", facts.replyBytes],
    ["oll", facts.unsentBytes > 0 ? 1 : 0],
    ["omem", facts.unsentBytes],
    ["tot-mem", memory],
    ["events", facts.unsentBytes > 0 ? "rw" : "r"],
    ["cmd", facts.command === "" ? "NULL" : facts.command],
    ["user", facts.user],
    ["redir", -1],
    ["resp", facts.protocol],
    ["lib-name", facts.libraryName],
    ["lib-ver", facts.libraryVersion],
  ];
  return fields.map(([key, value]) => `${key}=${value}`).join(" ");
}

/** Redis' order of the flags; a client without any has an N. */
const FLAG_ORDER = "SOMPxbtRBdcuAUreT";

function inOrder(flags: string): string {
  const letters = flags.split("").toSorted((a, b) => FLAG_ORDER.indexOf(a) - FLAG_ORDER.indexOf(b));
  return letters.join("") || "N";
}
