import { type Bytes, textOf } from "../../../base/bytes.ts";
import { bulk, integer, NULL } from "../../../resp/reply.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { SessionCommand } from "./session-command.ts";

/** Commands a RESP2 client may call while it has subscriptions, by lower-case name. */
const SUBSCRIBER_COMMANDS: ReadonlySet<string> = new Set([
  "subscribe",
  "unsubscribe",
  "psubscribe",
  "punsubscribe",
  "ssubscribe",
  "sunsubscribe",
  "ping",
  "quit",
  "reset",
]);

/**
 * Whether the client may not call this command because it has subscriptions and would take the
 * reply for a message. RESP3 tells the two apart.
 * @param command its lower-case name
 */
export function isBarredFrom(client: ClientConnection, command: string): boolean {
  if (client.protocol === 3 || client.subscriptions === 0) return false;
  return !SUBSCRIBER_COMMANDS.has(command);
}

export const subscribe: SessionCommand = (client, args, { pubSub }) => {
  for (const channel of args.slice(1)) {
    pubSub.subscribe(client, textOf(channel));
    confirm(client, "subscribe", channel);
  }
};

export const psubscribe: SessionCommand = (client, args, { pubSub }) => {
  for (const pattern of args.slice(1)) {
    pubSub.subscribePattern(client, textOf(pattern));
    confirm(client, "psubscribe", pattern);
  }
};

export const unsubscribe: SessionCommand = (client, args, { pubSub }) => {
  for (const channel of namesOf(args, client.channels)) {
    if (channel !== undefined) pubSub.unsubscribe(client, textOf(channel));
    confirm(client, "unsubscribe", channel);
  }
};

export const punsubscribe: SessionCommand = (client, args, { pubSub }) => {
  for (const pattern of namesOf(args, client.patterns)) {
    if (pattern !== undefined) pubSub.unsubscribePattern(client, textOf(pattern));
    confirm(client, "punsubscribe", pattern);
  }
};

export const ssubscribe: SessionCommand = (client, args, { pubSub }) => {
  for (const channel of args.slice(1)) {
    pubSub.subscribeShard(client, textOf(channel));
    confirm(client, "ssubscribe", channel);
  }
};

export const sunsubscribe: SessionCommand = (client, args, { pubSub }) => {
  for (const channel of namesOf(args, client.shardChannels)) {
    if (channel !== undefined) pubSub.unsubscribeShard(client, textOf(channel));
    confirm(client, "sunsubscribe", channel);
  }
};

/** Without a name all of the kind are meant; where there is none, that is answered once as well. */
function namesOf(args: readonly Bytes[], known: ReadonlySet<string>): (Bytes | undefined)[] {
  if (args.length > 1) return args.slice(1);
  return known.size > 0 ? [...known] : [undefined];
}

function confirm(client: ClientConnection, kind: string, name: Bytes | undefined): void {
  const what = name === undefined ? NULL : bulk(name);
  const ofShards = client.shardChannels.size;
  const isOfShards = kind === "ssubscribe" || kind === "sunsubscribe";
  const count = isOfShards ? ofShards : client.subscriptions - ofShards;
  client.confirm({ kind: "push", items: [bulk(kind), what, integer(count)] });
}
