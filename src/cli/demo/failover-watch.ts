import type { Daemon } from "./daemon.ts";
import type { Group } from "./group.ts";
import { writeOutage } from "./losses.ts";
import type { Moment } from "./timeline.ts";
import { clockMs } from "./waiting.ts";

/** Why the master was lost, or given up. */
export interface Cause {
  readonly oldMaster: Daemon;
  readonly startedAtMs: number;
  /** The first line of the timeline. */
  readonly moment: Moment;
}

/** Looks at the group again and again until it is whole, and keeps what it saw on the way. */
export class FailoverWatch {
  readonly moments: Moment[];
  readonly #group: Group;
  readonly #cause: Cause;
  readonly #following = new Set<Daemon>();
  #newMaster: Daemon | undefined;
  #missing: string[] = [];

  constructor(group: Group, cause: Cause) {
    this.#group = group;
    this.#cause = cause;
    this.moments = [cause.moment];
  }

  /** The first that any sentinel named in place of the old one. */
  get newMaster(): Daemon | undefined {
    return this.#newMaster;
  }

  /** What the last look still waited for. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  async isComplete(): Promise<boolean> {
    const sentinels = this.#group.cluster.sentinels.filter((sentinel) => sentinel.isRunning);
    const ports = await this.#group.announcedPorts(sentinels);
    const newMaster = ports
      .map((port) => (port === undefined ? undefined : this.#group.serverAtPort(port)))
      .find((server) => server !== undefined && server !== this.#cause.oldMaster);
    this.#newMaster = newMaster;
    this.#missing =
      newMaster === undefined
        ? ["no sentinel names a new master"]
        : [
            ...sentinels
              .filter((_, index) => ports[index] !== newMaster.address.port)
              .map((sentinel) => `${sentinel.name} does not name ${newMaster.name} as the master`),
            ...this.#notTold(sentinels),
            ...(await this.#notServing(newMaster)),
            ...(await this.#notFollowing(newMaster)),
          ];
    return this.#missing.length === 0;
  }

  /** Clients that subscribe wait for the event; a sentinel started since has nobody to tell. */
  #notTold(sentinels: readonly Daemon[]): string[] {
    const { startedAtMs } = this.#cause;
    const told = new Set(
      this.#group.events
        .since(startedAtMs)
        .flatMap(({ name, sentinel }) => (name === "+switch-master" ? [sentinel] : [])),
    );
    return sentinels
      .filter(({ name, startedAtMs: since }) => (since ?? 0) < startedAtMs && !told.has(name))
      .map(({ name }) => `${name} has not announced the switch`);
  }

  async #notServing(newMaster: Daemon): Promise<string[]> {
    if (!(await this.#group.isMaster(newMaster))) {
      return [`${newMaster.name} does not answer as a master`];
    }
    const { startedAtMs } = this.#cause;
    const acknowledged = this.#group.writer.acknowledgedSince(startedAtMs);
    const newMasterPort = newMaster.address.port;
    const { resumedAtMs } = writeOutage(acknowledged, { startedAtMs, newMasterPort });
    return resumedAtMs === undefined ? [`${newMaster.name} has acknowledged no write`] : [];
  }

  /** The old master is another story: it may be down for long. */
  async #notFollowing(newMaster: Daemon): Promise<string[]> {
    const replicas = this.#group.cluster.servers.filter(
      (server) => server.isRunning && server !== newMaster && server !== this.#cause.oldMaster,
    );
    const lacking: string[] = [];
    for (const replica of replicas) {
      if (this.#following.has(replica)) continue;
      if (await this.#group.isFollowing(replica, newMaster)) {
        this.#following.add(replica);
        const detail = `${newMaster.name}, link up`;
        this.moments.push({ atMs: clockMs(), what: "follows", who: replica.name, detail });
      } else {
        lacking.push(`${replica.name} does not follow ${newMaster.name}`);
      }
    }
    return lacking;
  }
}
