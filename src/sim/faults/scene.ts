import { count, type Counts } from "../coverage.ts";
import type { FaultKind } from "../fault-kinds.ts";
import type { Node } from "../node.ts";
import { RedisServer } from "../redis-server.ts";
import { SentinelNode } from "../sentinel-node.ts";
import type { World } from "../world.ts";
import { groupInQuestion } from "./detail-reader.ts";

/** Where one fault happens: the world, with the names of the plan in it. */
export class Scene {
  readonly world: World;
  readonly #kind: FaultKind;
  readonly #counts: Counts;

  constructor(world: World, kind: FaultKind, counts: Counts) {
    this.world = world;
    this.#kind = kind;
    this.#counts = counts;
  }

  /** A line of the journal. */
  note(what: string): void {
    this.world.journal.write("", `fault ${this.#kind}: ${what}`);
  }

  count(key: string): void {
    count(this.#counts, key);
  }

  /** By name, or the master of the moment; where there is none, the server that began as it. */
  node(choice: string): Node {
    const group = groupInQuestion(choice);
    if (group !== undefined) return this.#masterOf(group);
    const node = this.world.allNodes.find(({ name }) => name === choice);
    if (node === undefined) throw new Error(`there is no node '${choice}'`);
    return node;
  }

  nodes(names: readonly string[]): Node[] {
    return names.map((name) => this.node(name));
  }

  sentinel(name: string): SentinelNode {
    const node = this.node(name);
    if (!(node instanceof SentinelNode)) throw new Error(`${name} is no sentinel`);
    return node;
  }

  server(choice: string): RedisServer {
    const node = this.node(choice);
    if (!(node instanceof RedisServer)) throw new Error(`${choice} is no server`);
    return node;
  }

  /** The living masters of those groups. */
  masters(groups: readonly string[]): RedisServer[] {
    return this.world.groups
      .filter(({ plan }) => groups.includes(plan.name))
      .flatMap(({ servers }) => servers.filter((server) => server.isAlive && server.isMaster));
  }

  serversOf(group: string): readonly RedisServer[] {
    return this.world.groups.find(({ plan }) => plan.name === group)?.servers ?? [];
  }

  /** The process is started unless something else has started it. */
  restart(node: Node): void {
    if (!node.isAlive) node.start();
    this.world.network.retransmit();
  }

  #masterOf(name: string): RedisServer {
    const group = this.world.groups.find(({ plan }) => plan.name === name);
    const server = this.masters([name])[0] ?? group?.servers[0];
    if (server === undefined) throw new Error(`there is no group '${name}'`);
    return server;
  }
}

export function namesOf(nodes: readonly Node[]): string {
  return nodes.map((node) => node.name).join(",");
}
