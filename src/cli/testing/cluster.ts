import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "../../base/address.ts";
import { ClusterError } from "./errors.ts";
import { Gates } from "./gates.ts";
import { Inquiry } from "./inquiry.ts";
import { layOut } from "./lay-out.ts";
import type { ClusterNode, PlacedNode } from "./node.ts";
import { endWithProcess, isClosed } from "./open-sets.ts";
import { type ClusterOptions, type CompleteOptions, completeOptions } from "./options.ts";
import { findPrograms } from "./programs.ts";
import type { Answer } from "./question.ts";
import { until } from "./until.ts";

/** What a client needs: `new Redis({ sentinels: addresses.sentinels, name: addresses.masterName })`. */
export interface ClusterAddresses {
  readonly masterName: string;
  readonly sentinels: readonly Address[];
  /** The first one began as the master. */
  readonly servers: readonly Address[];
}

/** A failover that all sentinels which can be asked have announced. */
export interface FailoverReport {
  readonly from: ClusterNode;
  readonly to: ClusterNode;
  /** From the last `kill`, `hang` or `cut` (or from the call, without one) until then. */
  readonly tookMs: number;
}

/** One node, or whoever is the master now. */
export type Target = ClusterNode | "master";

const FAILOVER_WITHIN_MS = 30_000;

/** One master, its replicas and the sentinels that watch them, for the length of a test. */
export class Cluster {
  readonly servers: readonly ClusterNode[];
  readonly sentinels: readonly ClusterNode[];
  readonly masterName: string;
  /** From the call of `startCluster` until all knew each other. */
  readonly startedInMs: number;
  readonly #nodes: readonly PlacedNode[];
  readonly #set: RunningSet;
  /** Who was the master when nothing was wrong last. */
  #settled: PlacedNode;
  #faultAtMs: number | undefined;

  /** `startCluster` makes it. */
  constructor(set: RunningSet, startedInMs: number) {
    const [master] = set.servers;
    if (master === undefined) throw new ClusterError("a set has a master");
    this.#set = set;
    this.servers = set.servers;
    this.sentinels = set.sentinels;
    this.masterName = set.options.masterName;
    this.#nodes = [...set.servers, ...set.sentinels];
    this.#settled = master;
    this.startedInMs = startedInMs;
  }

  get addresses(): ClusterAddresses {
    const { masterName } = this;
    return {
      masterName,
      sentinels: this.sentinels.map(addressOf),
      servers: this.servers.map(addressOf),
    };
  }

  /**
   * The server that the sentinels name (more than half of those that can be asked).
   * @throws {ClusterError} when they do not agree
   */
  async master(): Promise<ClusterNode> {
    return this.#master();
  }

  /** The servers that follow the master now, with their replication link up. */
  async replicas(): Promise<readonly ClusterNode[]> {
    const master = await this.#master();
    const { inquiry, servers } = this.#set;
    const follows = await Promise.all(servers.map((it) => inquiry.isFollowing(it, master)));
    return servers.filter((_, index) => follows[index]);
  }

  /**
   * Sends a command to a node, past all cuts.
   * @throws {Error} with the text of an error reply, or when there is no answer
   */
  async command(target: Target, ...words: readonly string[]): Promise<Answer> {
    return this.#set.inquiry.ask(await this.#find(target), words);
  }

  /** As SIGKILL: it is gone in the middle of whatever it did; its connections are closed by the system. */
  async kill(target: Target): Promise<void> {
    const node = await this.#find(target);
    this.#faultAtMs = performance.now();
    node.state = "dead";
    await node.runner.kill();
    await this.#set.gates.shut(node.place.number);
  }

  /** As SIGSTOP: it does nothing more, and connections to it stay open and are still taken. */
  async hang(target: Target): Promise<void> {
    const node = await this.#find(target);
    this.#faultAtMs = performance.now();
    node.state = node.state === "running" ? "hung" : node.state;
    await node.runner.hang();
  }

