import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import { dumpOf } from "../../wire/rdb/dump.ts";
import { type Client, isLocal } from "../client.ts";
import { digestOf, valueDigest } from "../digest.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { NO_EXPIRY } from "../keyspace.ts";
import { log } from "../log.ts";
import { propagateAlways, propagateAs } from "../propagation.ts";
import { reload } from "../reload.ts";
import { replyError, replyOk } from "../reply.ts";
import { replySample } from "./protocol-samples.ts";
import { replyHelp } from "./help.ts";
import { beginHistory } from "../replication/identity.ts";
import { emit, type ServerState } from "../state.ts";
import { recordOf } from "../value-record.ts";
import { encodingOf } from "../values/value.ts";

/** DEBUG: what test suites of Sentinel and replication use (server spec §4.11). */
export function debug(state: ServerState, client: Client, args: Arguments): void {
  if (!isAllowed(state, client)) {
    replyError(client, ERRORS.debugRefused);
    return;
  }
  const subcommand = textOf(args[1] ?? "").toLowerCase();
  const operand = textOf(args[2] ?? "");
  switch (subcommand) {
    case "sleep":
      state.environment.sleep(Number(operand) * 1000 || 0);
      replyOk(client);
      return;
    case "pause-cron":
      state.cronPaused = operand !== "0";
      replyOk(client);
      return;
    case "help":
      replyHelp(client, "DEBUG", HELP);
      return;
    case "set-active-expire":
      state.activeExpiry = operand !== "0";
      replyOk(client);
      return;
    case "set-skip-checksum-validation":
      state.checksums = operand === "0";
      replyOk(client);
      return;
    case "change-repl-id":
      beginHistory(state);
      replyOk(client);
      return;
    case "reload":
      reload(
        state,
        client,
        args.slice(2).map((word) => textOf(word).toLowerCase()),
      );
      return;
    case "loadaof":
      replyError(client, ERRORS.noAof);
      return;
    case "log":
      log(state, "warning", `DEBUG LOG: ${operand}`);
      replyOk(client);
      return;
    case "error":
      replyError(client, operand);
      return;
    case "digest":
      client.reply.simple(digestOf(state.keyspace, state.environment.sha1));
      return;
    case "digest-value":
      digestValues(state, client, args.slice(2).map(textOf));
      return;
    case "populate":
      populate(state, client, args);
      return;
    case "object":
      describe(state, client, operand);
      return;
    case "replicate":
      propagateAlways(state);
      propagateAs(state, args.slice(2));
      replyOk(client);
      return;
    case "segfault":
    case "panic":
      emit(state, { kind: "exit", status: 1 });
      return;
    case "quicklist-packed-threshold":
    case "dict-resizing":
    case "replybuffer":
    case "stringmatch-test":
      replyOk(client);
      return;
    case "protocol":
      if (!replySample(client, operand.toLowerCase())) replyError(client, PROTOCOL_KINDS);
      return;
    default:
      replyError(
        client,
        `ERR unknown subcommand or wrong number of arguments for '${textOf(args[1] ?? "")}'. Try DEBUG HELP.`,
      );
  }
}

const HELP = [
  "CHANGE-REPL-ID",
  "    Change the replication IDs of the instance.",
  "DIGEST",
  "    Output a hex signature representing the current DB content.",
  "DIGEST-VALUE <key> [<key> ...]",
  "    Output a hex signature of the values of all the specified keys.",
  "ERROR <string>",
  "    Return a Redis protocol error with <string> as message.",
  "LOG <message>",
  "    Write <message> to the server log.",
  "OBJECT <key>",
  "    Show low level info about <key> and associated value.",
  "PANIC",
  "    End the process at once, as if it had crashed.",
  "PAUSE-CRON <0|1>",
  "    Stop periodic cron job processing.",
  "POPULATE <count> [<prefix>] [<size>]",
  "    Create <count> string keys named key:<num>.",
  "PROTOCOL <type>",
  "    Reply with a test value of the specified type.",
  "RELOAD [option ...]",
  "    Save the RDB on disk and reload it back to memory. Valid <option> values:",
  "    * MERGE: keys of the file are added to those that are there.",
  "    * NOFLUSH: the keys that are there stay.",
  "    * NOSAVE: the file is loaded as it is.",
  "REPLICATE <command>",
  "    Replicate the provided command to replicas.",
  "SEGFAULT",
  "    End the process at once, as if it had crashed.",
  "SET-ACTIVE-EXPIRE <0|1>",
  "    Setting it to 0 disables expiring keys in background.",
  "SET-SKIP-CHECKSUM-VALIDATION <0|1>",
  "    Enables or disables checksum checks for RDB files and RESTORE's payload.",
  "SLEEP <seconds>",
  "    Stop the server for <seconds>. Decimals allowed.",
];

const PROTOCOL_KINDS =
  "ERR Wrong protocol type name. Please use one of the following: string|integer|double|null|array|set|map|attrib|push|verbatim|true|false";

function isAllowed(state: ServerState, client: Client): boolean {
  const { debugCommand } = state.settings;
  if (debugCommand !== "local") return debugCommand === "yes";
  return isLocal(client);
}

/** `DEBUG POPULATE count [prefix] [size]`; replicas do not get these keys. */
function populate(state: ServerState, client: Client, args: Arguments): void {
  const count = parseInteger(textOf(args[2] ?? ""));
  const size = args.length > 4 ? parseInteger(textOf(args[4] ?? "")) : 0;
  if (count === undefined || count < 0 || size === undefined || size < 0) {
    replyError(client, ERRORS.notPositive);
    return;
  }
  const prefix = args.length > 3 ? textOf(args[3] ?? "") : "key";
  for (let number = 0; number < count; number++) {
    const key = `${prefix}:${number}`;
    if (client.database.entries.has(key)) continue;
    const value = `value:${number}`;
    const padded = size === 0 ? value : value.slice(0, size).padEnd(size, "\0");
    state.keyspace.put(client.database, key, padded, NO_EXPIRY);
  }
  replyOk(client);
}

function digestValues(state: ServerState, client: Client, keys: readonly string[]): void {
  client.reply.array(keys.length);
  for (const key of keys) {
    client.reply.simple(valueDigest(client.database.entries.get(key), state.environment.sha1));
  }
}

function describe(state: ServerState, client: Client, key: string): void {
  const entry = client.database.entries.get(key);
  if (entry === undefined) {
    replyError(client, ERRORS.noSuchKey);
    return;
  }
  const encoding = encodingOf(entry.value);
  // Of a dump without type, version and checksum.
  const length = dumpOf(recordOf(entry.value)).length - 11;
  const lru = Math.floor(state.unixNow / 1000) % 2 ** 24;
  client.reply.simple(
    `Value at:0x000000000000 refcount:1 encoding:${encoding} serializedlength:${length} lru:${lru} lru_seconds_idle:0`,
  );
}
