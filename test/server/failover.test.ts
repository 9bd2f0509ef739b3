import { describe, expect, it } from "vitest";
import { takeStream } from "../../src/server/replication/feed.ts";
import { replicationOffset } from "../../src/server/replication/state.ts";
import { TestNetwork } from "./network.ts";
import { type TestClient, TestServer } from "./test-server.ts";

/** A master whose replicas are played by the test; their names are the announced addresses. */
class Master {
  readonly server = new TestServer();
  readonly client = this.server.connect();
  readonly #replicas = new Map<string, TestClient>();
  #seen = 0;

  attach(name: string): this {
    const replica = this.server.connect();
    replica.line(`REPLCONF ip-address ${name} listening-port 6379`);
    replica.line("REPLCONF capa eof capa psync2");
    replica.line("PSYNC ? -1");
    const running = this.server.state.persistence.running;
    if (running !== undefined) {
      this.server.deliver({ kind: "snapshot-written", snapshot: running.id, bytes: 0 });
    }
    this.#replicas.set(name, replica);
    this.acks(name, 0);
    return this;
  }

  acks(name: string, offset = this.offset): this {
    this.#replicas.get(name)?.line(`REPLCONF ACK ${offset}`);
    return this;
  }

  stream(name: string): string {
    const id = this.#replicas.get(name)?.client.id;
    return id === undefined
      ? ""
      : Buffer.concat(takeStream(this.server.state, id, 1e6)).toString("latin1");
  }

  get offset(): number {
    return replicationOffset(this.server.state.replication);
  }

  /** The link to the target: what it says, and what we said to it. */
  says(...lines: readonly string[]): this {
    const { role } = this.server.state.replication;
    if (role.kind !== "replica" || role.link.at === "waiting") throw new Error("no link");
    const { link } = role.link;
    if (role.link.at === "connecting") this.server.deliver({ kind: "link-opened", link });
    for (const line of lines) {
      this.server.deliver({ kind: "link-bytes", link, bytes: Buffer.from(`${line}\r\n`) });
    }
    return this;
  }

  lost(): this {
    const { role } = this.server.state.replication;
    if (role.kind !== "replica" || role.link.at === "waiting") throw new Error("no link");
    this.server.deliver({ kind: "link-closed", link: role.link.link, reason: "gone" });
    return this;
  }

  handshake(): this {
    return this.says("+PONG", "+OK", "+OK");
  }

