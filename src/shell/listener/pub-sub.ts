import { type Bytes, textOf } from "../../base/bytes.ts";
import { globMatch } from "../../base/glob.ts";
import { encodeReply, type Output } from "../../resp/buffered-writer.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import { bulk, type Reply } from "../../resp/reply.ts";

/** A client as the registry sees it. The two sets belong to the registry; others only read them. */
export interface Subscriber {
  readonly protocol: Protocol;
  readonly channels: Set<string>;
  readonly patterns: Set<string>;
  /** Of SSUBSCRIBE; without a cluster they are channels of another name space. */
  readonly shardChannels: Set<string>;
  /** Sends what is encoded in the subscriber's protocol already. */
  deliver(output: Output): void;
}

type Registry = Map<string, Set<Subscriber>>;

/** Who listens to which channels and patterns (server spec §4.10). Names are latin1 strings. */
export class PubSub {
  readonly #channels: Registry = new Map();
  readonly #patterns: Registry = new Map();
  readonly #shardChannels: Registry = new Map();

  subscribe(subscriber: Subscriber, channel: string): void {
    enter(this.#channels, channel, subscriber);
    subscriber.channels.add(channel);
  }

  unsubscribe(subscriber: Subscriber, channel: string): void {
    leave(this.#channels, channel, subscriber);
    subscriber.channels.delete(channel);
  }

  subscribePattern(subscriber: Subscriber, pattern: string): void {
    enter(this.#patterns, pattern, subscriber);
    subscriber.patterns.add(pattern);
  }

  unsubscribePattern(subscriber: Subscriber, pattern: string): void {
    leave(this.#patterns, pattern, subscriber);
    subscriber.patterns.delete(pattern);
  }

  subscribeShard(subscriber: Subscriber, channel: string): void {
    enter(this.#shardChannels, channel, subscriber);
    subscriber.shardChannels.add(channel);
  }

  unsubscribeShard(subscriber: Subscriber, channel: string): void {
    leave(this.#shardChannels, channel, subscriber);
    subscriber.shardChannels.delete(channel);
  }

  /** Ends all subscriptions without telling the subscriber. */
  forget(subscriber: Subscriber): void {
    for (const channel of subscriber.channels) leave(this.#channels, channel, subscriber);
    for (const pattern of subscriber.patterns) leave(this.#patterns, pattern, subscriber);
    for (const channel of subscriber.shardChannels) {
      leave(this.#shardChannels, channel, subscriber);
    }
    subscriber.shardChannels.clear();
    subscriber.channels.clear();
    subscriber.patterns.clear();
  }

  /**
   * Sends a message to the subscribers of the channel, then to those of each pattern that matches.
   * @returns how many deliveries that were; one client may count more than once
   */
  publish(channel: Bytes, message: Bytes): number {
    const name = textOf(channel);
    const listeners = this.#channels.get(name);
    let receivers = 0;
    if (listeners !== undefined) {
      receivers += deliverAll(listeners, [bulk("message"), bulk(channel), bulk(message)]);
    }
    for (const [pattern, matching] of this.#patterns) {
      if (!globMatch(pattern, name)) continue;
      const items = [bulk("pmessage"), bulk(pattern), bulk(channel), bulk(message)];
      receivers += deliverAll(matching, items);
    }
    return receivers;
  }

  /** SPUBLISH. @returns how many deliveries that were */
  publishShard(channel: Bytes, message: Bytes): number {
    const listeners = this.#shardChannels.get(textOf(channel));
    if (listeners === undefined) return 0;
    return deliverAll(listeners, [bulk("smessage"), bulk(channel), bulk(message)]);
  }

  /** As `channels`, of SSUBSCRIBE. */
  shardChannels(pattern?: string): string[] {
    return namesIn(this.#shardChannels, pattern);
  }

  shardSubscribersOf(channel: string): number {
    return this.#shardChannels.get(channel)?.size ?? 0;
  }

  get shardChannelCount(): number {
    return this.#shardChannels.size;
  }

  /** Channels that have subscribers, in the order of their first subscription. */
  channels(pattern?: string): string[] {
    return namesIn(this.#channels, pattern);
  }

  /** Subscribers of the channel itself; patterns do not count. */
  subscribersOf(channel: string): number {
    return this.#channels.get(channel)?.size ?? 0;
  }

  get channelCount(): number {
    return this.#channels.size;
  }

  /** Different patterns, however many clients share one. */
  get patternCount(): number {
    return this.#patterns.size;
  }
}

function namesIn(registry: Registry, pattern: string | undefined): string[] {
  const names = [...registry.keys()];
  return pattern === undefined ? names : names.filter((name) => globMatch(pattern, name));
}

function enter(registry: Registry, name: string, subscriber: Subscriber): void {
  const known = registry.get(name);
  if (known === undefined) registry.set(name, new Set([subscriber]));
  else known.add(subscriber);
}

function leave(registry: Registry, name: string, subscriber: Subscriber): void {
  const known = registry.get(name);
  if (known?.delete(subscriber) === true && known.size === 0) registry.delete(name);
}

/** Encodes once for each protocol, however many listen. */
function deliverAll(subscribers: ReadonlySet<Subscriber>, items: readonly Reply[]): number {
  const push: Reply = { kind: "push", items };
  let resp2: Output | undefined;
  let resp3: Output | undefined;
  let receivers = 0;
  for (const subscriber of subscribers) {
    receivers++;
    if (subscriber.protocol === 2) subscriber.deliver((resp2 ??= encodeReply(push, 2)));
    else subscriber.deliver((resp3 ??= encodeReply(push, 3)));
  }
  return receivers;
}
