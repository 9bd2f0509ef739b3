import type { Address } from "../base/address.ts";
import { type Millis, millis } from "../base/units.ts";
import type { Agenda, Entry } from "./agenda.ts";
import type { End, EndHandler } from "./connection.ts";

/**
 * What a node's one process is doing. A paused one (SIGSTOP) keeps its sockets: the kernel goes on
 * accepting connections and buffering bytes, and nobody reads them.
 */
export type ProcessState = "running" | "paused" | "dead";

/** A machine with one process on it, and what the kernel does for that process. */
export abstract class Node {
  readonly name: string;
  /** Changed only by `Network.move`. */
  address: Address;
  /** Position in the network's tables. */
  readonly index: number;
  readonly agenda: Agenda;
  /** Connections whose kernel side is here; those of a crashed process close with it. */
  readonly ends = new Set<End>();
  #state: ProcessState = "dead";
  /** Hears of every change of `process`. */
  processChanged: (() => void) | undefined;
  #isPowered = true;
  /** Grows with each start of the process: timers of an earlier life are void. */
  #life = 0;
  #bornAt = millis(0);
  /** By how much the process' clock is ahead of the world's. */
  #clockLeadMs = 0;
  /** A monotonic clock that was set back stands still until it has caught up. */
  #clockFloor = 0;
  /** Socket events that the paused process has not read. */
  #inbox: (() => void)[] = [];
  /** Timers that fell due during the pause. */
  #lateTimers: (() => void)[] = [];
  /** Runs behind the socket events that are being read in this turn of the loop. */
  #afterPoll: (() => void)[] = [];
  #isReading = false;

  constructor(options: {
    readonly name: string;
    readonly address: Address;
    readonly index: number;
    readonly agenda: Agenda;
  }) {
    this.name = options.name;
    this.address = options.address;
    this.index = options.index;
    this.agenda = options.agenda;
  }

  /** The process begins; its state of an earlier life is gone. */
  protected abstract onStart(): void;
  /** The process is gone without a chance to say anything. */
  protected abstract onCrash(): void;
  /** Somebody connected. */
  abstract accept(end: End): EndHandler;

  get process(): ProcessState {
    return this.#state;
  }

  get isAlive(): boolean {
    return this.#state !== "dead";
  }

  get isPowered(): boolean {
    return this.#isPowered;
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Monotonic time as this process sees it: zero when it was started, as on a real machine. */
  get clock(): Millis {
    const reading = this.agenda.now - this.#bornAt + this.#clockLeadMs;
    return millis(Math.max(reading, this.#clockFloor));
  }

  /** A suspended machine, a hypervisor that corrects it: time leaps, or stands still for as long. */
  moveClock(byMs: number): void {
    this.#clockFloor = this.clock;
    this.#clockLeadMs += byMs;
  }

  start(): void {
    this.#isPowered = true;
    this.#state = "running";
    this.processChanged?.();
    this.#life++;
    this.#bornAt = this.agenda.now;
    this.#clockLeadMs = 0;
    this.#clockFloor = 0;
    this.onStart();
  }

  /** SIGKILL: the kernel closes the connections, so the other sides hear of it. */
  crash(): void {
    if (this.#state === "dead") return;
    this.#die();
    for (const end of this.ends) end.close();
    this.ends.clear();
  }

  /** The machine is gone: silence, half-open connections, no answer to anything. */
  powerOff(): void {
    if (this.#state !== "dead") this.#die();
    this.#isPowered = false;
    for (const end of this.ends) end.vanish();
    this.ends.clear();
  }

  /** The machine is back, its process not yet: whoever speaks to it is refused. */
  powerOn(): void {
    this.#isPowered = true;
  }

  #die(): void {
    this.#state = "dead";
    this.processChanged?.();
    this.#life++;
    this.#inbox = [];
    this.#lateTimers = [];
    this.#afterPoll = [];
    this.onCrash();
  }

  pause(): void {
    if (this.#state !== "running") return;
    this.#state = "paused";
    this.processChanged?.();
  }

  /** SIGCONT. An event loop runs its late timers before it reads its sockets. */
  resume(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    this.processChanged?.();
    const timers = this.#lateTimers;
    this.#lateTimers = [];
    this.#isReading = true;
    for (const timer of timers) if (this.isRunning) timer();
    this.#readSockets();
  }

  #readSockets(): void {
    const events = this.#inbox;
    this.#inbox = [];
    for (const event of events) {
      if (this.isRunning) event();
      else if (this.#state === "paused") this.#inbox.push(event);
    }
    this.#isReading = false;
    const behind = this.#afterPoll;
    this.#afterPoll = [];
    for (const action of behind) if (this.isRunning) action();
  }

  /** A socket has something for the process. */
  receive(event: () => void): void {
    if (this.#state === "running") event();
    else if (this.#state === "paused") this.#inbox.push(event);
  }

  /** A timer of the process; void when it dies first. */
  timer(delayMs: number, action: () => void): Entry {
    const life = this.#life;
    return this.agenda.after(delayMs, () => {
      if (life !== this.#life) return;
      if (this.#state === "paused") this.#lateTimers.push(action);
      else action();
    });
  }

  /** Work of the kernel for the process: a pause does not hold it up, the process' death ends it. */
  kernelTimer(delayMs: number, action: () => void): void {
    const life = this.#life;
    this.agenda.after(delayMs, () => {
      if (life === this.#life) action();
    });
  }

  /** Runs once the sockets have been read. */
  afterPoll(action: () => void): void {
    if (this.#isReading) this.#afterPoll.push(action);
    else this.timer(0, action);
  }
}
