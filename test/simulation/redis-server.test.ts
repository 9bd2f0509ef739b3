import { describe, expect, it } from "vitest";
import type { Address } from "../../src/base/address.ts";
import { textOf } from "../../src/base/bytes.ts";
import { seededRandom } from "../../src/base/random.ts";
import { millis } from "../../src/base/units.ts";
import type { Reply } from "../../src/resp/reply.ts";
import { Agenda } from "../../src/sim/agenda.ts";
import type { End, EndHandler } from "../../src/sim/connection.ts";
import { Journal } from "../../src/sim/journal.ts";
import type { Message, ServerCommand } from "../../src/sim/message.ts";
import { HelloTexts } from "../../src/sim/hello-texts.ts";
import { Network } from "../../src/sim/network.ts";
import { Node } from "../../src/sim/node.ts";
import { RedisServer } from "../../src/sim/redis-server.ts";
import { parseInfo } from "../../src/wire/info.ts";

class Client extends Node {
  protected onStart(): void {}

  protected onCrash(): void {}

  accept(): EndHandler {
    throw new Error("nobody connects");
  }
}

const SYNC_MS = 100;
const LOAD_MS = 20;

/** A master with two replicas and a client, one ms apart, all started and in sync. */
class Installation {
  readonly agenda = new Agenda();
  readonly network = new Network({
    agenda: this.agenda,
    random: seededRandom(1),
    settings: { delayMs: 1, jitterMs: 0 },
  });
  readonly master = this.#server(1, undefined);
  readonly replicas = [this.#server(2, this.master.address), this.#server(3, this.master.address)];
  readonly client = new Client(this.#options("c", 9));
  readonly #connections = new Map<RedisServer, { end: End; heard: string[]; replies: Reply[] }>();

  constructor() {
    for (const node of [this.master, ...this.replicas, this.client]) {
      this.network.add(node);
      node.start();
    }
    this.run(2_000);
  }

  #options(name: string, index: number) {
    const address: Address = { host: `10.0.0.${index}`, port: 6379 };
    return { name, address, index, agenda: this.agenda };
  }

  #server(index: number, master: Address | undefined): RedisServer {
    return new RedisServer({
      node: this.#options(`n${index}`, index),
      settings: {
        priority: 100,
        protocol: 3,
        fullSyncMs: SYNC_MS,
        loadMs: LOAD_MS,
        replicationTimeoutMs: 5_000,
        serveStaleData: true,
      },
      group: "mymaster",
      announceHost: false,
      network: this.network,
      journal: new Journal({ now: () => this.agenda.now, isDetailed: false }),
      random: seededRandom(index),
      master,
    });
  }

  run(ms: number): void {
    this.agenda.runUntil(millis(this.agenda.now + ms));
  }

  /** Over one connection to each server, which stays open until the server cuts it. */
  send(server: RedisServer, command: ServerCommand): void {
    this.#connection(server).end.send({ kind: "server-command", command });
  }

  #connection(server: RedisServer) {
    const known = this.#connections.get(server);
    if (known !== undefined) return known;
    const heard: string[] = [];
    const replies: Reply[] = [];
    const end = this.network.connect(this.client, server.address, {
      opened: () => {},
      received: (message: Message) => {
        if (message.kind === "reply") replies.push(message.reply);
        if (message.kind === "hello") heard.push(message.hello.payload);
      },
      lost: () => heard.push("lost"),
    });
    const connection = { end, heard, replies };
    this.#connections.set(server, connection);
    this.run(5);
    return connection;
  }

  ask(server: RedisServer, command: ServerCommand): Reply | undefined {
    this.send(server, command);
    this.run(5);
    return this.#connections.get(server)?.replies.pop();
  }

  heard(server: RedisServer): readonly string[] {
    return this.#connection(server).heard;
  }

  info(server: RedisServer) {
    const reply = this.ask(server, { name: "info" });
    return parseInfo(reply?.kind === "bulk" ? textOf(reply.bytes) : "");
  }

  write(server: RedisServer, write: number): string | undefined {
    const reply = this.ask(server, { name: "write", write });
    return reply !== undefined && "text" in reply ? reply.text : undefined;
  }
}

