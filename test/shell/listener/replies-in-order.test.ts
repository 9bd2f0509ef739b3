import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeCommand } from "../../../src/resp/encode-command.ts";
import { ReplySlots } from "../../../src/shell/listener/reply-slots.ts";
import { until } from "./deadline.ts";
import { expectBytes } from "./test-client.ts";
import { TestDaemon } from "./test-daemon.ts";

let daemon: TestDaemon;

beforeEach(async () => {
  daemon = await TestDaemon.start();
});

afterEach(async () => {
  await daemon.stop();
});

async function owes(count: number): Promise<void> {
  await until(() => daemon.owed.length === count, `${count} owed replies`);
}

describe("a reply that is owed", () => {
  it("holds back the replies behind it, not those before", async () => {
    const client = await daemon.client();
    client.send("ECHO a\r\nOWE\r\nECHO b\r\nOWE\r\nECHO c\r\n");
    await expectBytes(client, "$1\r\na\r\n");
    await owes(2);
    daemon.owed[1]?.write((writer) => writer.simple("second"));
    daemon.owed[0]?.write((writer) => writer.simple("first"));
    await expectBytes(client, "+first\r\n$1\r\nb\r\n+second\r\n$1\r\nc\r\n");
  });

  it("is sent even when nothing follows", async () => {
    const client = await daemon.client();
    client.send("OWE\r\n");
    await owes(1);
    daemon.owed[0]?.write((writer) => writer.simple("late"));
    expect(await client.reply()).toEqual({ kind: "simple", text: "late" });
    expect(await client.call("ECHO", "next")).toEqual({ kind: "bulk", bytes: "next" });
  });

  it("is written once", async () => {
    const client = await daemon.client();
    client.send("OWE\r\n");
    await owes(1);
    daemon.owed[0]?.write((writer) => writer.integer(1));
    daemon.owed[0]?.write((writer) => writer.integer(2));
    expect(await client.reply()).toEqual({ kind: "integer", value: 1 });
    expect(await client.call("ECHO", "x")).toEqual({ kind: "bulk", bytes: "x" });
  });

  it("keeps the protocol of its request", async () => {
    const client = await daemon.client();
    client.send("OWE\r\nHELLO 3\r\nOWE\r\n");
    await owes(2);
    for (const reply of daemon.owed) reply.write((writer) => writer.null());
    await expectBytes(client, "$-1\r\n");
    expect((await client.reply()).kind).toBe("map");
    await expectBytes(client, "_\r\n");
  });

  it("lets the connection end only when it was sent", async () => {
    const client = await daemon.client();
    client.send("OWE\r\nQUIT\r\n");
    await owes(1);
    daemon.owed[0]?.write((writer) => writer.simple("before the end"));
    expect(await client.toEnd()).toBe("+before the end\r\n+OK\r\n");
  });

  it("is followed by nothing but replies once the client has quit", async () => {
    const client = await daemon.client();
    await client.call("HELLO", "3");
    await client.call("SUBSCRIBE", "a");
    client.send("OWE\r\nQUIT\r\n");
    await until(() => daemon.requests.length === 4, "QUIT to be executed");
    daemon.listener.pubSub.publish("a", "too late");
    daemon.owed[0]?.write((writer) => writer.simple("before the end"));
    expect(await client.toEnd()).toBe("+before the end\r\n+OK\r\n");
  });

  it("reaches a client that has half-closed", async () => {
    const client = await daemon.client();
    client.socket.end("OWE\r\n");
    await owes(1);
    daemon.owed[0]?.write((writer) => writer.simple("late"));
    expect(await client.toEnd()).toBe("+late\r\n");
  });

  it("does no harm when its client is gone", async () => {
    const client = await daemon.client();
    client.send("OWE\r\n");
    await owes(1);
    client.socket.resetAndDestroy();
    await until(() => daemon.disconnected.length === 1, "the client to be gone");
    daemon.owed[0]?.write((writer) => writer.simple("late"));
    expect(await (await daemon.client()).call("ECHO", "x")).toEqual({ kind: "bulk", bytes: "x" });
  });

  it("holds back pushes, which would overtake their own subscription otherwise", async () => {
    const client = await daemon.client();
    client.send("OWE\r\nSUBSCRIBE a\r\n");
    await owes(1);
    daemon.listener.pubSub.publish("a", "news");
    daemon.owed[0]?.write((writer) => writer.simple("first"));
    expect(await client.reply()).toEqual({ kind: "simple", text: "first" });
    expect(await client.reply()).toMatchObject({ items: [{ bytes: "subscribe" }, {}, {}] });
    expect(await client.reply()).toMatchObject({ items: [{ bytes: "message" }, {}, {}] });
  });

  it("stops a client from piling up more behind it", async () => {
    const client = await daemon.client();
    client.send("OWE\r\n".repeat(40_000));
    await until(() => daemon.owed.length > 10_000, "many owed replies");
    const bystander = await daemon.client();
    for (let turn = 0; turn < 20; turn++) await bystander.call("PING");
    expect(daemon.owed.length).toBeLessThan(40_000);
    let paid = 0;
    await until(() => {
      for (; paid < daemon.owed.length; paid++) {
        daemon.owed[paid]?.write((writer) => writer.simple("OK"));
      }
      return paid === 40_000;
    }, "all requests to be executed");
    await client.bytes(5 * 40_000);
  });
});

