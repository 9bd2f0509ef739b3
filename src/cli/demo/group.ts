import { castOf, type Cast } from "./cast.ts";
import type { Cluster } from "./cluster.ts";
import type { Daemon } from "./daemon.ts";
import type { RoleReport } from "../../wire/role.ts";
import { SentinelProbe, ServerProbe } from "./probes.ts";
import { SentinelEvents } from "./sentinel-events.ts";
import { parseSwitch, type SentinelEvent } from "./timeline.ts";
import { DeadlineError, until } from "./waiting.ts";
import { Writer } from "./writer.ts";

/** Asking more often would measure the asking. */
const LOOK_EVERY_MS = 10;
const START_WITHIN_MS = 20_000;

/** A process of the group did not come up. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** The running group: its processes, and everything that watches them. */
export class Group {
  readonly cluster: Cluster;
  readonly writer: Writer;
  readonly events: SentinelEvents;
  readonly #servers: ReadonlyMap<Daemon, ServerProbe>;
  readonly #sentinels: ReadonlyMap<Daemon, SentinelProbe>;
  readonly #sentinelIds = new Map<string, string>();
  readonly #signal: AbortSignal;
  #master: Daemon;

  constructor(
    cluster: Cluster,
    options: {
      readonly signal: AbortSignal;
      readonly onEvent: (event: SentinelEvent) => void;
    },
  ) {
    const [master] = cluster.servers;
    if (master === undefined) throw new Error("a group has servers");
    this.cluster = cluster;
    this.#master = master;
    this.#signal = options.signal;
    this.#servers = new Map(cluster.servers.map((it) => [it, new ServerProbe(it.address)]));
    this.#sentinels = new Map(cluster.sentinels.map((it) => [it, new SentinelProbe(it.address)]));
    this.writer = new Writer(cluster.sentinels);
    this.events = new SentinelEvents((event) => {
      this.#follow(event);
      options.onEvent(event);
    });
  }

  /** The master as the sentinels announced it last. */
  get master(): Daemon {
    return this.#master;
  }

  get cast(): Cast {
    return castOf(this.cluster.servers, this.#sentinelIds);
  }

  /**
   * Starts the master, its replicas, then the sentinels, and waits until all know each other.
   * @returns ms from the start of the sentinels until then
   * @throws {StartError} when a process does not come up
   */
  async start(): Promise<number> {
    const { servers, sentinels } = this.cluster;
    const [master, ...replicas] = servers;
    master?.start();
    await this.#wait("the master answers", () => this.isMaster(this.#master));
    for (const replica of replicas) replica.start();
    await this.#wait("the replicas follow the master", () =>
      everyOne(replicas, (replica) => this.isFollowing(replica, this.#master)),
    );
    for (const sentinel of sentinels) sentinel.start();
    const tookMs = await this.#wait("the sentinels know each other and the replicas", () =>
      everyOne(sentinels, (sentinel) => this.#knowsAll(sentinel)),
    );
    await Promise.all(sentinels.map((sentinel) => this.events.subscribe(sentinel)));
    for (const sentinel of sentinels) {
      const id = await this.#sentinels.get(sentinel)?.id();
      if (id !== undefined) this.#sentinelIds.set(id, sentinel.name);
    }
    return tookMs;
  }

  serverAtPort(port: number): Daemon | undefined {
    return this.cluster.servers.find((server) => server.address.port === port);
  }

  async roleOf(server: Daemon): Promise<RoleReport | undefined> {
    return this.#servers.get(server)?.role();
  }

  async isMaster(server: Daemon): Promise<boolean> {
    return (await this.roleOf(server))?.kind === "master";
  }

  /** A replica of that master, with the replication link up. */
  async isFollowing(server: Daemon, master: Daemon): Promise<boolean> {
    return follows(await this.roleOf(server), master);
  }

  /** The port that each sentinel gives to clients; undefined where one does not answer. */
  async announcedPorts(sentinels: readonly Daemon[]): Promise<(number | undefined)[]> {
    return Promise.all(sentinels.map(async (it) => this.#sentinels.get(it)?.masterPort()));
  }

  async valuesOn(server: Daemon, keys: readonly string[]): Promise<(string | null)[]> {
    return (await this.#servers.get(server)?.valuesOf(keys)) ?? [];
  }

  /** Ends everything that watches and writes; the processes go on. */
  letGo(): void {
    this.writer.stop();
    this.events.close();
    for (const probe of [...this.#servers.values(), ...this.#sentinels.values()]) probe.close();
  }

  async #knowsAll(sentinel: Daemon): Promise<boolean> {
    const { servers, sentinels } = this.cluster;
    const view = await this.#sentinels.get(sentinel)?.view();
    return (
      view?.status === "ok" &&
      view.replicas === servers.length - 1 &&
      view.sentinels === sentinels.length
    );
  }

  async #wait(condition: string, holds: () => Promise<boolean>): Promise<number> {
    try {
      return await until(condition, () => this.#allRun() && holds(), {
        everyMs: LOOK_EVERY_MS,
        withinMs: START_WITHIN_MS,
        signal: this.#signal,
      });
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      throw new StartError(error.message, { cause: error });
    }
  }

  /** @throws {StartError} when a process that was started has ended */
  #allRun(): boolean {
    const ended = [...this.cluster.servers, ...this.cluster.sentinels].find(
      (daemon) => daemon.startedAtMs !== undefined && !daemon.isRunning,
    );
    if (ended === undefined) return true;
    throw new StartError(`${ended.name} ended at once:\n${ended.lastWords()}`);
  }

  #follow(event: SentinelEvent): void {
    if (event.name !== "+switch-master") return;
    const switched = parseSwitch(event.payload);
    const server = switched === undefined ? undefined : this.serverAtPort(switched.port);
    if (server !== undefined) this.#master = server;
  }
}

/** The role of a replica of that master whose replication link is up. */
export function follows(role: RoleReport | undefined, master: Daemon): boolean {
  return (
    role?.kind === "replica" &&
    role.linkState === "connected" &&
    role.master.port === master.address.port
  );
}

export async function everyOne<Item>(
  items: readonly Item[],
  holds: (item: Item) => Promise<boolean>,
): Promise<boolean> {
  return (await Promise.all(items.map(holds))).every(Boolean);
}
