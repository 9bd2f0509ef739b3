import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { peek } from "../expiry.ts";
import { memoryOfReplicas, STARTUP_BYTES, usedMemory } from "../memory/usage.ts";
import { accountedBytes, entryBytes } from "../memory/value-size.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { replyHelp } from "./help.ts";
import { keyAt } from "./strings.ts";

function memory(state: ServerState, client: Client, args: Arguments): void {
  switch (textOf(args[1] ?? "").toLowerCase()) {
    case "usage":
      usage(state, client, args);
      return;
    case "stats":
      stats(state, client);
      return;
    case "doctor":
      client.reply.verbatim("txt", diagnosis(state));
      return;
    case "purge":
      replyOk(client);
      return;
    case "malloc-stats":
      client.reply.bulk("Stats not supported for the current allocator");
      return;
    default:
      replyHelp(client, "MEMORY", HELP);
  }
}

/** `MEMORY USAGE key [SAMPLES n]`: containers are judged by the mean of some elements anyway. */
function usage(state: ServerState, client: Client, args: Arguments): void {
  for (let at = 3; at < args.length; at += 2) {
    const samples = at + 1 < args.length ? parseInteger(textOf(args[at + 1] ?? "")) : -1;
    const isSamples = textOf(args[at] ?? "").toLowerCase() === "samples" && at + 1 < args.length;
    if (isSamples && samples === undefined) return replyError(client, ERRORS.notAnInteger);
    if (!isSamples || (samples ?? -1) < 0) return replyError(client, ERRORS.syntax);
  }
  const entry = peek(state, client, keyAt(args, 2));
  if (entry === undefined) client.reply.null();
  else client.reply.integer(entryBytes(entry.key, entry.expireAt) + accountedBytes(entry.value));
}

function stats(state: ServerState, client: Client): void {
  const facts = state.environment.facts();
  state.clientBytes = state.environment.clientBytes();
  const used = usedMemory(state);
  const { size: keys, bytes: dataset } = state.keyspace;
  const peak = Math.max(state.stats.peakMemoryBytes, used);
  const resident = facts.residentMemoryBytes;
  const figures: readonly (readonly [name: string, value: number, kind?: "double"])[] = [
    ["peak.allocated", peak],
    ["total.allocated", used],
    ["startup.allocated", STARTUP_BYTES],
    ["replication.backlog", (state.replication.backlog?.length ?? 0) - memoryOfReplicas(state)],
    ["clients.slaves", memoryOfReplicas(state)],
    ["clients.normal", state.clientBytes],
    ["cluster.links", 0],
    ["aof.buffer", 0],
    ["lua.caches", 0],
    ["functions.caches", 0],
    ["overhead.total", used - dataset],
    ["keys.count", keys],
    ["keys.bytes-per-key", keys === 0 ? 0 : Math.floor(dataset / keys)],
    ["dataset.bytes", dataset],
    ["dataset.percentage", (dataset / Math.max(1, used - STARTUP_BYTES)) * 100, "double"],
    ["peak.percentage", (used / peak) * 100, "double"],
    ["allocator.allocated", facts.usedMemoryBytes],
    ["allocator.active", resident],
    ["allocator.resident", resident],
    ["fragmentation", resident / used, "double"],
    ["fragmentation.bytes", resident - used],
  ];
  client.reply.map(figures.length);
  for (const [name, value, kind] of figures) {
    client.reply.bulk(name);
    if (kind === "double") client.reply.double(value);
    else client.reply.integer(value);
  }
}

const SMALL_BYTES = 5 * 1024 * 1024;
const HIGH_PEAK = 1.5;

function diagnosis(state: ServerState): string {
  const used = usedMemory(state);
  if (used < SMALL_BYTES) return EMPTY;
  if (state.stats.peakMemoryBytes / used > HIGH_PEAK) return PEAK;
  return HEALTHY;
}

const EMPTY =
  "Hi Sam, this instance is empty or is using very little memory, my issues detector can't be used in these conditions. Please, leave for your mission on Earth and fill it with some data. The new Sam and I will be back to our programming as soon as I finished rebooting.\n";
const PEAK =
  "Sam, I detected a few issues in this Redis instance memory implants:\n\n * Peak memory: In the past this instance used more than 150% the memory that is currently using. The allocator is normally not able to release memory after a peak, so you can expect to see a big fragmentation ratio, however this is actually harmless and is only due to the memory peak, and if the Redis instance Resident Set Size (RSS) is currently bigger than expected, the memory will be used as soon as you fill the Redis instance with more data. If the memory peak was only occasional and you want to try to reclaim memory, please try the MEMORY PURGE command, otherwise the only other option is to shutdown and restart the instance.\n\nI'm here to keep you safe, Sam. I want to help you.\n";
const HEALTHY =
  "Hi Sam, I can't find any memory issue in your instance. I can only account for what occurs on this base.\n";

const HELP = [
  "DOCTOR",
  "    Return memory problems reports.",
  "MALLOC-STATS",
  "    Return internal statistics report from the memory allocator.",
  "PURGE",
  "    Attempt to purge dirty pages for reclamation by the allocator.",
  "STATS",
  "    Return information about the memory usage of the server.",
  "USAGE <key> [SAMPLES <count>]",
  "    Return memory in bytes used by <key> and its value. Nested values are",
  "    sampled up to <count> times (default: 5, 0 means sample all).",
];

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["doctor", { arity: 2, flags: 0 }],
  ["help", { arity: 2, flags: flags("LT") }],
  ["malloc-stats", { arity: 2, flags: 0 }],
  ["purge", { arity: 2, flags: 0 }],
  ["stats", { arity: 2, flags: 0 }],
  ["usage", { arity: -3, flags: flags("r") }],
]);

export const MEMORY_COMMANDS: readonly Command[] = [
  {
    name: "memory",
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    group: "server",
    run: memory,
    subcommands: SUBCOMMANDS,
  },
];