  /**
   * Nothing passes any more, not even the end of a connection: between the two, or between the one and
   * everybody else, clients included. New connections are taken and get no answer.
   * @throws {ClusterError} for two nodes, on a system without loopback addresses of their own
   */
  async cut(target: Target, other?: Target): Promise<void> {
    const [one, two] = [await this.#find(target), other && (await this.#find(other))];
    if (two !== undefined && one.place.source === undefined) {
      throw new ClusterError(
        "a cut between two nodes needs the loopback addresses 127.77.0.1 and up, which this system does not have; cut(node) cuts one off from everybody",
      );
    }
    this.#faultAtMs = performance.now();
    if (two === undefined) one.isCutOff = true;
    await this.#set.gates.cut({ one: one.place.number, other: two?.place.number });
  }

  /** Undoes `hang` and `cut`: for one node or for all. What is dead stays dead, see `restart`. */
  async heal(target?: Target): Promise<void> {
    const node = target && (await this.#find(target));
    for (const it of node === undefined ? this.#nodes : [node]) {
      it.isCutOff = false;
      if (it.state === "hung") it.state = "running";
      it.runner.resume();
    }
    await this.#set.gates.heal(node?.place.number);
  }

  /** Starts a killed node again, with its address and its files; waits until it answers. */
  async restart(node: ClusterNode): Promise<void> {
    const placed = await this.#find(node);
    if (placed.state !== "dead") throw new ClusterError(`${node.name} is not dead: ${node.state}`);
    const { number, port, ownPort: target, source } = placed.place;
    placed.start();
    await this.#set.isUp(placed, this.#set.options.startWithinMs);
    await this.#set.gates.open({ node: number, port, target, source });
  }

  /**
   * Waits until every sentinel that can be asked names another master than before the last fault, and
   * that server says so itself. A failover that is over already counts.
   * @throws {ClusterError} that says what was seen instead
   */
  async waitForFailover({
    withinMs = FAILOVER_WITHIN_MS,
  }: { readonly withinMs?: number } = {}): Promise<FailoverReport> {
    const from = this.#settled;
    const sinceMs = this.#faultAtMs ?? performance.now();
    let to: PlacedNode | undefined;
    await until({
      name: `a failover away from ${from.name}`,
      withinMs,
      holds: async () => {
        to = await this.#set.agreedMaster();
        if (to === undefined || to === from) return false;
        return (await this.#set.inquiry.roleOf(to))?.kind === "master";
      },
      seen: () => this.#set.describe(),
    });
    if (to === undefined) throw new ClusterError("a failover without a master");
    this.#settled = to;
    this.#faultAtMs = undefined;
    return { from, to, tookMs: performance.now() - sinceMs };
  }

  /** Ends everything and removes all files. Never throws; a second call does nothing. */
  async close(): Promise<void> {
    await this.#set.close();
  }

  /** `await using cluster = await startCluster()` closes it, whatever becomes of the test. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #find(target: Target): Promise<PlacedNode> {
    if (target === "master") return this.#master();
    const node = this.#nodes.find((it) => it === target);
    if (node === undefined) throw new ClusterError("this node belongs to another set");
    return node;
  }

  /** Without a sentinel there is nobody to ask: the master is who began as one. */
  async #master(): Promise<PlacedNode> {
    const { sentinels } = this.#set;
    const master = sentinels.length === 0 ? this.#settled : await this.#set.namedMaster();
    if (master !== undefined) return master;
    throw new ClusterError(`the sentinels name no master: ${await this.#set.describe()}`);
  }
}

function addressOf({ host, port }: ClusterNode): Address {
  return { host, port };
}

/** What runs, and what is asked of it. */
class RunningSet {
  readonly options: CompleteOptions;
  readonly inquiry: Inquiry;
  readonly gates = new Gates();
  servers: readonly PlacedNode[] = [];
  sentinels: readonly PlacedNode[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), "vedette-test-"));
  #isClosed = false;

  constructor(options: CompleteOptions) {
    this.options = options;
    this.inquiry = new Inquiry(options);
    endWithProcess(this);
  }