describe("the model of a data server", () => {
  it("tells its role, its replicas and its link by INFO", () => {
    const world = new Installation();
    const told = world.info(world.master);
    expect(told.role).toBe("master");
    expect(told.replicas.map(({ host }) => host)).toEqual(["10.0.0.2", "10.0.0.3"]);
    const [replica] = world.replicas;
    if (replica === undefined) throw new Error("no replica");
    expect(world.info(replica)).toMatchObject({
      role: "replica",
      masterHost: "10.0.0.1",
      masterPort: 6379,
      masterLinkStatus: "up",
      replicaPriority: 100,
    });
  });

  it("replicates writes, and refuses them on a replica", () => {
    const world = new Installation();
    expect(world.write(world.master, 1)).toBe("OK");
    world.run(5);
    for (const replica of world.replicas) expect(replica.log.writes).toEqual([1]);
    const [replica = world.master] = world.replicas;
    expect(world.write(replica, 2)).toMatch(/^READONLY/);
  });

  it("goes on from where it was when a promoted replica has the same history", () => {
    const world = new Installation();
    world.write(world.master, 1);
    world.master.crash();
    const [first, second] = world.replicas;
    if (first === undefined || second === undefined) throw new Error("two replicas");
    world.ask(first, { name: "reconfigure", master: undefined });
    world.write(first, 2);
    world.ask(second, { name: "reconfigure", master: first.address });
    world.run(SYNC_MS / 2);
    expect(second.isLinkUp).toBe(true);
    expect(second.log.writes).toEqual([1, 2]);
  });

  it("copies everything where the histories have parted: the old master's last write is lost", () => {
    const world = new Installation();
    const [first = world.master] = world.replicas;
    world.network.block(world.master, first);
    world.write(world.master, 1);
    world.ask(first, { name: "reconfigure", master: undefined });
    world.network.unblock(world.master, first);
    world.write(first, 2);
    world.ask(world.master, { name: "reconfigure", master: first.address });
    world.run(SYNC_MS / 2);
    expect(world.info(world.master)).toMatchObject({
      masterLinkStatus: "down",
      isMasterSyncInProgress: true,
    });
    world.run(SYNC_MS);
    expect(world.master.log.writes).toEqual([2]);
  });

  it("cuts every client but the one that gave the order", () => {
    const world = new Installation();
    const [replica = world.master] = world.replicas;
    const other = new Client({
      name: "d",
      address: { host: "10.0.0.8", port: 1 },
      index: 8,
      agenda: world.agenda,
    });
    world.network.add(other);
    other.start();
    let isLost = false;
    world.network.connect(other, replica.address, {
      opened: () => {},
      received: () => {},
      lost: () => {
        isLost = true;
      },
    });
    world.run(5);
    world.ask(replica, { name: "reconfigure", master: undefined });
    expect(isLost).toBe(true);
    expect(world.heard(replica)).toEqual([]);
    expect(replica.isMaster).toBe(true);
  });

  it("passes a published hello to its own subscribers and to those of its replicas", () => {
    const world = new Installation();
    const [replica = world.master] = world.replicas;
    world.ask(world.master, { name: "subscribe" });
    world.ask(replica, { name: "subscribe" });
    const hello = new HelloTexts().read("any text");
    world.ask(world.master, { name: "publish", hello });
    world.run(5);
    expect(world.heard(world.master)).toEqual(["any text"]);
    expect(world.heard(replica)).toEqual(["any text"]);
  });

  it("starts with the role of its file, and with its data unless that was lost", () => {
    const world = new Installation();
    const [replica = world.master] = world.replicas;
    world.write(world.master, 1);
    world.ask(replica, { name: "reconfigure", master: undefined });
    replica.crash();
    replica.start();
    expect(replica.isMaster).toBe(true);
    expect(replica.log.writes).toEqual([1]);
    replica.crash();
    replica.loseData();
    replica.start();
    expect(replica.log.writes).toEqual([]);
  });

  it("answers LOADING until it has loaded its data", () => {
    const world = new Installation();
    world.master.crash();
    world.master.start();
    expect(world.ask(world.master, { name: "ping" })).toMatchObject({
      kind: "error",
      text: "LOADING Redis is loading the dataset in memory",
    });
    world.run(LOAD_MS);
    expect(world.ask(world.master, { name: "ping" })).toEqual({ kind: "simple", text: "PONG" });
  });
});
