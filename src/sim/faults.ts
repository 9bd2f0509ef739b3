import { chance, nextBelow, nextFloat, type Random } from "../base/random.ts";
import { hostNameOf } from "./host-name.ts";
import { count, type Counts } from "./coverage.ts";
import type { FaultKind } from "./fault-kinds.ts";
import type { Node } from "./node.ts";
import { drawDuration, type FaultPlan } from "./plan.ts";
import type { RedisServer } from "./redis-server.ts";
import type { ReferenceSentinel } from "./reference/reference-sentinel.ts";
import type { SentinelNode } from "./sentinel-node.ts";
import type { Group, World } from "./world.ts";

/** Ends a fault; safe to call when something else has ended it. */
type Undo = () => void;

/**
 * Breaks things at random moments and repairs them after random times, until it is stopped. What
 * breaks is drawn from the world's own generator, so a seed is a whole story.
 */
export class Faults {
  readonly #world: World;
  readonly #plan: FaultPlan;
  readonly #random: Random;
  readonly #counts: Counts;
  #isOver = false;

  constructor(
    world: World,
    options: { readonly plan: FaultPlan; readonly random: Random; readonly counts: Counts },
  ) {
    this.#world = world;
    this.#plan = options.plan;
    this.#random = options.random;
    this.#counts = options.counts;
  }

  begin(): void {
    const waitMs = drawDuration(this.#random, this.#plan.intervalMs);
    this.#world.agenda.after(waitMs, () => {
      if (this.#isOver) return;
      this.#breakSomething();
      this.begin();
    });
  }

  /** No fault follows and every one is taken back. */
  end(): void {
    this.#isOver = true;
    this.#world.journal.write("", "faults end");
    this.#world.heal();
  }