describe("ReplySlots", () => {
  it("counts the bytes it holds", () => {
    const slots = new ReplySlots();
    const first = slots.open("abc");
    const second = slots.open(["de", Buffer.from("fgh")]);
    const empty = new ReplySlots();
    empty.open("");
    empty.open("");
    expect(slots.heldBytes - empty.heldBytes).toBe(8);
    slots.fill(second, "xy");
    expect(slots.takeReady()).toEqual(["abc"]);
    slots.fill(first, "z");
    expect(slots.takeReady()).toEqual(["", "z", ["de", Buffer.from("fgh")], "xy"]);
    expect(slots.heldBytes).toBe(0);
    expect(slots.isEmpty).toBe(true);
  });
});

describe("a suspended client", () => {
  it("has nothing executed until it is resumed", async () => {
    const client = await daemon.client();
    client.send("STOP\r\nECHO later\r\n");
    expect(await client.reply()).toEqual({ kind: "simple", text: "STOPPED" });
    await (await daemon.client()).call("PING");
    expect(daemon.requests.map((request) => request[0])).toEqual(["STOP", "PING"]);
    daemon.connected[0]?.resume();
    expect(daemon.requests).toHaveLength(2);
    expect(await client.reply()).toEqual({ kind: "bulk", bytes: "later" });
  });

  it("may send megabytes meanwhile, which wait in its system", async () => {
    const client = await daemon.client();
    await client.call("STOP");
    client.send(
      encodeCommand(["ECHO", "x".repeat(1000)])
        .toString()
        .repeat(20_000),
    );
    const bystander = await daemon.client();
    for (let turn = 0; turn < 50; turn++) await bystander.call("PING");
    const line = daemon.connected[0]?.describe(daemon.now) ?? "";
    expect(Number(/ qbuf=(\d+)/.exec(line)?.[1])).toBeLessThan(256 * 1024);
    daemon.connected[0]?.resume();
    for (let count = 0; count < 20_000; count++) await client.reply();
  });

  it("is noticed when it leaves", async () => {
    const client = await daemon.client();
    await client.call("STOP");
    client.socket.end();
    await until(() => daemon.disconnected.length === 1, "the client to be gone");
  });
});

describe("a replica's connection", () => {
  it("gets bytes in order behind the reply, and no replies any more", async () => {
    const client = await daemon.client();
    expect(await client.call("PSYNC", "?", "-1")).toEqual({ kind: "simple", text: "CONTINUE" });
    const [stream] = daemon.replicas;
    const block = Buffer.alloc(100_000, "s");
    stream?.write("first ");
    stream?.write([block, "last"]);
    client.send("REPLCONF ACK 1\r\nNONSENSE\r\n");
    await expectBytes(client, `first ${block.toString()}last`);
    await until(() => daemon.requests.length === 3, "the replica's requests");
    stream?.write("more");
    await expectBytes(client, "more");
    expect(daemon.connected[0]?.type).toBe("replica");
    expect(daemon.connected[0]?.describe(daemon.now)).toContain(" flags=S ");
  });

  it("tells what is unsent and when it has drained", async () => {
    const client = await daemon.client();
    await client.call("PSYNC", "?", "-1");
    client.socket.pause();
    const [stream] = daemon.replicas;
    let drained = false;
    if (stream !== undefined) stream.onDrain = () => (drained = true);
    const block = Buffer.alloc(1024 * 1024);
    for (let count = 0; count < 32; count++) stream?.write([block]);
    await until(() => (stream?.unsentBytes ?? 0) < 31 * block.length, "the first bytes to leave");
    expect(stream?.unsentBytes).toBeGreaterThan(0);
    expect(drained).toBe(false);
    client.socket.resume();
    await until(() => drained, "the stream to drain");
    expect(stream?.unsentBytes).toBe(0);
  });

  it("obeys the limit of replicas, with what the daemon holds for it", async () => {
    const none = { hardBytes: 0, softBytes: 0, softSeconds: 0 };
    const replica = { ...none, hardBytes: 1000 };
    daemon.settings.outputLimits = { normal: none, pubsub: none, replica };
    const client = await daemon.client();
    await client.call("PSYNC", "?", "-1");
    const [stream] = daemon.replicas;
    if (stream !== undefined) stream.heldBytes = () => 2000;
    client.socket.pause();
    stream?.write([Buffer.alloc(32 * 1024 * 1024)]);
    await until(() => daemon.disconnected.length === 1, "the replica to be closed");
  });
});
