import type { Address } from "../../src/base/address.ts";
import { unreachable } from "../../src/base/assert.ts";
import { type ClientId, type LinkId } from "../../src/base/ids.ts";
import { after, millis } from "../../src/base/units.ts";
import { BufferedWriter } from "../../src/resp/buffered-writer.ts";
import { RequestParser, UNLIMITED } from "../../src/resp/request-parser.ts";
import type { Effect, SnapshotTarget } from "../../src/server/effect.ts";
import type { SnapshotId } from "../../src/server/persistence.ts";
import { takeStream } from "../../src/server/replication/feed.ts";
import { produceSnapshot } from "../../src/server/saving.ts";
import { encodedText, type TestClient, type TestServer } from "./test-server.ts";

interface Wire {
  readonly replica: TestServer;
  readonly link: LinkId;
  readonly master: TestServer;
  readonly client: TestClient;
  readonly parser: RequestParser;
  readonly writer: BufferedWriter;
  fed: boolean;
  open: boolean;
}

interface RunningSnapshot {
  readonly server: TestServer;
  readonly id: SnapshotId;
  readonly target: SnapshotTarget;
  readonly blocks: Buffer[];
  begun: boolean;
}

/**
 * Servers that reach each other without sockets: what one sends arrives in the same turn, in slices
 * of `sliceBytes`. Snapshots advance only in `pump`, so that writes can come in between.
 */
export class TestNetwork {
  readonly #servers = new Map<string, TestServer>();
  readonly #wires: Wire[] = [];
  #snapshots: RunningSnapshot[] = [];
  readonly #payloads = new Map<TestServer, Buffer[]>();
  readonly #waiting: (() => void)[] = [];
  readonly #paused = new Set<Wire>();
  readonly #held = new Map<Wire, Buffer[]>();
  #running = false;
  readonly #sliceBytes: number;

  constructor({ sliceBytes = 64 * 1024 }: { readonly sliceBytes?: number } = {}) {
    this.#sliceBytes = sliceBytes;
  }

