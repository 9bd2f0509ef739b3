import { type Address, formatAddress } from "../base/address.ts";
import { chance, nextBelow, nextFloat, type Random } from "../base/random.ts";
import type { Agenda } from "./agenda.ts";
import { End, type EndHandler, type Frame } from "./connection.ts";
import { isIpAddress } from "../wire/host.ts";
import { NameServer } from "./name-server.ts";
import type { Node } from "./node.ts";

export interface NetworkSettings {
  /** One way, in ms; a message takes at least this. */
  readonly delayMs: number;
  /** Mean of what is added to it at random, in ms. */
  readonly jitterMs: number;
}

/** The first repetition of an unacknowledged segment, as Linux has it. */
const RETRANSMISSION_MS = 200;
/** A living host answers that nobody listens there. */
export const CONNECTION_REFUSED = "connection refused";
export const CONNECTION_RESET = "connection reset";

/** However long it was blocked, a connection is tried again at least this often. */
const RETRANSMISSION_MS_MAX = 5_000;

/** A hello that went another way comes within this. */
const ECHO_MS_MAX = 8_000;

/**
 * Who can reach whom, and how long it takes. Every frame gets a verdict when it is sent: it passes
 * after a delay, is delayed more because its first copy was lost, or is held because the way is
 * blocked. Held frames are sent again some time after the way is free, as TCP does it; whoever
 * cannot wait closes the connection.
 */
export class Network {
  readonly #agenda: Agenda;
  readonly #random: Random;
  readonly #settings: NetworkSettings;
  readonly #nodes: Node[] = [];
  readonly #byAddress = new Map<string, Node>();
  readonly names = new NameServer();
  /** Number of faults that block the way from one node to another, by `from * 256 + to`. */
  readonly #blocks = new Map<number, number>();
  /** Extra delay of a way in ms. */
  readonly #slowness = new Map<number, number>();
  /** Ends with held frames. */
  readonly #stuck = new Set<End>();
  /** Sees every frame that leaves, with the moment of its arrival; without one where it is held. */
  observer: ((from: End, frame: Frame, arrival: number | undefined) => void) | undefined;
  /** Share of frames whose first copy is lost. */
  lossProbability = 0;
  /** Up to so much more for each frame, so that connections overtake each other. */
  extraJitterMs = 0;
  /** Share of hellos that arrive a second time, later. */
  echoProbability = 0;

  constructor(options: {
    readonly agenda: Agenda;
    readonly random: Random;
    readonly settings: NetworkSettings;
  }) {
    this.#agenda = options.agenda;
    this.#random = options.random;
    this.#settings = options.settings;
  }

  add(node: Node): void {
    this.#nodes.push(node);
    this.#byAddress.set(formatAddress(node.address), node);
  }

  /** @param address a name is looked up */
  nodeAt({ host, port }: Address): Node | undefined {
    const ip = isIpAddress(host) ? host : this.names.firstIp(host);
    return ip === undefined ? undefined : this.#byAddress.get(formatAddress({ host: ip, port }));
  }

  /** The container comes back elsewhere. Call it while the process is dead. */
  move(node: Node, address: Address): void {
    this.#byAddress.delete(formatAddress(node.address));
    node.address = address;
    this.#byAddress.set(formatAddress(address), node);
  }

  /** Blocks one direction, until as many `unblock` have followed. */
  block(from: Node, to: Node): void {
    const way = wayOf(from, to);
    this.#blocks.set(way, (this.#blocks.get(way) ?? 0) + 1);
  }

