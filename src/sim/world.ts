import type { Address } from "../base/address.ts";
import { masterName } from "../base/ids.ts";
import { chance, nextBelow, type Random, seededRandom } from "../base/random.ts";
import { millis } from "../base/units.ts";
import { Agenda } from "./agenda.ts";
import { castOf, type CastGroup } from "./cast.ts";
import { hostNameOf, serverAddress } from "./host-name.ts";
import { HelloTexts } from "./hello-texts.ts";
import { Journal } from "./journal.ts";
import { Network } from "./network.ts";
import type { Node } from "./node.ts";
import { Operator } from "./operator.ts";
import { putRight } from "./operator-duties.ts";
import type { ClusterPlan, GroupPlan } from "./plan.ts";
import { RedisServer, type ServerRightsGiven } from "./redis-server.ts";
import { ReferenceSentinel } from "./reference/reference-sentinel.ts";
import type { ReferenceFile } from "./reference/reference-state.ts";
import { drawId } from "./replication-log.ts";
import { SentinelNode } from "./sentinel-node.ts";
import type { SentinelProgram } from "./sentinel-program.ts";
import { type Watcher, Watchers } from "./watch.ts";
import { Writer } from "./writer.ts";

export const SENTINEL_PORT = 26379;
/** Orders that were under way when the faults ended have arrived within this. */
const LATE_ORDERS_MS = 12_000;
/** So many of their writes clients wait for, where they do. */
const WAITED_FOR = 0.3;
/** Servers start within this, in a random order, and the sentinels within as much again. */
const STARTS_WITHIN_MS = 300;

/** A monitored group in the world. */
export interface Group {
  readonly plan: GroupPlan;
  /** The first one begins as the master. */
  readonly servers: readonly RedisServer[];
  readonly writer: Writer;
}

/** A whole installation: sentinels, data servers, clients and the network between them. */
export class World {
  readonly agenda = new Agenda();
  readonly journal: Journal;
  readonly network: Network;
  readonly sentinels: readonly SentinelNode[];
  /** Models of redis-sentinel in the same quorum. */
  readonly references: readonly ReferenceSentinel[];
  readonly groups: readonly Group[];
  readonly operator: Operator;
  readonly #seed: number;
  readonly #hasNames: boolean;
  readonly #rightsVary: boolean;
  /** Addresses that machines have left. */
  readonly #vacated: Address[] = [];
  #moves = 0;
  /** Sentinels that an operator has left other than planned, with the group. */
  readonly disturbed = new Map<
    string,
    { readonly sentinel: SentinelNode; readonly group: Group }
  >();
  /** Nothing may be broken any more. */
  isHealed = false;
  #nodes = 0;