  /** What was sent to the target since the last look. */
  sent(): string {
    const effects = this.server.effects.slice(this.#seen);
    this.#seen = this.server.effects.length;
    return effects.map((effect) => (effect.kind === "write-link" ? effect.bytes : "")).join("");
  }

  info(field: string): string {
    const text = this.server.connect().line("INFO replication");
    return new RegExp(`^${field}:(.*)\r$`, "m").exec(text)?.[1] ?? "";
  }

  get phase(): string {
    return `${this.info("role")} ${this.info("master_failover_state")}`;
  }
}

describe("FAILOVER", () => {
  it.each([
    ["FAILOVER", "ERR FAILOVER requires connected replicas."],
    ["FAILOVER FORCE", "ERR FAILOVER requires connected replicas."],
    ["FAILOVER TO r", "ERR syntax error"],
    ["FAILOVER TO r x", "ERR value is not an integer or out of range"],
    ["FAILOVER TO r 1 TO r 1", "ERR syntax error"],
    ["FAILOVER TIMEOUT 0", "ERR FAILOVER timeout must be greater than 0"],
    ["FAILOVER TIMEOUT x", "ERR value is not an integer or out of range"],
    ["FAILOVER TIMEOUT", "ERR syntax error"],
    ["FAILOVER ABORT", "ERR No failover in progress."],
    ["FAILOVER TO r 6379 ABORT", "ERR syntax error"],
    ["FAILOVER soon", "ERR syntax error"],
  ])("without a replica: %s", (command, error) => {
    expect(new TestServer().connect().line(command)).toBe(`-${error}\r\n`);
  });

  it.each([
    [
      "FAILOVER FORCE",
      "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
    ],
    [
      "FAILOVER TO r 6379 FORCE",
      "ERR FAILOVER with force option requires both a timeout and target HOST and IP.",
    ],
    ["FAILOVER TO r 1", "ERR FAILOVER target HOST and PORT is not a replica."],
  ])("with a replica: %s", (command, error) => {
    expect(new Master().attach("r").client.line(command)).toBe(`-${error}\r\n`);
  });

  it("is refused while the target still loads, on a replica, and while another one runs", () => {
    const master = new Master().attach("r");
    const loading = master.server.connect();
    loading.line("REPLCONF ip-address s listening-port 6379");
    loading.line("PSYNC ? -1");
    expect(master.client.line("FAILOVER TO s 6379")).toBe(
      "-ERR FAILOVER target replica is not online.\r\n",
    );
    master.client.line("SET k v");
    expect(master.client.line("FAILOVER")).toBe("+OK\r\n");
    expect(master.client.line("FAILOVER")).toBe("-ERR FAILOVER already in progress.\r\n");
    expect(master.client.line("REPLICAOF NO ONE")).toBe(
      "-ERR REPLICAOF not allowed while failing over.\r\n",
    );
    const late = master.server.connect();
    expect(late.line("PSYNC ? -1")).toBe("-NOMASTERLINK Can't SYNC while failing over\r\n");
    master.acks("r");
    const replica = master.server.connect();
    expect(replica.line("PSYNC ? -1")).toBe("-NOMASTERLINK Can't SYNC while failing over\r\n");
  });

  it("waits for a replica that has everything, asks it to take over, and follows it", () => {
    const master = new Master().attach("r");
    master.client.line("SET k v");
    const id = master.info("master_replid");
    master.stream("r");
    expect(master.client.line("FAILOVER TO R 6379")).toBe("+OK\r\n");
    expect(master.phase).toBe("master waiting-for-sync");
    expect(master.stream("r")).toContain("GETACK");
    const writer = master.server.connect();
    expect(writer.line("SET k w")).toBe("");
    expect(writer.client.wait).toMatchObject({ kind: "pause" });
    // No PING either: the target could never have the same offset.
    master.server.pass(20_000);
    expect(master.stream("r")).toBe("");
    master.acks("r", 1);
    expect(master.phase).toBe("master waiting-for-sync");
    // The answer to the GETACK does not count the GETACK itself.
    master.acks("r", master.offset - 37);
    expect(master.phase).toBe("slave failover-in-progress");
    expect(master.server.connect().line("SET k x")).toMatch(/^-READONLY/);
    master.handshake();
    expect(master.sent()).toContain(
      `PSYNC\r\n$40\r\n${id}\r\n$${String(master.offset + 1).length}\r\n${master.offset + 1}\r\n$8\r\nFAILOVER\r\n`,
    );
    master.says(`+CONTINUE ${"b".repeat(40)}`);
    expect(master.phase).toBe("slave no-failover");
    expect(master.info("master_link_status")).toBe("up");
    expect(master.info("master_replid2")).toBe(id);
    expect(master.server.effects).toContainEqual({
      kind: "resume-client",
      client: writer.client.id,
    });
  });

  it("without a target takes the first that has everything", () => {
    const master = new Master().attach("r").attach("s");
    master.client.line("SET k v");
    master.client.line("FAILOVER");
    master.acks("s");
    expect(master.info("master_host")).toBe("s");
  });

  it("is given up when the time is over, and writes go on", () => {
    const master = new Master().attach("r");
    master.client.line("SET k v");
    master.client.line("FAILOVER TIMEOUT 500");
    const writer = master.server.connect();
    writer.line("SET k w");
    master.server.pass(400);
    expect(master.phase).toBe("master waiting-for-sync");
    master.server.pass(200);
    expect(master.phase).toBe("master no-failover");
    expect(master.server.connect().line("SET k w")).toBe("+OK\r\n");
  });

  it("with FORCE goes on when the time is over", () => {
    const master = new Master().attach("r");
    master.client.line("SET k v");
    master.client.line("FAILOVER TO r 6379 TIMEOUT 100 FORCE");
    master.server.pass(200);
    expect(master.phase).toBe("slave failover-in-progress");
    expect(master.server.logged).toContain("Failover to r:6379 time out exceeded, failing over.");
    // It does not answer yet: it is asked again, not given up.
    master.server.pass(10_000);
    expect(master.phase).toBe("slave failover-in-progress");
  });

  it.each([["while it waits"], ["on its way to the target"]])("can be aborted %s", (when) => {
    const master = new Master().attach("r");
    master.client.line("SET k v");
    const id = master.info("master_replid");
    master.client.line("FAILOVER");
    if (when !== "while it waits") master.acks("r");
    expect(master.client.line("FAILOVER ABORT")).toBe("+OK\r\n");
    expect(master.phase).toBe("master no-failover");
    expect(master.info("master_replid") === id).toBe(when === "while it waits");
    expect(master.server.connect().line("SET k w")).toBe("+OK\r\n");
  });

  it.each(["-NOPERM no", "-NOMASTERLINK no", "-ERR PSYNC FAILOVER can't be sent to a master."])(
    "ends when the target answers %s",
    (answer) => {
      const master = new Master().attach("r");
      master.client.line("SET k v");
      master.client.line("FAILOVER");
      master.acks("r").handshake().says(answer);
      expect(master.phase).toBe("master no-failover");
      expect(master.server.logged).toContain(
        "FAILOVER to r:6379 aborted: Failover target rejected psync request",
      );
    },
  );

  it("knows a target that took over although its answer was lost", () => {
    const master = new Master().attach("r");
    master.client.line("SET k v");
    master.client.line("FAILOVER");
    master.acks("r").handshake().lost();
    expect(master.phase).toBe("slave failover-in-progress");
    master.server.pass(1100);
    master.handshake().says("-ERR PSYNC FAILOVER can't be sent to a master.");
    expect(master.phase).toBe("slave no-failover");
    master.server.pass(1100);
    master.sent();
    master.handshake();
    expect(master.sent()).toContain("PSYNC");
    expect(master.sent()).not.toContain("FAILOVER");
  });

  it("exchanges the roles of two servers by a partial resynchronisation", () => {
    const network = new TestNetwork();
    const [a, b] = ["a", "b"].map((name, index) => {
      const server = new TestServer({ replicaAnnounceIp: name }, index + 1);
      network.add(name, server);
      return server;
    });
    if (a === undefined || b === undefined) throw new Error("two servers");
    b.connect().line("REPLICAOF a 6379");
    network.finish();
    a.connect().line("SET k v");
    network.finish();
    expect(a.connect().line("FAILOVER TO b 6379")).toBe("+OK\r\n");
    network.finish();
    expect(a.connect().line("ROLE")).toContain("slave");
    expect(b.connect().line("ROLE")).toContain("master");
    b.connect().line("SET k w");
    network.finish();
    expect(a.contents()).toEqual(b.contents());
    expect([b.state.stats.syncFull, b.state.stats.syncPartialOk]).toEqual([0, 1]);
  });
});
