import { unreachable } from "../../base/assert.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Node } from "../node.ts";
import type { RedisServer } from "../redis-server.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import { masterSeenBy } from "../checks/agreement.ts";
import type { Group, World } from "../world.ts";
import type { Action, CutAction, EndAction, SlowAction, Target } from "./fault-text.ts";
import { nodesOf } from "./plan-check.ts";
import type { Topology } from "./topology.ts";

/** From a kill to the new process, where the plan does not say. */
const RESTART_MS = 1_000;

/** Something about the network that lasts. */
interface Lasting {
  readonly kind: "cut" | "slow";
  readonly hit: readonly Node[];
  readonly end: () => void;
}

/** Carries the faults of a plan out in a world, and knows who is hit at any moment. */
export class Stage {
  readonly #world: World;
  readonly #group: Group;
  readonly #topology: Topology;
  /** Clients by their zone; they are cut off with it. */
  readonly #clients: ReadonlyMap<string, Node>;
  #lasting: readonly Lasting[] = [];
  #leader: SentinelNode | undefined;

  constructor(options: {
    readonly world: World;
    readonly group: Group;
    readonly topology: Topology;
    readonly clients: ReadonlyMap<string, Node>;
  }) {
    this.#world = options.world;
    this.#group = options.group;
    this.#topology = options.topology;
    this.#clients = options.clients;
  }

  noteEvent(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name === "+elected-leader") this.#leader = sentinel;
  }

  /** Whom most of the sentinels that run take for the master. */
  get master(): RedisServer {
    const votes = new Map<RedisServer, number>();
    for (const sentinel of this.#world.sentinels) {
      if (!sentinel.isAlive) continue;
      const { address } = masterSeenBy(sentinel, this.#group);
      const server = this.#group.servers.find(
        (each) => this.#world.network.nodeAt(address) === each,
      );
      if (server !== undefined) votes.set(server, (votes.get(server) ?? 0) + 1);
    }
    const [first] = this.#group.servers;
    if (first === undefined) throw new Error("a group without servers");
    return [...votes].reduce((best, each) => (each[1] > best[1] ? each : best), [
      first,
      0,
    ] as const)[0];
  }

  /** Dead, stopped, or cut off from those who are not hit. */
  isOut(node: Node): boolean {
    return (
      !node.isRunning || this.#lasting.some(({ kind, hit }) => kind === "cut" && hit.includes(node))
    );
  }

  /** Sentinels that run, reach each other and are reached by clients outside, the most there are. */
  get togetherCount(): number {
    const running = this.#world.sentinels.filter((sentinel) => !this.isOut(sentinel));
    const sizes = running.map(
      (one) => running.filter((other) => !this.#world.network.isBlocked(one, other)).length,
    );
    return Math.max(0, ...sizes);
  }

  /** @returns the nodes that were hit */
  perform(action: Action, text: string): readonly Node[] {
    switch (action.kind) {
      case "kill":
      case "stop":
      case "power-off":
      case "restart":
        return this.#end(action, text);
      case "pause":
        return this.#each(action, text, {
          hit: (node) => node.pause(),
          undo: (node) => node.resume(),
        });
      case "resume":
        return this.#each({ ...action, forMs: undefined }, text, { hit: (node) => node.resume() });
      case "start":
        return this.#each({ ...action, forMs: undefined }, text, {
          hit: (node) => this.#start(node),
        });
      case "cut":
        return this.#cut(action, text);
      case "slow":
        return this.#slowDown(action, text);
      case "heal":
        return this.#heal(action.target, text);
      case "failover":
        return this.#failOver();
      default:
        return unreachable(action);
    }
  }

  #nodes(target: Target, text: string): Node[] {
    if (target.kind === "master") return [this.master];
    if (target.kind === "leader") return this.#leader === undefined ? [] : [this.#leader];
    const names = nodesOf(target, this.#topology, text);
    return this.#world.nodes.filter(({ name }) => names.includes(name));
  }

  /** With the clients in it, where it is a zone. */
  #withClients(target: Target, text: string): Node[] {
    const nodes = this.#nodes(target, text);
    const client = "name" in target ? this.#clients.get(target.name) : undefined;
    return client === undefined ? nodes : [...nodes, client];
  }

  #each(
    { target, forMs }: { readonly target: Target; readonly forMs: number | undefined },
    text: string,
    does: { readonly hit: (node: Node) => void; readonly undo?: (node: Node) => void },
  ): readonly Node[] {
    const nodes = this.#nodes(target, text);
    for (const node of nodes) does.hit(node);
    const { undo } = does;
    if (forMs !== undefined && undo !== undefined) {
      this.#world.agenda.after(forMs, () => {
        for (const node of nodes) undo(node);
      });
    }
    return nodes;
  }

  #end(action: EndAction, text: string): readonly Node[] {
    const forMs = action.kind === "restart" ? (action.forMs ?? RESTART_MS) : action.forMs;
    return this.#each({ ...action, forMs }, text, {
      hit: (node) => (action.kind === "power-off" ? node.powerOff() : node.crash()),
      undo: (node) => this.#start(node),
    });
  }

  #start(node: Node): void {
    if (!node.isAlive) node.start();
    this.#world.network.retransmit();
  }

  #others(hit: readonly Node[]): Node[] {
    const all = [...this.#world.allNodes, ...this.#clients.values()];
    return all.filter((node) => !hit.includes(node));
  }

  #cut({ target, forMs }: CutAction, text: string): readonly Node[] {
    const { network } = this.#world;
    const hit = this.#withClients(target, text);
    const others = this.#others(hit);
    for (const a of hit) {
      for (const b of others) {
        network.block(a, b);
        network.block(b, a);
      }
    }
    const end = () => {
      for (const a of hit) {
        for (const b of others) {
          network.unblock(a, b);
          network.unblock(b, a);
        }
      }
    };
    this.#last({ kind: "cut", hit, end }, forMs);
    return hit;
  }

  #slowDown({ target, byMs, forMs }: SlowAction, text: string): readonly Node[] {
    const { network } = this.#world;
    const hit = this.#withClients(target, text);
    const others = this.#others(hit);
    const set = (extraMs: number) => {
      for (const a of hit) {
        for (const b of others) {
          network.slow(a, b, extraMs);
          network.slow(b, a, extraMs);
        }
      }
    };
    set(byMs);
    this.#last({ kind: "slow", hit, end: () => set(0) }, forMs);
    return hit;
  }

  /** @param forMs undefined: until it is healed */
  #last(lasting: Lasting, forMs: number | undefined): void {
    this.#lasting = [...this.#lasting, lasting];
    if (forMs === undefined) return;
    this.#world.agenda.after(forMs, () => this.#endThose((each) => each === lasting));
  }

  #endThose(isMeant: (lasting: Lasting) => boolean): void {
    for (const lasting of this.#lasting) if (isMeant(lasting)) lasting.end();
    this.#lasting = this.#lasting.filter((lasting) => !isMeant(lasting));
  }

  #heal(target: Target | undefined, text: string): readonly Node[] {
    const hit = target === undefined ? undefined : this.#withClients(target, text);
    this.#endThose(
      (lasting) => hit === undefined || lasting.hit.some((node) => hit.includes(node)),
    );
    return hit ?? [];
  }

  #failOver(): readonly Node[] {
    const sentinel = this.#world.sentinels.find((each) => !this.isOut(each));
    if (sentinel === undefined) return [];
    const args = ["SENTINEL", "FAILOVER", this.#topology.master] as const;
    this.#world.operator.command(sentinel, args, () => {});
    return [this.master];
  }
}