  constructor(options: {
    readonly plan: ClusterPlan;
    readonly program: SentinelProgram;
    /** Of everything that the plan leaves open. */
    readonly seed: number;
    readonly isDetailed: boolean;
    readonly watchers: readonly Watcher[];
    /** Clients WAIT for replicas behind some of their writes. */
    readonly clientsWait?: boolean;
    /** Some servers are old, or let a sentinel do less. */
    readonly rightsVary?: boolean;
  }) {
    const { plan, program, clientsWait = false } = options;
    this.#rightsVary = options.rightsVary ?? false;
    this.#seed = options.seed;
    this.#hasNames = plan.hasNames;
    this.journal = new Journal({ now: () => this.agenda.now, isDetailed: options.isDetailed });
    this.network = new Network({
      agenda: this.agenda,
      random: this.#fork("network"),
      settings: plan.network,
    });
    const watchers = new Watchers(options.watchers);
    const hellos = new HelloTexts();
    const cast = castOf(plan);
    const sentinelAddresses = indices(plan.sentinels + plan.references).map(sentinelAddress);
    this.groups = plan.groups.map((group, index) => {
      const groupCast = cast.groups[index];
      if (groupCast === undefined) throw new Error("every group has its cast");
      const place = { index, cast: groupCast, sentinels: sentinelAddresses, watchers, clientsWait };
      return this.#buildGroup(group, place);
    });
    this.sentinels = cast.sentinels.map((name, index) =>
      this.#add(
        new SentinelNode({
          node: this.#nodeOptions(name, sentinelAddress(index)),
          program,
          network: this.network,
          journal: this.journal,
          random: this.#fork(name),
          disk: plan.disk,
          conf: this.#confText(plan, name),
          watchers,
          hellos,
        }),
      ),
    );
    this.references = cast.references.map((name, index) =>
      this.#add(
        new ReferenceSentinel({
          node: this.#nodeOptions(name, sentinelAddress(plan.sentinels + index)),
          network: this.network,
          journal: this.journal,
          random: this.#fork(name),
          hellos,
          watchers,
          file: this.#referenceFile(plan, name),
        }),
      ),
    );
    for (const node of this.nodes) this.nameRightly(node);
    this.operator = this.#add(
      new Operator(this.#nodeOptions("op", { host: "10.0.9.1", port: 1 }), this.network),
    );
  }

  /** Everything that can break, in a defined order. */
  get nodes(): readonly (SentinelNode | ReferenceSentinel | RedisServer)[] {
    return [...this.allSentinels, ...this.groups.flatMap((group) => group.servers)];
  }

  /** Of both kinds. */
  get allSentinels(): readonly (SentinelNode | ReferenceSentinel)[] {
    return [...this.sentinels, ...this.references];
  }

  /** Has the node's name lead to it. */
  nameRightly(node: Node): void {
    if (!this.#hasNames) return;
    this.network.names.set(hostNameOf(node.name), { kind: "ips", ips: [node.address.host] });
  }

  /** The node, while it is down, gets a new address, or one that another has left. */
  moveElsewhere(node: Node, random: Random): void {
    const fresh = { host: `10.0.7.${++this.#moves}`, port: node.address.port };
    const used = this.#vacated.find(({ port }) => port === node.address.port);
    const isReused = used !== undefined && chance(random, 0.5);
    if (isReused) this.#vacated.splice(this.#vacated.indexOf(used), 1);
    this.#vacated.push(node.address);
    this.network.move(node, isReused ? used : fresh);
    this.nameRightly(node);
    this.journal.write(node.name, `is at ${node.address.host} now`);
  }

  /** How a node is called: by its name where hosts have names. */
  #place(nodeName: string, address: Address): Address {
    return this.#hasNames ? { host: hostNameOf(nodeName), port: address.port } : address;
  }

  /** Everything that the network can part. */
  get allNodes(): readonly Node[] {
    return [...this.nodes, ...this.groups.map((group) => group.writer)];
  }

  start(): void {
    for (const node of [...this.allNodes, this.operator]) {
      const isSentinel = node instanceof SentinelNode || node instanceof ReferenceSentinel;
      const fromMs = isSentinel ? STARTS_WITHIN_MS : 0;
      const random = this.#fork(`${node.name} starts`);
      this.agenda.after(fromMs + nextBelow(random, STARTS_WITHIN_MS), () => node.start());
    }
  }

  run(durationMs: number): void {
    this.agenda.runUntil(millis(this.agenda.now + durationMs));
  }

  /** Ends every fault: what is down starts, what is stopped goes on, every way is free. */
  heal(): void {
    this.isHealed = true;
    this.network.heal();
    this.network.names.isStalled = false;
    for (const node of this.nodes) this.nameRightly(node);
    for (const sentinel of this.sentinels) {
      sentinel.spare();
      sentinel.disk.isFull = false;
      sentinel.disk.extraMs = 0;
    }
    for (const { servers } of this.groups) for (const server of servers) server.troubles.clear();
    for (const node of this.nodes) {
      node.powerOn();
      if (node.process === "paused") node.resume();
      if (!node.isAlive) node.start();
    }
    this.network.retransmit();
    for (const { sentinel, group } of this.disturbed.values()) {
      putRight(this, sentinel, group);
      // An order that was held up may have come behind that.
      this.agenda.after(LATE_ORDERS_MS, () => putRight(this, sentinel, group));
    }
  }

  /** Everybody has a generator of their own, so that leaving one out changes nothing for the others. */
  #fork(purpose: string): Random {
    return seededRandom(this.#seed + 2 ** 32 * hashOf(purpose));
  }

  #drawId(nodeName: string): string {
    return drawId(this.#fork(`${nodeName} id`));
  }

  #nodeOptions(name: string, address: Address): ConstructorParameters<typeof Node>[0] {
    return { name, address, index: this.#nodes++, agenda: this.agenda };
  }

  #add<Kind extends Node>(node: Kind): Kind {
    this.network.add(node);
    return node;
  }

  #buildGroup(
    plan: GroupPlan,
    place: {
      readonly index: number;
      readonly cast: CastGroup;
      readonly sentinels: readonly Address[];
      readonly watchers: Watchers;
      readonly clientsWait: boolean;
    },
  ): Group {
    const { cast } = place;
    const [masterNode = ""] = cast.servers;
    const master = this.#place(masterNode, serverAddress(place.index, 0));
    const servers = plan.servers.map((settings, index) => {
      const name = cast.servers[index] ?? "";
      return this.#add(
        new RedisServer({
          node: this.#nodeOptions(name, serverAddress(place.index, index)),
          settings,
          network: this.network,
          announceHost: this.#hasNames,
          group: plan.name,
          journal: this.journal,
          random: this.#fork(name),
          master: index === 0 ? undefined : master,
          watchers: place.watchers,
          rights: this.#rightsVary ? drawRights(this.#fork(`${name} rights`)) : "all",
        }),
      );
    });
    const writer = this.#add(
      new Writer({
        node: this.#nodeOptions(cast.client, { host: `10.0.8.${place.index + 1}`, port: 1 }),
        network: this.network,
        random: this.#fork(cast.client),
        settings: {
          master: masterName(plan.name),
          sentinels: place.sentinels.map((address, index) => this.#place(`s${index + 1}`, address)),
          intervalMs: plan.writeIntervalMs,
          waits: place.clientsWait
            ? { share: WAITED_FOR, replicas: plan.servers.length - 1 }
            : undefined,
          firstWrite: 1_000_000 * (place.index + 1),
        },
      }),
    );
    return { plan, servers, writer };
  }

  #referenceFile(plan: ClusterPlan, nodeName: string): ReferenceFile {
    return {
      myId: this.#drawId(nodeName),
      currentEpoch: 0,
      masters: plan.groups.map(
        ({ name, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs }, index) => {
          const address = serverAddress(index, 0);
          const settings = { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs };
          return {
            name,
            address,
            configEpoch: 0,
            leaderEpoch: 0,
            ...settings,
            replicas: [],
            peers: [],
          };
        },
      ),
    };
  }

  /** What an operator writes into the file of a new sentinel. */
  #confText(plan: ClusterPlan, nodeName: string): string {
    const lines = [`port ${SENTINEL_PORT}`, `sentinel myid ${this.#drawId(nodeName)}`];
    if (this.#hasNames) {
      lines.push(
        "sentinel resolve-hostnames yes",
        "sentinel announce-hostnames yes",
        `sentinel announce-ip ${hostNameOf(nodeName)}`,
      );
    }
    const cast = castOf(plan);
    for (const [index, group] of plan.groups.entries()) {
      const { name } = group;
      const masterNode = cast.groups[index]?.servers[0] ?? "";
      const { host, port } = this.#place(masterNode, serverAddress(index, 0));
      lines.push(
        `sentinel monitor ${name} ${host} ${port} ${group.quorum}`,
        `sentinel down-after-milliseconds ${name} ${group.downAfterMs}`,
        `sentinel failover-timeout ${name} ${group.failoverTimeoutMs}`,
        `sentinel parallel-syncs ${name} ${group.parallelSyncs}`,
        ...(group.moreLines ?? []),
      );
    }
    return lines.map((line) => `${line}\n`).join("");
  }
}

/** Most servers let a sentinel do what a planned switchover takes. */
function drawRights(random: Random): ServerRightsGiven {
  const lacking = ["no-failover", "no-pause", "none"] as const;
  return chance(random, 0.7) ? "all" : (lacking[nextBelow(random, lacking.length)] ?? "all");
}

/** FNV-1a, cut to the 21 bits that a seed has above its lower 32. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash & 0x1fffff;
}

function indices(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function sentinelAddress(index: number): Address {
  return { host: `10.0.1.${index + 1}`, port: SENTINEL_PORT };
}