  add(host: string, server: TestServer): void {
    this.#servers.set(host, server);
    server.performWith((effect) => this.#later(() => this.#perform(server, effect)));
    server.deliver({ kind: "started", replicaOf: undefined });
    this.settle();
  }

  /** Breaks every connection of the server. */
  cut(server: TestServer): void {
    for (const wire of this.#wires) {
      if (wire.open && (wire.replica === server || wire.master === server)) this.#close(wire);
    }
    this.settle();
  }

  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      for (const server of this.#servers.values()) {
        server.now = after(server.now, Math.min(100, left));
        server.deliver({ kind: "tick" });
      }
      this.settle();
    }
  }

  /** Lets each running snapshot write about so many bytes more. */
  pump(bytes: number): void {
    for (const running of this.#snapshots) this.#advance(running, bytes);
    this.settle();
  }

  /** Goes on until nothing is under way. */
  settle(): void {
    for (;;) {
      if (!this.#running) this.#drain();
      this.#feedReplicas();
      if (this.#waiting.length === 0) return;
    }
  }

  /** Everything: snapshots too, and the retries of links. */
  finish(): void {
    for (let round = 0; round < 40; round++) {
      this.pump(Number.POSITIVE_INFINITY);
      this.pass(100);
    }
  }

  #later(action: () => void): void {
    this.#waiting.push(action);
  }

  #drain(): void {
    this.#running = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) next();
    this.#running = false;
  }

  #perform(server: TestServer, effect: Effect): void {
    switch (effect.kind) {
      case "open-link":
        this.#open(server, effect.link, effect.master);
        return;
      case "write-link":
        this.#toMaster(server, effect.link, effect.bytes);
        return;
      case "close-link":
        this.#closeWhere((wire) => wire.replica === server && wire.link === effect.link);
        return;
      case "close-client":
        this.#closeWhere((wire) => this.#isOf(wire, server, effect.client));
        return;
      case "write-client":
        this.#toReplica(server, effect.client, Buffer.from(effect.bytes, "latin1"));
        return;
      case "feed-replica":
        for (const wire of this.#wires) {
          if (this.#isOf(wire, server, effect.client)) wire.fed = true;
        }
        return;
      case "pause-link":
        for (const wire of this.#wires) {
          if (wire.replica === server && wire.link === effect.link) this.#paused.add(wire);
        }
        return;
      case "resume-link":
        this.#resume(server, effect.link);
        return;
      case "run-snapshot":
        this.#snapshots.push({
          server,
          id: effect.snapshot,
          target: effect.target,
          blocks: [],
          begun: false,
        });
        return;
      case "cancel-snapshot":
        this.#snapshots = this.#snapshots.filter((running) => {
          return running.server !== server || running.id !== effect.snapshot;
        });
        return;
      case "send-snapshot-file": {
        const file = server.file ?? Buffer.alloc(0);
        this.#toReplica(server, effect.client, Buffer.from(`$${file.length}\r\n`));
        this.#toReplica(server, effect.client, file);
        server.deliver({ kind: "snapshot-sent", client: effect.client });
        return;
      }
      case "open-payload":
        this.#payloads.set(server, []);
        return;
      case "write-payload":
        this.#payloads.get(server)?.push(effect.bytes);
        return;
      case "store-payload":
        server.file = Buffer.concat(this.#payloads.get(server) ?? []);
        server.deliver({ kind: "payload-stored" });
        return;
      case "read-snapshot-file":
      case "read-payload":
        this.#readFile(server);
        return;
      // Loading is done in one go here, and nobody but the test closes a server.
      case "stop-reading":
      case "discard-payload":
      case "delete-snapshot-file":
      case "attach-replica":
      case "resume-client":
      case "log":
      case "ready":
      case "exit":
        return;
      default:
        unreachable(effect);
    }
  }

  #readFile(server: TestServer): void {
    const { file } = server;
    if (file === undefined) {
      server.deliver({ kind: "load-failed", reason: "no such file", missing: true });
      return;
    }
    for (const slice of this.#slices(file)) server.deliver({ kind: "load-bytes", bytes: slice });
    server.deliver({ kind: "load-ended" });
  }

  #open(replica: TestServer, link: LinkId, address: Address): void {
    const master = this.#servers.get(address.host);
    if (master === undefined) {
      replica.deliver({ kind: "link-closed", link, reason: "connection refused" });
      return;
    }
    const writer = new BufferedWriter(2);
    const parser = new RequestParser(UNLIMITED);
    const client = master.connect(writer);
    this.#wires.push({ replica, link, master, client, parser, writer, fed: false, open: true });
    replica.deliver({ kind: "link-opened", link });
  }

  #toMaster(replica: TestServer, link: LinkId, bytes: string): void {
    const wire = this.#wires.find((one) => one.replica === replica && one.link === link);
    if (wire?.open !== true) return;
    wire.parser.feed(Buffer.from(bytes, "latin1"));
    for (let args = wire.parser.next(); args !== undefined; args = wire.parser.next()) {
      if (args.length > 0) wire.master.execute(wire.client.client, args);
      const reply = encodedText(wire.writer.take());
      if (reply !== "")
        this.#toReplica(wire.master, wire.client.client.id, Buffer.from(reply, "latin1"));
    }
  }

  #toReplica(master: TestServer, client: ClientId, bytes: Buffer): void {
    const wire = this.#wires.find((one) => this.#isOf(one, master, client));
    if (wire?.open !== true) return;
    if (this.#paused.has(wire)) {
      this.#held.set(wire, [...(this.#held.get(wire) ?? []), bytes]);
      return;
    }
    for (const slice of this.#slices(bytes)) {
      this.#later(() => {
        if (wire.open) wire.replica.deliver({ kind: "link-bytes", link: wire.link, bytes: slice });
      });
    }
  }

  *#slices(bytes: Buffer): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += this.#sliceBytes) {
      yield bytes.subarray(at, at + this.#sliceBytes);
    }
  }

  #resume(replica: TestServer, link: LinkId): void {
    const wire = this.#wires.find((one) => one.replica === replica && one.link === link);
    if (wire === undefined) return;
    this.#paused.delete(wire);
    const held = this.#held.get(wire) ?? [];
    this.#held.delete(wire);
    for (const bytes of held) this.#toReplica(wire.master, wire.client.client.id, bytes);
  }

  #feedReplicas(): void {
    for (const wire of this.#wires) {
      if (!wire.open || !wire.fed) continue;
      const { id } = wire.client.client;
      for (const bytes of takeStream(wire.master.state, id, millis(1e9))) {
        this.#toReplica(wire.master, id, Buffer.from(bytes));
      }
    }
  }

  #advance(running: RunningSnapshot, bytes: number): void {
    const { server, id, target, blocks } = running;
    const produced = produceSnapshot(server.state, id, bytes);
    if (produced === undefined) return;
    if (target.kind === "file") blocks.push(...produced.blocks);
    else this.#sendToAll(running, target, produced);
    if (!produced.complete) return;
    if (target.kind === "file") server.file = Buffer.concat(blocks);
    this.#snapshots = this.#snapshots.filter((one) => one !== running);
    server.deliver({ kind: "snapshot-written", snapshot: id, bytes: 0 });
  }

  #sendToAll(
    running: RunningSnapshot,
    target: SnapshotTarget & { readonly kind: "replicas" },
    produced: { readonly blocks: readonly Buffer[]; readonly complete: boolean },
  ): void {
    const parts = [...produced.blocks];
    if (!running.begun) parts.unshift(Buffer.from(`$EOF:${target.marker}\r\n`));
    running.begun = true;
    if (produced.complete) parts.push(Buffer.from(target.marker));
    for (const client of target.clients) {
      for (const part of parts) this.#toReplica(running.server, client, part);
    }
  }

  #isOf(wire: Wire, master: TestServer, client: ClientId): boolean {
    return wire.master === master && wire.client.client.id === client;
  }

  #closeWhere(which: (wire: Wire) => boolean): void {
    for (const wire of this.#wires) if (wire.open && which(wire)) this.#close(wire);
  }

  #close(wire: Wire): void {
    wire.open = false;
    wire.replica.deliver({ kind: "link-closed", link: wire.link, reason: "closed" });
    wire.master.deliver({ kind: "client-closed", client: wire.client.client.id });
  }
}
