import { textOf } from "../../base/bytes.ts";
import { parseInteger } from "../../wire/integers.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS, type Run, type Subcommand } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS, wrongArity } from "../errors.ts";
import { propagateAlways } from "../propagation.ts";
import { replyError, replyOk } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { discardTransaction } from "../transactions.ts";

function ping(_: ServerState, client: Client, args: Arguments): void {
  const [, message] = args;
  if (args.length > 2) {
    replyError(client, wrongArity("ping"));
  } else if (client.connection.subscriptions > 0 && client.reply.protocol === 2) {
    client.reply.array(2);
    client.reply.bulk("pong");
    client.reply.bulk(message ?? "");
  } else if (message === undefined) {
    client.reply.simple("PONG");
  } else {
    client.reply.bulk(message);
  }
}

function echo(_: ServerState, client: Client, args: Arguments): void {
  client.reply.bulk(args[1] ?? "");
}

function select(state: ServerState, client: Client, args: Arguments): void {
  const index = parseInteger(textOf(args[1] ?? ""));
  const database = index === undefined ? undefined : state.keyspace.databases[index];
  if (database === undefined) {
    replyError(client, index === undefined ? ERRORS.notAnInteger : ERRORS.dbIndexOutOfRange);
    return;
  }
  client.database = database;
  // Of our master's stream we hand on the bytes, so its selection is ours too.
  if (client.kind === "master") state.replication.streamDb = database.index;
  replyOk(client);
}

/** Replicas' subscribers hear of it too. */
function publish(state: ServerState, client: Client, args: Arguments): void {
  const receivers = state.environment.publish(args[1] ?? "", args[2] ?? "");
  propagateAlways(state);
  client.reply.integer(receivers);
}

/** As PUBLISH, in the name space of shard channels. */
function spublish(state: ServerState, client: Client, args: Arguments): void {
  const receivers = state.environment.publishShard(args[1] ?? "", args[2] ?? "");
  propagateAlways(state);
  client.reply.integer(receivers);
}

/** What the listener does for both daemons: the connection itself, subscriptions. */
/** The reply goes to the connection; a replica must not get any, and is told by closing it. */
const session: Run = (state, client, args) => {
  state.environment.session(client, args);
  if (client.kind === "replica") replyOk(client);
};

/** Back to how the connection began; the listener undoes what it knows of. */
function reset(state: ServerState, client: Client, args: Arguments): void {
  if (client.kind !== "normal") {
    replyError(client, "ERR can only reset normal client connections");
    return;
  }
  discardTransaction(client);
  state.observation.monitors.delete(client);
  const [first] = state.keyspace.databases;
  if (first !== undefined) client.database = first;
  state.environment.session(client, args);
}

const SUBSCRIPTION = flags("psLT");
const OPEN_TO_ALL = flags("sLTFnBQ");
const CLIENT_OWN: Omit<Subcommand, "arity"> = { flags: flags("sLT") };
const CLIENT_ADMIN: Omit<Subcommand, "arity"> = { flags: flags("asLT") };

const CLIENT_SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["id", { arity: 2, ...CLIENT_OWN }],
  ["getname", { arity: 2, ...CLIENT_OWN }],
  ["setname", { arity: 3, ...CLIENT_OWN }],
  ["setinfo", { arity: 4, ...CLIENT_OWN }],
  ["info", { arity: 2, ...CLIENT_OWN }],
  ["list", { arity: -2, ...CLIENT_ADMIN }],
  ["kill", { arity: -3, ...CLIENT_ADMIN }],
  ["pause", { arity: -3, ...CLIENT_ADMIN }],
  ["unpause", { arity: 2, ...CLIENT_ADMIN }],
  ["unblock", { arity: -3, ...CLIENT_ADMIN }],
  ["reply", { arity: 3, ...CLIENT_OWN }],
  ["no-evict", { arity: 3, ...CLIENT_ADMIN }],
  ["no-touch", { arity: 3, ...CLIENT_OWN }],
  ["getredir", { arity: 2, ...CLIENT_OWN }],
  ["tracking", { arity: -3, ...CLIENT_OWN }],
  ["trackinginfo", { arity: 2, ...CLIENT_OWN }],
  ["caching", { arity: 3, ...CLIENT_OWN }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

const PUBSUB_FLAGS = flags("pLT");
const PUBSUB_SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([
  ["channels", { arity: -2, flags: PUBSUB_FLAGS }],
  ["numsub", { arity: -2, flags: PUBSUB_FLAGS }],
  ["numpat", { arity: 2, flags: PUBSUB_FLAGS }],
  ["shardchannels", { arity: -2, flags: PUBSUB_FLAGS }],
  ["shardnumsub", { arity: -2, flags: PUBSUB_FLAGS }],
  ["help", { arity: 2, flags: flags("LT") }],
]);

function ofConnection(name: string, arity: number, bits: number, run: Run): Command {
  return { name, arity, flags: bits, keys: NO_KEYS, group: "connection", run };
}

function ofPubSub(name: string, arity: number, bits: number, run: Run): Command {
  return { name, arity, flags: bits, keys: NO_KEYS, group: "pubsub", run };
}

export const CONNECTION_COMMANDS: readonly Command[] = [
  ofConnection("ping", -1, flags("F"), ping),
  ofConnection("echo", 2, flags("LTF"), echo),
  ofConnection("select", 2, flags("LTF"), select),
  ofConnection("auth", -2, flags("sLTFnB"), session),
  ofConnection("hello", -1, flags("sLTFnB"), session),
  ofConnection("reset", 1, OPEN_TO_ALL, reset),
  ofConnection("quit", -1, OPEN_TO_ALL, session),
  { ...ofConnection("client", -2, 0, session), subcommands: CLIENT_SUBCOMMANDS },
  ofPubSub("publish", 3, flags("pLTFR"), publish),
  ofPubSub("spublish", 3, flags("pLTFR"), spublish),
  ofPubSub("ssubscribe", -2, SUBSCRIPTION, session),
  ofPubSub("sunsubscribe", -1, SUBSCRIPTION, session),
  ofPubSub("subscribe", -2, SUBSCRIPTION, session),
  ofPubSub("unsubscribe", -1, SUBSCRIPTION, session),
  ofPubSub("psubscribe", -2, SUBSCRIPTION, session),
  ofPubSub("punsubscribe", -1, SUBSCRIPTION, session),
  { ...ofPubSub("pubsub", -2, 0, session), subcommands: PUBSUB_SUBCOMMANDS },
];
