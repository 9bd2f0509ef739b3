import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { PLAIN } from "../../../src/cli/paint.ts";
import { Conversation } from "../../../src/cli/operator/conversation.ts";
import { orderAndFollow } from "../../../src/cli/operator/ordered-failover.ts";
import type { SentinelSet } from "../../../src/cli/operator/sentinel-set.ts";
import { ALL_WELL, groupOf } from "./a-set.ts";

const ACCESS = { user: undefined, password: undefined, tls: undefined, timeoutMs: 10_000 };
const SWITCHED = "mymaster 127.0.0.1 7000 127.0.0.1 7001";
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Takes subscriptions as a sentinel does, and lets the test answer what else it is asked. */
class Stand {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #subscribers = new Set<Socket>();

  static async open(onOrder: (stand: Stand, socket: Socket) => void): Promise<Stand> {
    const stand = new Stand(onOrder);
    stand.#server.listen(0, "127.0.0.1");
    await once(stand.#server, "listening");
    closers.push(() => stand.die());
    return stand;
  }

  private constructor(onOrder: (stand: Stand, socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        if (/psubscribe/i.test(chunk.toString())) {
          this.#subscribers.add(socket);
          socket.write("*3\r\n$10\r\npsubscribe\r\n$1\r\n*\r\n:1\r\n");
        } else onOrder(this, socket);
      });
    });
  }

  get address() {
    const { port } = this.#server.address() as AddressInfo;
    return { host: "127.0.0.1", port };
  }

  publish(name: string, payload: string): void {
    const words = ["pmessage", "*", name, payload].map((word) => `$${word.length}\r\n${word}\r\n`);
    for (const socket of this.#subscribers) socket.write(`*4\r\n${words.join("")}`);
  }

  die(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function follow(stands: readonly Stand[], limitMs: number) {
  const conversations = await Promise.all(
    stands.map(({ address }) => Conversation.open(address, ACCESS)),
  );
  closers.push(...conversations.map((each) => () => each.close()));
  const [sentinel] = conversations;
  if (sentinel === undefined) throw new Error("nobody to ask");
  const group = groupOf(ALL_WELL);
  const sentinels = stands.map(({ address }, index) => {
    const watcher = group.sentinels[index];
    if (watcher === undefined) throw new Error("too many");
    return { ...watcher, address };
  });
  const errors: string[] = [];
  const set = { conversations, unreached: [] } as unknown as SentinelSet;
  const console = { out: () => undefined, err: (line: string) => errors.push(line), paint: PLAIN };
  const status = await orderAndFollow(
    { set, access: ACCESS, console },
    {
      group: { ...group, sentinels },
      sentinel,
      words: ["SENTINEL", "FAILOVER", "mymaster", "COORDINATED"],
      isCoordinated: true,
      limitMs,
      json: false,
    },
  );
  return { status, errors };
}

describe("following an order", () => {
  it("goes on with the others when the sentinel that was asked dies before it answers", async () => {
    const other = await Stand.open(() => undefined);
    const asked = await Stand.open((stand) => {
      stand.die();
      other.publish("+switch-master", SWITCHED);
    });
    const { status, errors } = await follow([asked, other], 30_000);
    expect(status).toBe(1);
    expect(errors.join("\n")).toContain("did not answer the order");
  });

  it("ends when the last that was waited for is lost", async () => {
    const other = await Stand.open(() => undefined);
    const asked = await Stand.open((stand, socket) => {
      socket.write("+OK\r\n");
      stand.publish("+switch-master", SWITCHED);
      setImmediate(() => other.die());
    });
    const begun = performance.now();
    const { status } = await follow([asked, other], 30_000);
    expect(status).toBe(1);
    expect(performance.now() - begun).toBeLessThan(25_000);
  });
});