  unblock(from: Node, to: Node): void {
    const way = wayOf(from, to);
    const left = (this.#blocks.get(way) ?? 0) - 1;
    if (left > 0) this.#blocks.set(way, left);
    else this.#blocks.delete(way);
    this.retransmit();
  }

  isBlocked(from: Node, to: Node): boolean {
    return this.#blocks.size > 0 && this.#blocks.has(wayOf(from, to));
  }

  /** @param extraMs 0 takes the slowness away */
  slow(from: Node, to: Node, extraMs: number): void {
    if (extraMs > 0) this.#slowness.set(wayOf(from, to), extraMs);
    else this.#slowness.delete(wayOf(from, to));
  }

  heal(): void {
    this.#blocks.clear();
    this.#slowness.clear();
    this.lossProbability = 0;
    this.extraJitterMs = 0;
    this.echoProbability = 0;
    this.retransmit();
  }

  /** Connects; the handler hears `opened`, `lost`, or nothing where nobody answers at all. */
  connect(from: Node, to: Address, handler: EndHandler): End {
    const here = new End(this, from, "opening");
    here.handler = handler;
    from.ends.add(here);
    const target = this.nodeAt(to);
    if (target === undefined) {
      from.timer(this.#settings.delayMs, () => here.breakOff("no route to host"));
      return here;
    }
    const there = new End(this, target, "opening");
    here.join(there);
    there.join(here);
    this.transmit(here, { kind: "open" });
    return here;
  }

  transmit(from: End, frame: Frame): void {
    const to = from.peer;
    if (to === undefined || from.isMuted) return;
    if (from.held.length > 0 || this.isBlocked(from.node, to.node)) {
      this.observer?.(from, frame, undefined);
      this.#hold(from, frame);
      return;
    }
    const arrival = Math.max(this.#agenda.now + this.#delay(from.node, to.node), from.lastArrival);
    from.lastArrival = arrival;
    this.observer?.(from, frame, arrival);
    this.#agenda.at(arrival, () => this.#arrive(from, to, frame));
    if (this.echoProbability > 0) this.#echo(from, to, frame);
  }

  /** A hello may come by more than one way, and by one of them late. */
  #echo(from: End, to: End, frame: Frame): void {
    if (frame.kind !== "data" || frame.message.kind !== "hello") return;
    if (!chance(this.#random, this.echoProbability)) return;
    const lateMs = ECHO_MS_MAX * nextFloat(this.#random);
    this.#agenda.after(lateMs, () => {
      if (to.state === "open") this.#arrive(from, to, frame);
    });
  }

  #delay(from: Node, to: Node): number {
    const { delayMs, jitterMs } = this.#settings;
    let delay = delayMs + 2 * jitterMs * nextFloat(this.#random);
    if (this.#slowness.size > 0) delay += this.#slowness.get(wayOf(from, to)) ?? 0;
    if (this.extraJitterMs > 0) delay += this.extraJitterMs * nextFloat(this.#random);
    while (this.lossProbability > 0 && chance(this.#random, this.lossProbability)) {
      delay += RETRANSMISSION_MS;
    }
    return delay;
  }

  #hold(from: End, frame: Frame): void {
    from.held.push(frame);
    this.#stuck.add(from);
  }

  /** Call when a way became free or a machine came back. */
  retransmit(): void {
    for (const end of this.#stuck) {
      if (end.held.length === 0) {
        // Closed or broken off meanwhile.
        this.#stuck.delete(end);
        continue;
      }
      const waitMs = RETRANSMISSION_MS + nextBelow(this.#random, RETRANSMISSION_MS_MAX);
      this.#agenda.after(waitMs, () => this.#release(end));
    }
  }

  #release(end: End): void {
    const { peer } = end;
    if (peer === undefined || this.isBlocked(end.node, peer.node) || !peer.node.isPowered) return;
    this.#stuck.delete(end);
    const frames = end.held;
    end.held = [];
    for (const frame of frames) this.transmit(end, frame);
  }

  #arrive(from: End, end: End, frame: Frame): void {
    const { node } = end;
    if (!node.isPowered) {
      this.#hold(from, frame);
      return;
    }
    switch (frame.kind) {
      case "open":
        this.#arriveOpen(end);
        return;
      case "accepted":
        if (end.state !== "opening") this.#refuse(end);
        else {
          end.state = "open";
          end.deliverOpened();
        }
        return;
      case "data":
        if (end.state !== "open") this.#refuse(end);
        else end.deliver(frame.message);
        return;
      case "close":
        end.breakOff("closed by the other side");
        return;
      case "reset":
        end.breakOff(frame.reason);
    }
  }

  #arriveOpen(end: End): void {
    const { node } = end;
    if (!node.isAlive) {
      this.transmit(end, { kind: "reset", reason: CONNECTION_REFUSED });
      return;
    }
    end.state = "open";
    node.ends.add(end);
    this.transmit(end, { kind: "accepted" });
    node.receive(() => {
      end.handler = node.accept(end);
    });
  }

  /** Bytes for a connection that is not there any more. */
  #refuse(end: End): void {
    this.transmit(end, { kind: "reset", reason: CONNECTION_RESET });
  }

  /** The side of each connection that believes in it, in a defined order; both where both do. */
  openConnections(): End[] {
    const open: End[] = [];
    for (const node of this.#nodes) {
      for (const end of node.ends) if (end.state === "open") open.push(end);
    }
    return open;
  }
}

function wayOf(from: Node, to: Node): number {
  return from.index * 256 + to.index;
}
