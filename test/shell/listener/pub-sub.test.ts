import { describe, expect, it } from "vitest";
import { type Output } from "../../../src/resp/buffered-writer.ts";
import type { Protocol } from "../../../src/resp/reply-writer.ts";
import { PubSub, type Subscriber } from "../../../src/shell/listener/pub-sub.ts";

class Listening implements Subscriber {
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();
  readonly received: Output[] = [];
  readonly protocol: Protocol;

  constructor(protocol: Protocol = 2) {
    this.protocol = protocol;
  }

  deliver(output: Output): void {
    this.received.push(output);
  }
}

describe("PubSub", () => {
  it("delivers in each subscriber's protocol, encoded once", () => {
    const pubSub = new PubSub();
    const [old, modern, another] = [new Listening(2), new Listening(3), new Listening(3)];
    for (const one of [old, modern, another]) pubSub.subscribe(one, "+odown");
    const message = Buffer.alloc(10_000, "m");
    expect(pubSub.publish("+odown", message)).toBe(3);
    expect(old.received[0]).toEqual([
      `*3\r\n$7\r\nmessage\r\n$6\r\n+odown\r\n$10000\r\n`,
      message,
      "\r\n",
    ]);
    expect(modern.received[0]?.[0]).toMatch(/^>3\r\n/);
    expect(another.received[0]).toBe(modern.received[0]);
  });

  it("delivers to channels first, then to each pattern that matches", () => {
    const pubSub = new PubSub();
    const one = new Listening();
    pubSub.subscribePattern(one, "*");
    pubSub.subscribePattern(one, "+s*");
    pubSub.subscribePattern(one, "-s*");
    pubSub.subscribe(one, "+sdown");
    expect(pubSub.publish("+sdown", "x")).toBe(3);
    expect(one.received).toEqual([
      "*3\r\n$7\r\nmessage\r\n$6\r\n+sdown\r\n$1\r\nx\r\n",
      "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$6\r\n+sdown\r\n$1\r\nx\r\n",
      "*4\r\n$8\r\npmessage\r\n$3\r\n+s*\r\n$6\r\n+sdown\r\n$1\r\nx\r\n",
    ]);
  });

  it("counts a client once however often it subscribes", () => {
    const pubSub = new PubSub();
    const one = new Listening();
    pubSub.subscribe(one, "a");
    pubSub.subscribe(one, "a");
    expect([pubSub.publish("a", "x"), pubSub.subscribersOf("a"), one.channels.size]).toEqual([
      1, 1, 1,
    ]);
  });

  it("forgets channels and patterns nobody listens to", () => {
    const pubSub = new PubSub();
    const [one, other] = [new Listening(), new Listening()];
    pubSub.subscribe(one, "a");
    pubSub.subscribe(other, "a");
    pubSub.subscribe(one, "b");
    pubSub.subscribePattern(one, "x*");
    expect([pubSub.channels(), pubSub.channels("[b-z]"), pubSub.patternCount]).toEqual([
      ["a", "b"],
      ["b"],
      1,
    ]);
    pubSub.unsubscribe(one, "b");
    pubSub.forget(one);
    expect([pubSub.channels(), pubSub.channelCount, pubSub.patternCount]).toEqual([["a"], 1, 0]);
    expect(one.channels.size + one.patterns.size).toBe(0);
    expect(pubSub.publish("a", "x")).toBe(1);
    expect(pubSub.publish("b", "x")).toBe(0);
  });

  it("keeps shard channels apart from the others", () => {
    const pubSub = new PubSub();
    const [one, other] = [new Listening(), new Listening()];
    pubSub.subscribeShard(one, "a");
    pubSub.subscribe(other, "a");
    expect(pubSub.publishShard("a", "1")).toBe(1);
    expect(one.received).toEqual(["*3\r\n$8\r\nsmessage\r\n$1\r\na\r\n$1\r\n1\r\n"]);
    expect(other.received).toEqual([]);
    expect(pubSub.shardChannels("*")).toEqual(["a"]);
    pubSub.forget(one);
    expect(pubSub.publishShard("a", "2")).toBe(0);
    expect(pubSub.shardChannelCount).toBe(0);
  });
});
