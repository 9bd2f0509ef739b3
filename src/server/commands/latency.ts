import { textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { latencyGraph, latencyReport } from "../observation/latency-report.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { replyHelp } from "./help.ts";

function latency(state: ServerState, client: Client, args: Arguments): void {
  const events = state.observation.latency;
  const names = args.slice(2).map(textOf);
  const [name = ""] = names;
  switch (textOf(args[1] ?? "").toLowerCase()) {
    case "history":
      history(state, client, name);
      return;
    case "latest":
      latest(state, client);
      return;
    case "reset":
      client.reply.integer(events.reset(names));
      return;
    case "doctor":
      client.reply.verbatim("txt", latencyReport(state));
      return;
    case "graph": {
      const event = events.get(name);
      if (event === undefined) replyError(client, `ERR No samples available for event '${name}'`);
      else
        client.reply.verbatim("txt", latencyGraph(name, event, Math.floor(state.unixNow / 1000)));
      return;
    }
    case "histogram":
      histogram(state, client, names);
      return;
    default:
      replyHelp(client, "LATENCY", HELP);
  }
}

function history(state: ServerState, client: Client, name: string): void {
  const samples = state.observation.latency.get(name)?.samples ?? [];
  client.reply.array(samples.length);
  for (const { unixSeconds, milliseconds } of samples) {
    client.reply.array(2);
    client.reply.integer(unixSeconds);
    client.reply.integer(milliseconds);
  }
}

function latest(state: ServerState, client: Client): void {
  const events = [...state.observation.latency];
  client.reply.array(events.length);
  for (const [name, { samples, maxMs }] of events) {
    const last = samples.at(-1);
    client.reply.array(4);
    client.reply.bulk(name);
    client.reply.integer(last?.unixSeconds ?? 0);
    client.reply.integer(last?.milliseconds ?? 0);
    client.reply.integer(maxMs);
  }
}

/** Of the commands named, of all their subcommands, or of everything that was called. */
function histogram(state: ServerState, client: Client, names: readonly string[]): void {
  const wanted = names.map((name) => name.toLowerCase());
  const meant = [...state.observation.commands].flatMap(([name, { calls, durations }]) => {
    const [command = ""] = name.split("|");
    const isMeant = names.length === 0 || wanted.includes(name) || wanted.includes(command);
    return isMeant && durations !== undefined ? [{ name, calls, durations }] : [];
  });
  client.reply.map(meant.length);
  for (const { name, calls, durations } of meant) {
    client.reply.bulk(name);
    client.reply.map(2);
    client.reply.bulk("calls");
    client.reply.integer(calls);
    client.reply.bulk("histogram_usec");
    const steps = durations.cumulative();
    client.reply.map(steps.length);
    for (const [micros, count] of steps) {
      client.reply.integer(micros);
      client.reply.integer(count);
    }
  }
}

const HELP = [
  "DOCTOR",
  "    Return a human readable latency analysis report.",
  "GRAPH <event>",
  "    Return an ASCII latency graph for the <event> class.",
  "HISTORY <event>",
  "    Return time-latency samples for the <event> class.",
  "LATEST",
  "    Return the latest latency samples for all events.",
  "RESET [<event> ...]",
  "    Reset latency data of one or more <event> classes.",
  "    (default: reset all data for all event classes)",
  "HISTOGRAM [COMMAND ...]",
  "    Return a cumulative distribution of latencies in the format of a histogram for the specified command names.",
  "    If no commands are specified then all histograms are replied.",
];

const ADMIN = flags("asLT");
const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["doctor", { arity: 2, flags: ADMIN }],
  ["graph", { arity: 3, flags: ADMIN }],
  ["history", { arity: 3, flags: ADMIN }],
  ["latest", { arity: 2, flags: ADMIN }],
  ["reset", { arity: -2, flags: ADMIN }],
  ["histogram", { arity: -2, flags: ADMIN }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

export const LATENCY_COMMANDS: readonly Command[] = [
  {
    name: "latency",
    arity: -2,
    flags: 0,
    keys: NO_KEYS,
    group: "server",
    run: latency,
    subcommands: SUBCOMMANDS,
  },
];
