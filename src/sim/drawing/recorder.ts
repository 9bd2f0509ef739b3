import type { Effect } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import type { End, Frame } from "../connection.ts";
import type { PublishedHello } from "../hello-texts.ts";
import type { Node, ProcessState } from "../node.ts";
import { withNames } from "../scenario/names.ts";
import { parseHello } from "../../wire/hello.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import type { World } from "../world.ts";
import { type MessageKind, textOfMessage } from "./message-text.ts";

/** A message from one node to another; held back where it has no arrival. */
export interface DrawnMessage {
  readonly kind: MessageKind;
  readonly from: string;
  readonly to: string;
  readonly sentAt: number;
  readonly arrivesAt: number | undefined;
  readonly text: string;
}

export interface ProcessChange {
  readonly at: number;
  readonly node: string;
  readonly process: ProcessState;
}

/** How one hello came: from its sentinel to an instance, and from there to everybody subscribed. */
interface HelloLeg extends DrawnMessage {
  readonly hello: PublishedHello;
}

const HELLOS_KEPT = 400;

/** Writes down what a drawing shows and the journal does not: messages, and lives of processes. */
export class Recorder implements Watcher {
  readonly #messages: DrawnMessage[] = [];
  readonly #changes: ProcessChange[] = [];
  readonly #drawn = new Set<HelloLeg>();
  /** The latest hellos: drawn once one has changed something. */
  #hellos: HelloLeg[] = [];
  #world: World | undefined;

  /** Call it before the world starts. */
  attach(world: World): void {
    this.#world = world;
    world.network.observer = (from, frame, arrival) => this.#onFrame(from, frame, arrival);
    for (const node of world.allNodes) {
      node.processChanged = () => {
        this.#changes.push({ at: world.agenda.now, node: node.name, process: node.process });
      };
    }
  }

  get messages(): readonly DrawnMessage[] {
    return [...this.#messages, ...this.#drawn].sort((a, b) => a.sentAt - b.sentAt);
  }

  get changes(): readonly ProcessChange[] {
    return this.#changes;
  }

  /** A hello that makes its reader say something has changed something. */
  stepped(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void {
    const isThis = helloTakenBy(input);
    if (isThis === undefined) return;
    if (!effects.some((effect) => effect.kind === "publish-event")) return;
    const came = this.#hellos.findLast(({ to, hello }) => to === sentinel.name && isThis(hello));
    if (came === undefined) return;
    this.#drawn.add(came);
    const published = this.#hellos.findLast(
      ({ to, hello }) => to === came.from && hello.payload === came.hello.payload,
    );
    if (published !== undefined) this.#drawn.add(published);
  }

  #onFrame(end: End, frame: Frame, arrival: number | undefined): void {
    const world = this.#world;
    const to = end.peer?.node;
    if (world === undefined || to === undefined || frame.kind !== "data") return;
    const way = { from: end.node, to, arrival };
    const hello = helloIn(frame);
    if (hello !== undefined) this.#keepHello(world, way, hello);
    const isOperator = end.node === world.operator || to === world.operator;
    const said = textOfMessage(frame.message, isOperator);
    if (said !== undefined)
      this.#messages.push({ ...drawn(world, way, said.text), kind: said.kind });
  }

  #keepHello(world: World, way: Way, hello: PublishedHello): void {
    const { parsed } = hello;
    if (parsed.kind !== "hello") return;
    const { host, port } = parsed.masterAddress;
    const text = `hello: ${host} ${port} in ${parsed.configEpoch}`;
    this.#hellos.push({ ...drawn(world, way, text), kind: "hello", hello });
    if (this.#hellos.length > 2 * HELLOS_KEPT) this.#hellos = this.#hellos.slice(-HELLOS_KEPT);
  }
}

/** From a subscription, or from a sentinel that publishes straight to its peers. */
function helloTakenBy(input: Input): ((hello: PublishedHello) => boolean) | undefined {
  if (input.kind === "hello-received") return ({ parsed }) => parsed === input.hello;
  if (input.kind !== "client-request" || input.args[0] !== "PUBLISH") return undefined;
  return ({ payload }) => payload === input.args[2];
}

interface Way {
  readonly from: Node;
  readonly to: Node;
  readonly arrival: number | undefined;
}

function drawn(world: World, { from, to, arrival }: Way, text: string): Omit<DrawnMessage, "kind"> {
  return {
    from: from.name,
    to: to.name,
    sentAt: world.agenda.now,
    arrivesAt: arrival,
    text: withNames(world, text),
  };
}

function helloIn(frame: Extract<Frame, { readonly kind: "data" }>): PublishedHello | undefined {
  const { message } = frame;
  if (message.kind === "hello") return message.hello;
  if (message.kind === "sentinel-command" && message.args[0] === "PUBLISH") {
    const [, , payload = ""] = message.args;
    return { payload, parsed: parseHello(payload) };
  }
  if (message.kind !== "server-command" || message.command.name !== "publish") return undefined;
  return message.command.hello;
}