  async start(): Promise<void> {
    const { options, gates, inquiry } = this;
    const programs = await findPrograms(options);
    const { servers, sentinels } = await layOut({ folder: this.#folder, gates, programs, options });
    [this.servers, this.sentinels] = [servers, sentinels];
    const [master, ...replicas] = servers;
    if (master === undefined) throw new ClusterError("a set has a master");
    const { startWithinMs: withinMs } = options;
    for (const server of servers) server.start();
    await this.#until(`${replicas.length} replicas follow the master`, withinMs, async () => {
      if ((await inquiry.attachedReplicas(master)) !== replicas.length) return false;
      const follows = await Promise.all(replicas.map((it) => inquiry.isFollowing(it, master)));
      return follows.every(Boolean) && (await inquiry.roleOf(master))?.kind === "master";
    });
    for (const sentinel of sentinels) sentinel.start();
    await this.#until("the sentinels know the replicas and each other", withinMs, async () =>
      (await Promise.all(sentinels.map((it) => inquiry.knowsAll(it)))).every(Boolean),
    );
  }

  async isUp(node: PlacedNode, withinMs: number): Promise<void> {
    await this.#until(`${node.name} answers`, withinMs, async () => {
      const role = await this.inquiry.roleOf(node);
      return role !== undefined;
    });
  }

  /** The master that all sentinels name which run and are not cut off; undefined while they differ. */
  async agreedMaster(): Promise<PlacedNode | undefined> {
    const asked = this.sentinels.filter((it) => it.state === "running" && !it.isCutOff);
    const ports = await Promise.all(asked.map((it) => this.inquiry.announcedPort(it)));
    const [first] = ports;
    return ports.every((port) => port === first) ? this.#serverAt(first) : undefined;
  }

  /** The master that more than half of those name. */
  async namedMaster(): Promise<PlacedNode | undefined> {
    const asked = this.sentinels.filter((it) => it.state === "running" && !it.isCutOff);
    const ports = await Promise.all(asked.map((it) => this.inquiry.announcedPort(it)));
    const named = ports.find((port) => ports.filter((it) => it === port).length * 2 > ports.length);
    return this.#serverAt(named);
  }

  /** Each node's state in words, for messages. */
  async describe(): Promise<string> {
    const servers = this.servers.map(async (it) => {
      const role = it.state === "running" ? await this.inquiry.roleOf(it) : undefined;
      return `${it.name} (port ${it.port}) is ${it.state}, ${role?.kind ?? "no answer"}`;
    });
    const sentinels = this.sentinels.map(async (it) => {
      const port = it.state === "running" ? await this.inquiry.announcedPort(it) : undefined;
      return `${it.name} is ${it.state} and names ${this.#serverAt(port)?.name ?? "nobody"}`;
    });
    return (await Promise.all([...servers, ...sentinels])).join("; ");
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // The sentinels first, so that none sees its master die and acts on it.
    await Promise.all(this.sentinels.map((it) => it.runner.kill()));
    await Promise.all([...this.servers.map((it) => it.runner.kill()), this.gates.close()]);
    this.#removeFiles();
    isClosed(this);
  }

  abandon(): void {
    for (const node of [...this.sentinels, ...this.servers]) node.runner.abandon();
    this.#removeFiles();
  }

  #removeFiles(): void {
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 3 });
  }

  #serverAt(port: number | undefined): PlacedNode | undefined {
    return this.servers.find((it) => it.port === port);
  }

  async #until(name: string, withinMs: number, holds: () => Promise<boolean>): Promise<void> {
    await until({
      name,
      withinMs,
      holds: async () => {
        this.#checkAlive();
        return holds();
      },
      seen: () => this.describe(),
    });
  }

  /** @throws {ClusterError} when a node that was started has ended by itself */
  #checkAlive(): void {
    for (const node of [...this.servers, ...this.sentinels]) {
      const words = node.runner.lastWords();
      if (words !== undefined) throw new ClusterError(`${node.name} ${words}`);
    }
  }
}

/**
 * Starts a master, its replicas and sentinels on free ports of loopback, and waits until all know each
 * other. Everything ends with `close`, with `await using`, or at the latest with the process.
 * @throws {ClusterError} when it does not come up; {TypeError} for options that cannot be
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const beganMs = performance.now();
  const set = new RunningSet(completeOptions(options));
  try {
    await set.start();
  } catch (cause) {
    await set.close();
    throw cause;
  }
  return new Cluster(set, performance.now() - beganMs);
}
