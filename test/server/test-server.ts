import { createHash } from "node:crypto";
import { unreachable } from "../../src/base/assert.ts";
import { textOf } from "../../src/base/bytes.ts";
import { type ClientId, clientId } from "../../src/base/ids.ts";
import { after, type Millis, millis } from "../../src/base/units.ts";
import { BufferedWriter, type Output } from "../../src/resp/buffered-writer.ts";
import type { Connection } from "../../src/resp/connection.ts";
import type { Client } from "../../src/server/client.ts";
import { addClient } from "../../src/server/clients.ts";
import type { Effect } from "../../src/server/effect.ts";
import type { Environment, ProcessFacts } from "../../src/server/environment.ts";
import { executeRequest } from "../../src/server/execute.ts";
import type { Input } from "../../src/server/input.ts";
import { newSnapshot } from "../../src/server/saving.ts";
import type { Settings } from "../../src/server/settings.ts";
import { newServerState, type ServerState, setClock } from "../../src/server/state.ts";
import { step } from "../../src/server/step.ts";
import { isString, type Value } from "../../src/server/values/value.ts";
import { TEST_SETTINGS } from "./settings.ts";

export const NO_FACTS: ProcessFacts = {
  vedetteVersion: "0.0.0",
  processId: 1,
  executable: "vedette-server",
  configFile: "",
  os: "test",
  nodeVersion: "20",
  supervision: "no",
  listeners: [],
  usedMemoryBytes: 1,
  residentMemoryBytes: 1,
  peakMemoryBytes: 1,
  totalSystemMemoryBytes: 1,
  cpuUserSeconds: 0,
  cpuSystemSeconds: 0,
  eventLoop: { cycles: 0, activeMicros: 0, cyclesPerSecond: 0, microsPerCycle: 0 },
  connections: {
    connected: 1,
    maxClients: 10_000,
    pubsubClients: 0,
    received: 0,
    rejected: 0,
    netInputBytes: 0,
    netOutputBytes: 0,
    inputBytesPerSecond: 0,
    outputBytesPerSecond: 0,
    reads: 0,
    writes: 0,
    denials: { auth: 0, command: 0, key: 0, channel: 0 },
    channels: 0,
    patterns: 0,
    shardChannels: 0,
    queryBufferLimitDisconnections: 0,
    outputBufferLimitDisconnections: 0,
    errorReplies: 0,
    errorsByCode: new Map(),
  },
};

/** The server's deciding floor with its clock in the test's hand and its effects in a list. */
export class TestServer {
  readonly state: ServerState;
  readonly effects: Effect[] = [];
  readonly published: (readonly [string, string])[] = [];
  /** The file of the configured name, once written. */
  file: Buffer | undefined;
  /** Whether the disk refuses what SAVE and SHUTDOWN write. */
  savingFails = false;
  errorReplies = 0;
  now: Millis = millis(1_000_000);
  /** What users lack, for connections that are restricted. */
  authorize: Environment["authorize"] = () => undefined;
  #perform: ((effect: Effect) => void) | undefined;
  #nextClient = 1;
  #nextId = 0;

