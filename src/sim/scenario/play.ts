import { unreachable } from "../../base/assert.ts";
import { seededRandom } from "../../base/random.ts";
import type { Reply } from "../../resp/reply.ts";
import { EVENT_LEVELS, type SentinelEvent } from "../../sentinel/events.ts";
import { whyNoAgreement } from "../checks/agreement.ts";
import { invariants } from "../checks/invariants.ts";
import { hostNameOf } from "../host-name.ts";
import type { Node } from "../node.ts";
import type { ClusterPlan } from "../plan.ts";
import { RedisServer } from "../redis-server.ts";
import { SentinelNode } from "../sentinel-node.ts";
import { REAL_PROGRAM } from "../sentinel-program.ts";
import { World } from "../world.ts";
import { describeServers, describeViews, withNames } from "./names.ts";
import {
  type ClusterSettings,
  type Command,
  parseScenario,
  type PlacedCommand,
  SEPARATOR,
} from "./scenario.ts";
import { ScenarioError } from "./scenario-error.ts";

/** A fresh cluster has found itself by then; the transcript begins behind it. */
const SETTLING_MS = 30_000;
/** True of every switch, and told by other lines. */
const UNTOLD: ReadonlySet<string> = new Set(["+slave", "+monitor"]);

/**
 * Plays a scenario and writes its transcript behind it: a scenario is its own expectation.
 * Every invariant is checked on the way.
 * @throws {ScenarioError} when a command makes no sense
 */
export function playScenario(text: string): string {
  const commands = parseScenario(text);
  const [first, ...rest] = commands;
  if (first?.command.kind !== "cluster") throw new ScenarioError(1, "no cluster");
  const stage = new Stage(first.command.settings);
  for (const placed of rest) stage.perform(placed);
  const script = text.split("\n");
  const end = script.findIndex((line) => line.trim() === SEPARATOR);
  const kept = (end < 0 ? script : script.slice(0, end)).join("\n").trimEnd();
  return `${kept}\n${SEPARATOR}\n${stage.transcript.join("\n")}\n`;
}

class Stage {
  readonly transcript: string[] = [];
  readonly #world: World;
  #startedAt = 0;
  /** Names of the events since the run that waits for one began. */
  readonly #heard = new Set<string>();
  #leader: SentinelNode | undefined;

