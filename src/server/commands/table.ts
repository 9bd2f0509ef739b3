import type { Bytes } from "../../base/bytes.ts";
import { calledName, type Command } from "../command.ts";
import { ACCESS_COMMANDS } from "./access.ts";
import { commandCommand } from "./command-info.ts";
import { CONNECTION_COMMANDS } from "./connection.ts";
import { BITFIELD_COMMANDS } from "./bitfields.ts";
import { BITMAP_COMMANDS } from "./bitmaps.ts";
import { LCS_COMMANDS } from "./lcs.ts";
import { COUNTER_COMMANDS } from "./counters.ts";
import { DUMP_COMMANDS } from "./dump.ts";
import { FAILOVER_COMMANDS } from "./failover.ts";
import { FIELD_TIME_COMMANDS } from "./field-times.ts";
import { FLUSH_COMMANDS } from "./flush.ts";
import { FUNCTION_COMMANDS } from "./functions.ts";
import { ELEMENT_SCAN_COMMANDS } from "./element-scans.ts";
import { HASH_COUNTER_COMMANDS } from "./hash-counters.ts";
import { HASH_COMMANDS } from "./hashes.ts";
import { RANDOM_ELEMENT_COMMANDS } from "./random-elements.ts";
import { SORTED_SET_ADDITION_COMMANDS } from "./sorted-set-additions.ts";
import { SORTED_SET_ALGEBRA_COMMANDS } from "./sorted-set-algebra.ts";
import { SORTED_SET_BLOCKING_COMMANDS } from "./sorted-set-blocking.ts";
import { SORTED_SET_POP_COMMANDS } from "./sorted-set-pops.ts";
import { SORTED_SET_RANGE_COMMANDS } from "./sorted-set-ranges.ts";
import { SORTED_SET_COMMANDS } from "./sorted-sets.ts";
import { KEY_TIME_COMMANDS } from "./key-times.ts";
import { KEY_COMMANDS } from "./keys.ts";
import { LIST_EDIT_COMMANDS } from "./list-edits.ts";
import { LIST_MOVE_COMMANDS } from "./list-moves.ts";
import { LIST_COMMANDS } from "./lists.ts";
import { LATENCY_COMMANDS } from "./latency.ts";
import { MEMORY_COMMANDS } from "./memory.ts";
import { MONITOR_COMMANDS } from "./monitor.ts";
import { SLOWLOG_COMMANDS } from "./slowlog.ts";
import { REPLICATION_COMMANDS } from "./replication.ts";
import { SCAN_COMMANDS } from "./scans.ts";
import { SERVER_COMMANDS } from "./server.ts";
import { SET_ALGEBRA_COMMANDS } from "./set-algebra.ts";
import { SET_MEMBER_COMMANDS } from "./sets.ts";
import { SORT_COMMANDS } from "./sort.ts";
import { SET_COMMANDS } from "./set.ts";
import { STRING_COMMANDS } from "./strings.ts";
import { TRANSACTION_COMMANDS } from "./transactions.ts";
import { WAITING_COMMANDS } from "./waiting.ts";

/** All commands by their lower-case name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    ...STRING_COMMANDS,
    ...SET_COMMANDS,
    ...COUNTER_COMMANDS,
    ...LIST_COMMANDS,
    ...LIST_EDIT_COMMANDS,
    ...LIST_MOVE_COMMANDS,
    ...SET_MEMBER_COMMANDS,
    ...SET_ALGEBRA_COMMANDS,
    ...SORT_COMMANDS,
    ...KEY_COMMANDS,
    ...KEY_TIME_COMMANDS,
    ...DUMP_COMMANDS,
    ...SCAN_COMMANDS,
    ...FLUSH_COMMANDS,
    ...FUNCTION_COMMANDS,
    ...BITMAP_COMMANDS,
    ...BITFIELD_COMMANDS,
    ...LCS_COMMANDS,
    ...HASH_COMMANDS,
    ...HASH_COUNTER_COMMANDS,
    ...FIELD_TIME_COMMANDS,
    ...SORTED_SET_COMMANDS,
    ...SORTED_SET_ADDITION_COMMANDS,
    ...SORTED_SET_RANGE_COMMANDS,
    ...SORTED_SET_POP_COMMANDS,
    ...SORTED_SET_BLOCKING_COMMANDS,
    ...SORTED_SET_ALGEBRA_COMMANDS,
    ...RANDOM_ELEMENT_COMMANDS,
    ...ELEMENT_SCAN_COMMANDS,
    ...TRANSACTION_COMMANDS,
    ...CONNECTION_COMMANDS,
    ...REPLICATION_COMMANDS,
    ...FAILOVER_COMMANDS,
    ...WAITING_COMMANDS,
    ...SERVER_COMMANDS,
    ...MEMORY_COMMANDS,
    ...MONITOR_COMMANDS,
    ...SLOWLOG_COMMANDS,
    ...LATENCY_COMMANDS,
    ...ACCESS_COMMANDS,
    commandCommand(() => COMMANDS),
  ].map((command) => [command.name, command]),
);

/** In both spellings that clients use; any other is folded first. */
const BY_SPELLING: ReadonlyMap<Bytes, Command> = new Map(
  [...COMMANDS].flatMap(([name, command]) => [
    [name, command] as const,
    [name.toUpperCase(), command] as const,
  ]),
);

export function lookupCommand(name: Bytes): Command | undefined {
  const command = BY_SPELLING.get(name);
  if (command !== undefined || typeof name !== "string") return command;
  return COMMANDS.get(name.toLowerCase());
}

/** `get`, `config|get`; nothing when there is no such command. */
export function fullNameOf(args: readonly Bytes[]): string {
  const command = lookupCommand(args[0] ?? "");
  return command === undefined ? "" : calledName(command, args);
}