  #breakSomething(): void {
    const kind = this.#plan.kinds[nextBelow(this.#random, this.#plan.kinds.length)];
    if (kind === undefined) return;
    count(this.#counts, `fault ${kind}`);
    const undo = this.#apply(kind);
    if (undo === undefined) return;
    this.#world.agenda.after(drawDuration(this.#random, this.#plan.durationMs), () => {
      if (!this.#isOver) undo();
    });
  }

  #note(kind: FaultKind, what: string): void {
    this.#world.journal.write("", `fault ${kind}: ${what}`);
  }

  #anyOf<Item>(items: readonly Item[]): Item {
    const item = items[nextBelow(this.#random, items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }

  #someOf(nodes: readonly Node[]): Node[] {
    return nodes.filter(() => chance(this.#random, 0.5));
  }

  /** One whose inside can be hurt: of the models only the outside can. */
  #anySentinel(): SentinelNode {
    return this.#anyOf(this.#world.sentinels);
  }

  #anySentinelOfBothKinds(): SentinelNode | ReferenceSentinel {
    return this.#anyOf(this.#world.allSentinels);
  }

  #anyGroup(): Group {
    return this.#anyOf(this.#world.groups);
  }

  /** The master as often as all others together: that is where things begin. */
  #anyServer(): RedisServer {
    const { servers } = this.#anyGroup();
    const master = servers.find((server) => server.isAlive && server.isMaster);
    return master !== undefined && chance(this.#random, 0.5) ? master : this.#anyOf(servers);
  }

  #apply(kind: FaultKind): Undo | undefined {
    switch (kind) {
      case "crash-sentinel":
        return this.#crash(kind, this.#anySentinelOfBothKinds());
      case "crash-server":
        return this.#crash(kind, this.#anyServer());
      case "crash-between-effects":
        return this.#crashBetweenEffects();
      case "lose-data":
        return this.#loseData();
      case "power-off":
        return this.#powerOff();
      case "pause-sentinel":
        return this.#pause(kind, this.#anySentinelOfBothKinds());
      case "pause-server":
        return this.#pause(kind, this.#anyServer());
      case "stall-sentinel":
        return this.#stall();
      case "partition":
        return this.#partition();
      case "isolate":
        return this.#isolate();
      case "one-way":
        return this.#oneWay();
      case "slow-ways":
        return this.#slowWays();
      case "lossy":
        return this.#lossy();
      case "reset-connections":
        return this.#resetConnections();
      case "slow-disk":
        return this.#slowDisk();
      case "full-disk":
        return this.#fullDisk();
      case "operator-failover":
        return this.#operatorFailover();
      case "move-server":
        return this.#move(kind, this.#anyServer());
      case "move-sentinel":
        return this.#move(kind, this.#anySentinel());
      case "names-stalled":
        return this.#stallNames();
      case "name-gone":
        return this.#takeNameBack();
      case "kill-masters":
        return this.#killMasters();
    }
  }

  #move(kind: FaultKind, node: Node): Undo {
    const { network } = this.#world;
    this.#note(kind, node.name);
    node.crash();
    network.names.set(hostNameOf(node.name), { kind: "gone" });
    return () => {
      if (!node.isAlive) this.#world.moveElsewhere(node, this.#random);
      this.#restart(node);
    };
  }

  #stallNames(): Undo {
    const { names } = this.#world.network;
    this.#note("names-stalled", "no answers");
    names.isStalled = true;
    return () => {
      names.isStalled = false;
    };
  }

  #takeNameBack(): Undo {
    const node = chance(this.#random, 0.5) ? this.#anySentinel() : this.#anyServer();
    this.#note("name-gone", node.name);
    this.#world.network.names.set(hostNameOf(node.name), { kind: "gone" });
    return () => this.#world.nameRightly(node);
  }

  #crash(kind: FaultKind, node: Node): Undo {
    this.#note(kind, node.name);
    node.crash();
    return () => this.#restart(node);
  }

  #killMasters(): Undo {
    const masters = this.#world.groups.flatMap(({ servers }) =>
      servers.filter((server) => server.isAlive && server.isMaster && chance(this.#random, 0.8)),
    );
    this.#note("kill-masters", namesOf(masters));
    for (const master of masters) master.crash();
    return () => {
      for (const master of masters) this.#restart(master);
    };
  }

  #restart(node: Node): void {
    if (!node.isAlive) node.start();
    this.#world.network.retransmit();
  }

  #crashBetweenEffects(): Undo {
    const sentinel = this.#anySentinel();
    const effects = 1 + nextBelow(this.#random, 40);
    if (chance(this.#random, 0.7)) sentinel.crashBehindSave = effects;
    else sentinel.crashInEffects = effects;
    const from = sentinel.crashInEffects === undefined ? "its next save" : "now";
    this.#note("crash-between-effects", `${sentinel.name}, ${effects} effects from ${from}`);
    return () => {
      sentinel.spare();
      this.#restart(sentinel);
    };
  }

  #loseData(): Undo {
    const server = this.#anyServer();
    this.#note("lose-data", server.name);
    server.crash();
    server.loseData();
    return () => this.#restart(server);
  }

  #powerOff(): Undo {
    const node = chance(this.#random, 0.5) ? this.#anySentinelOfBothKinds() : this.#anyServer();
    this.#note("power-off", node.name);
    node.powerOff();
    return () => {
      node.powerOn();
      this.#restart(node);
    };
  }

  #pause(kind: FaultKind, node: Node): Undo {
    this.#note(kind, node.name);
    node.pause();
    return () => node.resume();
  }

  /** A garbage collection, a busy machine: short enough that nobody may hold it against others. */
  #stall(): undefined {
    const sentinel = this.#anySentinelOfBothKinds();
    const lengthMs = 5 + nextBelow(this.#random, 1_500);
    this.#note("stall-sentinel", `${sentinel.name} for ${lengthMs} ms`);
    sentinel.pause();
    this.#world.agenda.after(lengthMs, () => sentinel.resume());
    return undefined;
  }

  #block(kind: FaultKind, cut: Cut): Undo {
    const { network } = this.#world;
    const ways = waysOf(cut);
    const sign = cut.isBothWays ? "|" : "->|";
    const text = `${namesOf(cut.from)} ${sign} ${namesOf(cut.to)}`;
    this.#note(kind, text);
    for (const [a, b] of ways) network.block(a, b);
    return () => {
      this.#note(kind, `${text} ends`);
      for (const [a, b] of ways) network.unblock(a, b);
    };
  }

  #partition(): Undo {
    const all = this.#world.allNodes;
    const here = this.#someOf(all);
    const there = all.filter((node) => !here.includes(node));
    return this.#block("partition", { from: here, to: there, isBothWays: true });
  }

  #isolate(): Undo {
    const node = chance(this.#random, 0.5) ? this.#anySentinelOfBothKinds() : this.#anyServer();
    const others = this.#world.allNodes.filter((other) => other !== node);
    return this.#block("isolate", { from: [node], to: others, isBothWays: true });
  }

  #oneWay(): Undo {
    const all = this.#world.allNodes;
    const [from, to] = [this.#someOf(all), this.#someOf(all)];
    return this.#block("one-way", { from, to, isBothWays: false });
  }

  #slowWays(): Undo {
    const { network, allNodes } = this.#world;
    const slow = this.#someOf(allNodes);
    const extraMs = 5 + nextBelow(this.#random, 400);
    this.#note("slow-ways", `${namesOf(slow)} by ${extraMs} ms`);
    const set = (delay: number) => {
      for (const a of slow) {
        for (const b of allNodes) {
          network.slow(a, b, delay);
          network.slow(b, a, delay);
        }
      }
    };
    set(extraMs);
    return () => set(0);
  }

  #lossy(): Undo {
    const { network } = this.#world;
    network.lossProbability = 0.02 + 0.2 * nextFloat(this.#random);
    this.#note("lossy", network.lossProbability.toFixed(2));
    return () => {
      network.lossProbability = 0;
    };
  }

  #resetConnections(): undefined {
    const open = this.#world.network.openConnections();
    const hit = open.filter(() => chance(this.#random, 0.2));
    this.#note("reset-connections", `${hit.length} of ${open.length}`);
    for (const end of hit) end.reset("connection reset");
    return undefined;
  }

  #slowDisk(): Undo {
    const { disk, name } = this.#anySentinel();
    disk.extraMs = 50 + nextBelow(this.#random, 3_000);
    this.#note("slow-disk", `${name} by ${disk.extraMs} ms`);
    return () => {
      disk.extraMs = 0;
    };
  }

  #fullDisk(): Undo {
    const { disk, name } = this.#anySentinel();
    disk.isFull = true;
    this.#note("full-disk", name);
    return () => {
      disk.isFull = false;
    };
  }

  #operatorFailover(): undefined {
    const sentinel = this.#anySentinelOfBothKinds();
    const { name } = this.#anyGroup().plan;
    this.#note("operator-failover", `${sentinel.name} ${name}`);
    this.#world.operator.command(sentinel, ["SENTINEL", "FAILOVER", name], (reply) => {
      const answer = reply === undefined ? "silence" : "text" in reply ? reply.text : reply.kind;
      this.#world.journal.write("op", `${sentinel.name} answers ${answer}`);
      const [code = ""] = answer.split(" ");
      count(this.#counts, `operator failover ${code}`);
    });
    return undefined;
  }
}

/** Ways that are blocked together. */
interface Cut {
  readonly from: readonly Node[];
  readonly to: readonly Node[];
  readonly isBothWays: boolean;
}

function waysOf({ from, to, isBothWays }: Cut): [Node, Node][] {
  const ways: [Node, Node][] = [];
  for (const a of from) {
    for (const b of to) {
      if (a === b) continue;
      ways.push([a, b]);
      if (isBothWays) ways.push([b, a]);
    }
  }
  return ways;
}

function namesOf(nodes: readonly Node[]): string {
  return nodes.map((node) => node.name).join(",");
}
