import { masterName } from "../../base/ids.ts";
import { nextBelow, seededRandom } from "../../base/random.ts";
import { masterSeenBy, whyNoAgreement } from "../checks/agreement.ts";
import type { ClusterPlan } from "../plan.ts";
import type { RedisServer } from "../redis-server.ts";
import { withNames } from "../scenario/names.ts";
import { REAL_PROGRAM } from "../sentinel-program.ts";
import { type Group, World } from "../world.ts";
import { Writer } from "../writer.ts";
import type { PlannedFault } from "./fault-text.ts";
import { planEndMs } from "./plan-check.ts";
import type { ClientRecord, EndState, Hit, Line, RunRecord } from "./record.ts";
import { RehearsalError } from "./rehearsal-error.ts";
import { Stage } from "./stage.ts";
import type { Topology } from "./topology.ts";

/** What a rehearsal assumes of the machines between the user's. */
export interface Surroundings {
  /** One way, in ms. */
  readonly delayMs: number;
  /** A full copy of the data, in ms. */
  readonly fullSyncMs: number;
  /** Reading the data from disk at a start, in ms. */
  readonly loadMs: number;
}

export interface RunOptions {
  readonly topology: Topology;
  readonly plan: readonly PlannedFault[];
  readonly surroundings: Surroundings;
  /** Undefined: until all is calm again, or a bound that the settings give. */
  readonly endMs: number | undefined;
}

/** A client of the rehearsal writes at this pace; what it counts stands for the user's pace. */
export const WRITE_INTERVAL_MS = 20;
/** A fresh cluster has found itself by then. */
const SETTLING_MS = 40_000;
/** So are the clients. */
const CLIENTS_START_MS = 500;
/** A plan begins at any phase of the pings, as trouble does. */
const PHASE_MS = 1_000;
const LOOK_EVERY_MS = 250;
/** Calm that lasts so long is the end. */
const CALM_MS = 3_000;
const FIRST_NODE_OF_CLIENTS = 200;
const LONGEST_WAIT_MS = 600_000;
/** A sentinel's own disk: a write with its syncs. */
const DISK = { syncMs: 2, jitterMs: 3 };

/** One seed: the user's cluster starts, the plan is carried out, and everything is written down. */
export function runRehearsal(seed: number, options: RunOptions): RunRecord {
  return new Run(seed, options).record();
}