  constructor(settings: ClusterSettings) {
    this.#world = new World({
      plan: planOf(settings),
      program: REAL_PROGRAM,
      seed: settings.seed,
      isDetailed: false,
      watchers: [
        ...invariants().all,
        { published: (sentinel, event) => this.#onEvent(sentinel, event) },
      ],
    });
    this.#settle();
    this.#startedAt = this.#world.agenda.now;
    this.#world.journal.listen((node, what) => this.#onLine(node, what));
  }

  #settle(): void {
    this.#world.start();
    this.#world.run(SETTLING_MS);
    const reason = whyNoAgreement(this.#world);
    if (reason !== undefined) throw new ScenarioError(1, `the cluster does not settle: ${reason}`);
  }

  #onLine(node: string, what: string): void {
    const [event = ""] = what.split(" ");
    const isVerbose = event in EVENT_LEVELS && levelOf(event) === "verbose";
    if (!isVerbose && !UNTOLD.has(event)) this.#tell(node, what);
  }

  #tell(node: string, what: string): void {
    const seconds = ((this.#world.agenda.now - this.#startedAt) / 1000).toFixed(3);
    this.transcript.push(`${seconds}s ${node} ${withNames(this.#world, what)}`);
  }

  #onEvent(sentinel: SentinelNode, event: SentinelEvent): void {
    this.#heard.add(event.name);
    if (event.name === "+elected-leader") this.#leader = sentinel;
  }

  perform({ line, command }: PlacedCommand): void {
    const world = this.#world;
    const node = "node" in command ? this.#node(command.node, line) : undefined;
    switch (command.kind) {
      case "cluster":
        throw new ScenarioError(line, "one cluster is enough");
      case "run":
        return world.run(command.durationMs);
      case "run-until":
        return this.#runUntil(command, line);
      case "crash":
        return node?.crash();
      case "power-off":
        return node?.powerOff();
      case "start":
        return this.#start(node, line);
      case "start-empty":
        if (!(node instanceof RedisServer)) throw new ScenarioError(line, "a server is expected");
        node.loseData();
        return this.#start(node, line);
      case "pause":
        return node?.pause();
      case "resume":
        return node?.resume();
      case "cut":
      case "cut-one-way":
        return this.#cut(command, line);
      case "heal":
        return world.network.heal();
      case "disk":
        this.#sentinel(command.node, line).disk.isFull = command.state === "full";
        this.#sentinel(command.node, line).disk.extraMs = 0;
        return;
      case "slow-disk":
        this.#sentinel(command.node, line).disk.extraMs = command.extraMs;
        return;
      case "move":
        if (node === undefined || node.isAlive) throw new ScenarioError(line, "it is not down");
        return world.moveElsewhere(node, seededRandom(line));
      case "name":
        if (node === undefined) return;
        if (command.state === "right") return world.nameRightly(node);
        return world.network.names.set(hostNameOf(node.name), { kind: "gone" });
      case "names":
        world.network.names.isStalled = command.state === "stalled";
        return;
      case "priority":
        if (!(node instanceof RedisServer)) throw new ScenarioError(line, "a server is expected");
        node.settings.priority = command.priority;
        return;
      case "order":
        return this.#order(command, line);
      case "show":
        return this.#show();
      case "data":
        return this.#data();
      default:
        return unreachable(command);
    }
  }

  #start(node: Node | undefined, line: number): void {
    if (node === undefined || node.isAlive) throw new ScenarioError(line, "it runs already");
    node.start();
    this.#world.network.retransmit();
  }

  #runUntil(command: Extract<Command, { readonly kind: "run-until" }>, line: number): void {
    const { agenda } = this.#world;
    const deadline = agenda.now + command.withinMs;
    this.#heard.clear();
    while (!this.#heard.has(command.event)) {
      if (agenda.now >= deadline) {
        throw new ScenarioError(
          line,
          `${command.event} did not come within ${command.withinMs} ms`,
        );
      }
      agenda.runOne(deadline);
    }
  }

  #cut(command: Extract<Command, { readonly kind: "cut" | "cut-one-way" }>, line: number): void {
    const { network, allNodes } = this.#world;
    const node = this.#node(command.node, line);
    if (command.kind === "cut-one-way") {
      network.block(node, this.#node(command.to, line));
      return;
    }
    const others = command.from === undefined ? allNodes : [this.#node(command.from, line)];
    for (const other of others) {
      if (other === node) continue;
      network.block(node, other);
      network.block(other, node);
    }
  }

  #order({ node, args }: Extract<Command, { readonly kind: "order" }>, line: number): void {
    const sentinel = this.#sentinel(node, line);
    const words = args.flatMap((word, at) => (args[at - 1] === "TO" ? this.#placeOf(word) : word));
    const [first = "", ...rest] = words;
    this.#world.operator.command(sentinel, [first, ...rest], (reply) => {
      this.#tell("op", `${args.join(" ")}: ${sentinel.name} answers ${textOfReply(reply)}`);
    });
  }

  /** `TO r1` stands for its host and port; other words are sent as they are. */
  #placeOf(word: string): readonly string[] {
    const node = this.#world.allNodes.find(({ name }) => name === word);
    return node === undefined ? [word] : [node.address.host, String(node.address.port)];
  }

  #show(): void {
    for (const text of [...describeServers(this.#world), ...describeViews(this.#world)]) {
      const [name = "", ...rest] = text.split(" ");
      this.#tell(name, rest.join(" "));
    }
  }

  #data(): void {
    for (const { servers } of this.#world.groups) {
      for (const { name, log } of servers) this.#tell(name, `has ${log.writes.length} writes`);
    }
  }

  /** By name; `leader` is the sentinel elected last. */
  #node(name: string, line: number): Node {
    const node =
      name === "leader"
        ? this.#leader
        : this.#world.allNodes.find((candidate) => candidate.name === name);
    if (node === undefined) throw new ScenarioError(line, `there is no node '${name}'`);
    return node;
  }

  #sentinel(name: string, line: number): SentinelNode {
    const node = this.#node(name, line);
    if (!(node instanceof SentinelNode)) throw new ScenarioError(line, "a sentinel is expected");
    return node;
  }
}

function levelOf(event: string): string {
  return Object.entries(EVENT_LEVELS).find(([name]) => name === event)?.[1] ?? "";
}

function textOfReply(reply: Reply | undefined): string {
  if (reply === undefined) return "nothing";
  if (reply.kind === "simple" || reply.kind === "error") return reply.text;
  if (reply.kind === "integer") return String(reply.value);
  if (reply.kind === "bulk") return reply.bytes.toString();
  if (reply.kind === "array") return reply.items.map(textOfReply).join(" ");
  return reply.kind;
}

function planOf(settings: ClusterSettings): ClusterPlan {
  const { replicas, sentinels, delayMs } = settings;
  const server = {
    priority: 100,
    protocol: 3,
    fullSyncMs: settings.fullSyncMs,
    loadMs: 10,
    replicationTimeoutMs: 10_000,
    serveStaleData: true,
  } as const;
  return {
    sentinels,
    references: 0,
    hasNames: settings.names > 0,
    groups: [
      {
        name: "mymaster",
        servers: Array.from({ length: replicas + 1 }, () => ({ ...server })),
        quorum: settings.quorum,
        downAfterMs: settings.downAfterMs,
        failoverTimeoutMs: settings.failoverTimeoutMs,
        parallelSyncs: settings.parallelSyncs,
        writeIntervalMs: 100,
      },
    ],
    network: { delayMs, jitterMs: 0 },
    disk: { syncMs: 2, jitterMs: 0 },
  };
}