  constructor(settings: Partial<Settings> = {}, name = 1) {
    const environment: Environment = {
      newId: () => (name * 0x10000 + this.#nextId++).toString(16).padStart(40, "0"),
      facts: () => NO_FACTS,
      clock: () => this.now,
      errorReplies: () => this.errorReplies,
      clientBytes: () => 0,
      hasUnsentReplies: () => false,
      publish: (channel, message) => this.published.push([textOf(channel), textOf(message)]),
      publishShard: (channel, message) =>
        this.published.push([`shard ${textOf(channel)}`, textOf(message)]),
      authorize: (client, request) => this.authorize(client, request),
      mayReadAllKeys: () => false,
      session: (client) => client.reply.simple("SESSION"),
      config: (client) => client.reply.simple("CONFIG"),
      sha1: (bytes) => createHash("sha1").update(bytes).digest(),
      sleep: (ms) => {
        this.now = after(this.now, ms);
      },
      saveNow: () => {
        if (this.savingFails) return false;
        const snapshot = newSnapshot(this.state);
        this.file = Buffer.concat(snapshot.produce(Number.POSITIVE_INFINITY));
        snapshot.release();
        return true;
      },
      readSnapshotNow: (take) => {
        if (this.file === undefined) return "No such file or directory";
        take(this.file);
        return undefined;
      },
    };
    this.state = newServerState({
      environment,
      settings: { ...TEST_SETTINGS, ...settings },
      runId: name.toString(16).padStart(40, "f"),
      seed: name,
      now: this.now,
      wallOffsetMs: 1_700_000_000_000,
    });
  }

  /** Who performs effects; without it they are only listed. */
  performWith(perform: (effect: Effect) => void): void {
    this.#perform = perform;
  }

  connect(reply: BufferedWriter = new BufferedWriter(2)): TestClient {
    const connection: TestConnection = {
      id: clientId(this.#nextClient++),
      remoteAddress: `127.0.0.1:${50_000 + this.#nextClient}`,
      localAddress: "127.0.0.1:6379",
      reply,
      name: "",
      user: "default",
      authenticated: true,
      isRestricted: false,
      noTouch: false,
      outputLimitBytes: 0,
      subscriptions: 0,
      closed: false,
      deliver: (text) => reply.encoded(text),
      closeAfterReply: () => {
        connection.closed = true;
      },
    };
    return new TestClient(this, addClient(this.state, connection), connection);
  }

  deliver(input: Input): void {
    for (const effect of step(this.state, input, this.now)) {
      this.effects.push(effect);
      this.#perform?.(effect);
    }
  }

  execute(client: Client, words: readonly (string | Buffer)[]): void {
    setClock(this.state, this.now);
    executeRequest(this.state, client, words);
    this.deliver({ kind: "turn-ended" });
  }

  /** Lets time pass in steps of 100 ms, as the shell's ticks do. */
  pass(ms: number): void {
    const end = after(this.now, ms);
    while (this.now < end) {
      this.now = millis(Math.min(end, this.now + 100));
      this.deliver({ kind: "tick" });
    }
  }

  get logged(): string[] {
    return this.effects.flatMap((effect) => (effect.kind === "log" ? [effect.text] : []));
  }

  closed(client: ClientId): boolean {
    return this.effects.some(
      (effect) => effect.kind === "close-client" && effect.client === client,
    );
  }

  /** All keys of all databases, with their expiry: what two nodes must agree on. */
  contents(): Map<string, string> {
    const all = new Map<string, string>();
    for (const database of this.state.keyspace.databases) {
      for (const { key, value, expireAt } of database.entries) {
        const until = expireAt === undefined ? "" : ` until ${expireAt}`;
        all.set(`${database.index}/${key}`, describeValue(value) + until);
      }
    }
    return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** A container as text that is the same for all with the same elements. */
export function describeValue(value: Value): string {
  if (isString(value)) return textOf(value);
  switch (value.kind) {
    case "list":
      return `list ${[...value.range()].map(textOf).join(" ")}`;
    case "set":
      return `set ${[...value].toSorted(byText).join(" ")}`;
    case "hash":
      return `hash ${[...value]
        .map(([field, held]) => `${field}=${textOf(held)}`)
        .toSorted(byText)
        .join(" ")}`;
    case "sorted-set":
      return `sorted-set ${[...value].map(({ member, score }) => `${member}=${score}`).join(" ")}`;
    case "opaque":
      return `stream ${value.bytes.toString("hex")}`;
    default:
      return unreachable(value);
  }
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

type TestConnection = { -readonly [Key in keyof Connection]: Connection[Key] } & {
  closed: boolean;
};

export class TestClient {
  readonly server: TestServer;
  readonly client: Client;
  readonly connection: TestConnection;

  constructor(server: TestServer, client: Client, connection: TestConnection) {
    this.server = server;
    this.client = client;
    this.connection = connection;
  }

  /** Executes a command given as words, and returns the reply as it goes over the wire. */
  send(...words: (string | Buffer)[]): string {
    this.server.execute(this.client, words);
    return this.reply();
  }

  /** Executes a command given as a line, split at blanks. */
  line(line: string): string {
    return this.send(...line.split(" "));
  }

  /** What was written to the client since the last look. */
  reply(): string {
    return encodedText((this.connection.reply as BufferedWriter).take());
  }
}

export function encodedText(output: Output): string {
  return typeof output === "string" ? output : output.map(textOf).join("");
}