class Run {
  readonly #seed: number;
  readonly #options: RunOptions;
  readonly #world: World;
  readonly #group: Group;
  readonly #stage: Stage;
  readonly #writers: readonly {
    readonly zone: string | undefined;
    readonly writer: Writer;
    readonly at: number[];
  }[];
  #beganAt = 0;
  readonly #hits: Hit[] = [];
  readonly #lines: Line[] = [];
  readonly #outAt: { readonly atMs: number; readonly nodes: readonly string[] }[] = [];
  #wasNeedless = false;

  constructor(seed: number, options: RunOptions) {
    this.#seed = seed;
    this.#options = options;
    this.#world = new World({
      plan: clusterOf(options),
      program: REAL_PROGRAM,
      seed,
      isDetailed: false,
      watchers: [{ published: (sentinel, event) => this.#stage.noteEvent(sentinel, event) }],
    });
    const [group] = this.#world.groups;
    if (group === undefined) throw new Error("a world without a group");
    this.#group = group;
    this.#writers = this.#buildWriters();
    const inZones = this.#writers.flatMap(({ zone, writer }) =>
      zone === undefined ? [] : [[zone, writer] as const],
    );
    this.#stage = new Stage({
      world: this.#world,
      group,
      topology: options.topology,
      clients: new Map(inZones),
    });
  }

  record(): RunRecord {
    this.#settle();
    this.#schedule();
    const isCalm = this.#awaitTheEnd();
    return {
      seed: this.#seed,
      endMs: this.#now,
      hits: this.#hits,
      lines: this.#lines,
      outAt: this.#outAt,
      clients: this.#clientRecords(),
      wasNeedless: this.#wasNeedless,
      end: this.#endState(isCalm),
    };
  }

  /** In ms since the plan began. */
  get #now(): number {
    return this.#world.agenda.now - this.#beganAt;
  }

  /** The world's own client is outside of all zones; each zone has one of its own. */
  #buildWriters(): {
    readonly zone: string | undefined;
    readonly writer: Writer;
    readonly at: number[];
  }[] {
    const { network, agenda } = this.#world;
    const zones = [...this.#options.topology.zones.keys()];
    const inZones = zones.map((zone, index) => {
      const writer = new Writer({
        node: {
          name: `client-${zone}`,
          address: { host: `10.0.8.${101 + index}`, port: 1 },
          index: FIRST_NODE_OF_CLIENTS + index,
          agenda,
        },
        network,
        random: seededRandom(this.#seed * 64 + index + 1),
        settings: {
          master: masterName(this.#group.plan.name),
          sentinels: this.#world.sentinels.map(({ address }) => address),
          intervalMs: WRITE_INTERVAL_MS,
          firstWrite: 1_000_000_000 * (index + 1),
        },
      });
      network.add(writer);
      return { zone, writer };
    });
    const all = [{ zone: undefined, writer: this.#group.writer }, ...inZones];
    return all.map((each) => {
      const at: number[] = [];
      each.writer.onAcknowledged = () => at.push(this.#beganAt === 0 ? -1 : this.#now);
      return { ...each, at };
    });
  }

  #settle(): void {
    this.#world.start();
    const deadline = this.#world.agenda.now + SETTLING_MS;
    let reason: string | undefined;
    do {
      if (this.#world.agenda.now >= deadline) {
        throw new RehearsalError(
          `the cluster does not come together even before the plan begins: ${reason ?? ""}; ` +
            "expected times that a healthy cluster can keep (down-after-milliseconds above its delays)",
        );
      }
      this.#world.run(LOOK_EVERY_MS);
      reason = whyNoAgreement(this.#world);
    } while (reason !== undefined);
    for (const { zone, writer } of this.#writers) {
      if (zone !== undefined) writer.start();
    }
    this.#world.run(CLIENTS_START_MS);
  }

  #schedule(): void {
    const { agenda, journal } = this.#world;
    this.#beganAt = agenda.now + nextBelow(seededRandom(this.#seed), PHASE_MS);
    journal.listen((node, what) => this.#onLine(node, what));
    for (const { atMs, action, text } of this.#options.plan) {
      agenda.at(this.#beganAt + atMs, () => {
        const { master } = this.#stage;
        const hit = this.#stage.perform(action, text);
        this.#hits.push({ atMs: this.#now, text, hitsMaster: hit.includes(master) });
        this.#lines.push({ atMs: this.#now, node: "", what: text });
      });
    }
  }

  #onLine(node: string, what: string): void {
    this.#lines.push({ atMs: this.#now, node, what: withNames(this.#world, what) });
    if (what !== "is a master now") return;
    const out = this.#world.sentinels.filter((sentinel) => this.#stage.isOut(sentinel));
    this.#outAt.push({ atMs: this.#now, nodes: out.map(({ name }) => name) });
    const old = this.#group.servers.find((server) => server.name !== node && server.isMaster);
    if (old !== undefined && !this.#stage.isOut(old)) this.#wasNeedless = true;
  }

  /** @returns whether all became calm */
  #awaitTheEnd(): boolean {
    const { plan, endMs, topology } = this.#options;
    const { downAfterMs, failoverTimeoutMs } = topology.settings;
    const lastMs = planEndMs(plan);
    const boundMs =
      endMs ?? lastMs + Math.min(LONGEST_WAIT_MS, downAfterMs + failoverTimeoutMs + 45_000);
    // What is not noticed yet must not look like calm.
    const earliestMs = lastMs + Math.min(downAfterMs, LONGEST_WAIT_MS) + CALM_MS;
    let calmSince: number | undefined;
    while (this.#now < boundMs) {
      this.#world.run(Math.min(LOOK_EVERY_MS, Math.max(1, boundMs - this.#now)));
      calmSince = this.#isCalm() ? (calmSince ?? this.#now) : undefined;
      const hasLasted = calmSince !== undefined && this.#now - calmSince >= CALM_MS;
      if (endMs === undefined && hasLasted && this.#now >= earliestMs) return true;
    }
    return calmSince !== undefined;
  }

  /** Those who reach each other agree, replicas follow, and the client outside has written just now. */
  #isCalm(): boolean {
    const { master } = this.#stage;
    const last = this.#writers[0]?.at.at(-1) ?? Number.NEGATIVE_INFINITY;
    if (this.#stage.isOut(master) || !master.isMaster || this.#now - last > LOOK_EVERY_MS)
      return false;
    const views = this.#world.sentinels.filter((sentinel) => !this.#stage.isOut(sentinel));
    for (const sentinel of views) {
      const view = masterSeenBy(sentinel, this.#group);
      const isAgreed = this.#world.network.nodeAt(view.address) === master;
      const isBusy = view.failover.phase !== "none" || view.reconfiguration.phase !== "none";
      if (!isAgreed || isBusy || view.sdown.down) return false;
    }
    return this.#strays(master).length === 0;
  }

  #strays(master: RedisServer): RedisServer[] {
    return this.#reachableReplicas(master).filter(({ masterAddress, isLinkUp }) => {
      const follows =
        masterAddress !== undefined && this.#world.network.nodeAt(masterAddress) === master;
      return !follows || !isLinkUp;
    });
  }

  #reachableReplicas(master: RedisServer): RedisServer[] {
    return this.#group.servers.filter((server) => server !== master && !this.#stage.isOut(server));
  }

  #clientRecords(): ClientRecord[] {
    const kept = new Set(this.#stage.master.log.writes);
    return this.#writers.map(({ zone, writer, at }) => ({
      zone,
      acknowledgedAt: at,
      lostCount: writer.acknowledged.filter((write) => !kept.has(write)).length,
    }));
  }

  #endState(isCalm: boolean): EndState {
    const { master } = this.#stage;
    return {
      together: this.#stage.togetherCount,
      isMasterUp: master.isMaster && !this.#stage.isOut(master),
      strays: this.#strays(master).length,
      reachableReplicas: this.#reachableReplicas(master).length,
      isCalm,
    };
  }
}

function clusterOf({ topology, surroundings }: RunOptions): ClusterPlan {
  const { settings, master, servers, sentinels } = topology;
  const { delayMs, fullSyncMs, loadMs } = surroundings;
  const server = {
    priority: 100,
    protocol: 3,
    fullSyncMs,
    loadMs,
    replicationTimeoutMs: 60_000,
    serveStaleData: true,
  } as const;
  return {
    sentinels: sentinels.length,
    references: 0,
    hasNames: false,
    groups: [
      {
        name: master,
        servers: servers.map(() => ({ ...server })),
        quorum: settings.quorum,
        downAfterMs: settings.downAfterMs,
        failoverTimeoutMs: settings.failoverTimeoutMs,
        parallelSyncs: settings.parallelSyncs,
        writeIntervalMs: WRITE_INTERVAL_MS,
        moreLines: [
          `vedette crash-detection-milliseconds ${master} ${settings.crashDetectionMs}`,
          `sentinel master-reboot-down-after-period ${master} ${settings.rebootDownAfterMs}`,
        ],
      },
    ],
    network: { delayMs, jitterMs: delayMs / 2 },
    disk: DISK,
  };
}
