import type { Message } from "./message.ts";
import type { Network } from "./network.ts";
import type { Node } from "./node.ts";

/** What one side's program hears of a connection. */
export interface EndHandler {
  /** Only on the side that connected. */
  opened(): void;
  received(message: Message): void;
  /** Heard once, and never after an own `close`. */
  lost(reason: string): void;
}

/** What travels: the parts of TCP that make a difference to who believes what. */
export type Frame =
  | { readonly kind: "open" }
  | { readonly kind: "accepted" }
  | { readonly kind: "data"; readonly message: Message }
  | { readonly kind: "close" }
  | { readonly kind: "reset"; readonly reason: string };

export type EndState =
  /** Of the side that connects, until it is accepted. */
  | "opening"
  | "open"
  /** Closed here or known to be closed by the other side; what still arrives is refused. */
  | "closed";

/** One side of a connection. Frames towards the other side keep their order. */
export class End {
  readonly node: Node;
  readonly #network: Network;
  #peer: End | undefined;
  state: EndState;
  handler: EndHandler | undefined;
  /** The program closed it: it hears nothing more, not even what it has not read yet. */
  #isForgotten = false;
  #isMuted = false;
  /** Moment of arrival of the frame sent last: a later one may not overtake it. */
  lastArrival = 0;
  /** Frames that cannot get through now; the kernel keeps sending them (retransmission). */
  held: Frame[] = [];

  constructor(network: Network, node: Node, state: EndState) {
    this.#network = network;
    this.node = node;
    this.state = state;
  }

  /** Undefined where the address belongs to nobody. */
  get peer(): End | undefined {
    return this.#peer;
  }

  join(peer: End): void {
    this.#peer = peer;
  }

  send(message: Message): void {
    if (this.state === "open") this.#network.transmit(this, { kind: "data", message });
  }

  /** What was sent before still arrives; the other side then hears `lost`. */
  close(): void {
    this.#isForgotten = true;
    if (this.state === "closed") return;
    this.state = "closed";
    this.node.ends.delete(this);
    this.#network.transmit(this, { kind: "close" });
  }

  /** Both sides lose it at once, and what is under way: a middlebox or a full queue dropped it. */
  reset(reason: string): void {
    this.breakOff(reason);
    this.peer?.breakOff(reason);
  }

  /** A middlebox forgot the connection: what this side sends goes nowhere, and it is not told. */
  mute(): void {
    this.#isMuted = true;
  }

  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Gone without a word: the machine lost its power. */
  vanish(): void {
    this.#isForgotten = true;
    this.state = "closed";
    this.held = [];
  }

  /** This side learns that the connection is gone; the program, behind what it has yet to read. */
  breakOff(reason: string): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.held = [];
    this.node.ends.delete(this);
    this.node.receive(() => this.#tell((handler) => handler.lost(reason)));
  }

  deliverOpened(): void {
    this.node.receive(() => this.#tell((handler) => handler.opened()));
  }

  deliver(message: Message): void {
    if (this.node.isRunning) this.#hand(message);
    else this.node.receive(() => this.#hand(message));
  }

  #hand(message: Message): void {
    if (!this.#isForgotten) this.handler?.received(message);
  }

  #tell(what: (handler: EndHandler) => void): void {
    if (!this.#isForgotten && this.handler !== undefined) what(this.handler);
  }
}
