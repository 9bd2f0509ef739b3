import { unreachable } from "../base/assert.ts";
import { Driver } from "../base/driver.ts";
import type { ClientId, LinkId } from "../base/ids.ts";
import { nextFloat, nextUint32, type Random } from "../base/random.ts";
import { type Millis, saveNumber, type UnixMillis, unixMillis } from "../base/units.ts";
import type { Reply } from "../resp/reply.ts";
import type { Effect, LinkCommand } from "../sentinel/effect.ts";
import type { SentinelEvent } from "../sentinel/events.ts";
import type { Input } from "../sentinel/input.ts";
import { OutboundGate, type Outgoing } from "../sentinel/outbound-gate.ts";
import { rememberedView } from "../sentinel/remembering.ts";
import type { SentinelState } from "../sentinel/state.ts";
import { formatInstanceMemory } from "../wire/instance-memory.ts";
import { credentialFaultOf, isAcceptedPingReply, type PingReply } from "../wire/ping-reply.ts";
import type { Entry } from "./agenda.ts";
import type { End, EndHandler } from "./connection.ts";
import { Disk, type DiskSettings } from "./disk.ts";
import { HistoryDisk } from "./history-disk.ts";
import type { HelloTexts } from "./hello-texts.ts";
import type { Journal } from "./journal.ts";
import type { Network } from "./network.ts";
import { Node } from "./node.ts";
import { SentinelClients } from "./sentinel-clients.ts";
import { SentinelLink } from "./sentinel-link.ts";
import type { SentinelProgram } from "./sentinel-program.ts";
import { toldByCommand } from "./told.ts";
import type { Watchers } from "./watch.ts";

/** A timer of a real event loop fires up to this much late. */
const TIMER_LATENESS_MS = 1.2;

/** When every world begins, and how often a sentinel looks at its wall clock. */
const BEGINNING_UNIX_MS = 1_700_000_000_000;
const WALL_CLOCK_PERIOD_MS = 10_000;

/** What becomes of simulated scripts. */
const FIRST_PID = 1000;
const SCRIPT_DURATION_MS = 2_000;
const HANGING_SCRIPTS = 0.05;
const FAILING_SCRIPTS = 0.1;
const KILLED = { exitCode: 0, signal: 9 } as const;

/** One process' life: what is gone when it dies. */
interface Life {
  readonly state: SentinelState;
  readonly driver: Driver<Input, Effect>;
  readonly gate: OutboundGate;
  readonly links: Map<LinkId, SentinelLink>;
  readonly clients: SentinelClients;
  wakeUp: Entry | undefined;
}

/**
 * A sentinel: the real core, its effects performed over virtual time and network. Its configuration
 * file is all that survives a crash, and a crash may come between any two effects.
 */
export class SentinelNode extends Node {
  readonly disk: Disk;
  readonly history: HistoryDisk;
  readonly #program: SentinelProgram;
  readonly #network: Network;
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #watchers: Watchers;
  readonly #hellos: HelloTexts;
  #life: Life | undefined;
  /** The file of what is known of the servers' data. */
  #memory: string | undefined;
  /** Counts down with each effect; at zero the process dies before performing it. */
  crashInEffects: number | undefined;
  /** Becomes `crashInEffects` at the next save: that is where something is being decided. */
  crashBehindSave: number | undefined;

  constructor(options: {
    readonly node: ConstructorParameters<typeof Node>[0];
    readonly program: SentinelProgram;
    readonly network: Network;
    readonly journal: Journal;
    readonly random: Random;
    readonly disk: DiskSettings;
    readonly conf: string;
    readonly watchers: Watchers;
    readonly hellos: HelloTexts;
  }) {
    super(options.node);
    this.#program = options.program;
    this.#network = options.network;
    this.#journal = options.journal;
    this.#random = options.random;
    this.#watchers = options.watchers;
    this.#hellos = options.hellos;
    this.history = new HistoryDisk(this, options.disk);
    this.disk = new Disk({
      node: this,
      random: options.random,
      settings: options.disk,
      text: options.conf,
      render: (previous) => this.#program.render(this.state, previous),
      renamed: () => {
        for (const saved of this.#watchers.saved) saved(this);
      },
      saved: (save) => {
        this.#life?.gate.saved(save);
        this.deliver({ kind: "config-saved", save });
      },
      saveFailed: (save, reason) => {
        this.#life?.gate.saveFailed(save);
        this.deliver({ kind: "config-save-failed", save, reason });
      },
    });
  }

  /** Of the process and of those that follow it, as its file has it. */
  get sentinelId(): string {
    return /^sentinel myid (\S+)/m.exec(this.disk.text)?.[1] ?? "";
  }

  /** Only while the process lives. */
  get state(): Readonly<SentinelState> {
    if (this.#life === undefined) throw new Error(`${this.name} is dead`);
    return this.#life.state;
  }

  protected onStart(): void {
    this.disk.reset();
    const seed = nextUint32(this.#random);
    const moment = { seed, now: this.clock, unixMs: this.wallTime };
    const state = this.#program.load(this.disk.text, moment, this.#memory);
    const driver: Driver<Input, Effect> = new Driver({
      step: (input, now) => this.#step(life, input, now),
      perform: (effect) => this.#perform(life, effect),
      now: () => this.clock,
    });
    const life: Life = {
      state,
      driver,
      gate: new OutboundGate((outgoing) => this.#emit(life, outgoing)),
      links: new Map(),
      clients: new SentinelClients(this, this.#watchers),
      wakeUp: undefined,
    };
    this.#life = life;
    this.#journal.write(this.name, "starts");
    for (const started of this.#watchers.started) started(this);
    this.deliver({ kind: "history-loaded", entries: this.history.read() });
    this.deliver({ kind: "start" });
    this.#lookAtWallClock(life);
  }

  /** All machines have the same wall time, whatever their monotonic clocks do. */
  get wallTime(): UnixMillis {
    return unixMillis(Math.round(BEGINNING_UNIX_MS + this.agenda.now));
  }

  #lookAtWallClock(life: Life): void {
    this.timer(WALL_CLOCK_PERIOD_MS, () => {
      if (life !== this.#life) return;
      this.deliver({ kind: "wall-clock", unixMs: this.wallTime });
      this.#lookAtWallClock(life);
    });
  }

  /** The machine went down and its file system did not keep what it had promised. */
  tearFile(): void {
    if (this.disk.fallBack()) for (const restored of this.#watchers.restored) restored(this);
  }

  protected onCrash(): void {
    this.history.crash();
    for (const crashed of this.#watchers.crashed) crashed(this);
    this.#life = undefined;
    this.spare();
  }

  /** Takes a crash back that has not happened yet. */
  spare(): void {
    this.crashInEffects = undefined;
    this.crashBehindSave = undefined;
  }

  accept(end: End): EndHandler {
    return this.#life?.clients.accept(end) ?? NOBODY;
  }

  deliver(input: Input): void {
    this.#life?.driver.deliver(input);
  }

  #step(life: Life, input: Input, now: Millis): readonly Effect[] {
    if (life !== this.#life) return [];
    if (this.#journal.isDetailed) this.#journal.write(this.name, `< ${JSON.stringify(input)}`);
    const effects = this.#program.step(life.state, input, now);
    for (const stepped of this.#watchers.stepped) stepped(this, input, effects);
    for (const effect of effects) {
      if (effect.kind !== "publish-event") continue;
      for (const decided of this.#watchers.decided) decided(this, effect.event);
    }
    return effects;
  }

  #perform(life: Life, effect: Effect): void {
    if (life !== this.#life) return;
    if (this.#journal.isDetailed) this.#journal.write(this.name, `> ${JSON.stringify(effect)}`);
    for (const performing of this.#watchers.performing) performing(this, effect);
    if (this.crashInEffects !== undefined && --this.crashInEffects <= 0) {
      this.#journal.write(this.name, `crashes before the effect ${effect.kind}`);
      this.crash();
      return;
    }
    switch (effect.kind) {
      case "wake-at":
        return this.#wakeAt(life, effect.at);
      case "poll":
        return this.afterPoll(() => this.deliver({ kind: "tick", afterPoll: true }));
      case "resolve":
        return this.#resolve(life, effect);
      case "open-link":
        return this.#openLink(life, effect);
      case "open-subscription":
        return life.links.get(effect.link)?.openSubscription();
      case "close-link":
        return this.#closeLink(life, effect.link);
      case "send":
      case "reply":
      case "publish-event":
      case "run-script":
        return life.gate.pass(effect);
      case "kill-script":
        return this.#scriptEnds(effect.job, KILLED);
      case "save-config":
        this.crashInEffects ??= this.crashBehindSave;
        return this.disk.save(effect.save);
      case "record":
        return this.history.append(effect.entry);
      case "remember":
        return this.#remember(life);
      case "log":
        return this.#journal.detail(this.name, () => `log ${effect.message}`);
      case "set-log-level":
      case "webhook-heard":
        return undefined;
      case "crash":
        this.#journal.write(this.name, "crashes as SIMULATE-FAILURE said");
        return this.crash();
      default:
        return unreachable(effect);
    }
  }

  /** As the configuration, it is replaced as a whole or not at all; a full disk keeps the old one. */
  #remember(life: Life): void {
    const text = formatInstanceMemory(rememberedView(life.state));
    if (this.disk.isFull) return;
    this.kernelTimer(this.disk.extraMs, () => {
      this.#memory = text;
    });
  }

  #wakeAt(life: Life, at: Millis): void {
    if (life.wakeUp !== undefined) life.wakeUp.done = true;
    const delayMs = Math.max(0, at - this.clock) + TIMER_LATENESS_MS * nextFloat(this.#random);
    life.wakeUp = this.timer(delayMs, () => this.deliver({ kind: "tick", afterPoll: false }));
  }

  #resolve(life: Life, { question, name }: Extract<Effect, { readonly kind: "resolve" }>): void {
    // Where there is nothing to connect to yet, the core counts the time from here.
    for (const { address, phase } of life.state.links.values()) {
      if (address.host !== name || phase.phase !== "closed") continue;
      for (const pinged of this.#watchers.pinged) pinged(this, address);
    }
    this.#network.names.ask(this, name, (answer) => {
      if (life !== this.#life) return;
      this.deliver(
        answer.kind === "ips"
          ? { kind: "resolved", question, ips: answer.ips }
          : { kind: "resolve-failed", question, isGone: true, reason: "no such name" },
      );
    });
  }

  #openLink(life: Life, target: Extract<Effect, { readonly kind: "open-link" }>): void {
    // The core counts the time from here: the ping goes out as soon as the connection stands.
    const place = life.state.links.get(target.link)?.address ?? target.address;
    for (const pinged of this.#watchers.pinged) pinged(this, place);
    const link = new SentinelLink({
      target,
      place,
      node: this,
      network: this.#network,
      hellos: this.#hellos,
      deliver: (input) => this.#hearLink(life, link, input),
    });
    life.links.set(target.link, link);
  }

  #hearLink(life: Life, link: SentinelLink, input: Input): void {
    if (input.kind === "link-lost") life.links.delete(link.id);
    if (input.kind === "ping-reply" && isAnswer(input.reply)) {
      for (const ponged of this.#watchers.ponged) ponged(this, link.place);
    }
    this.deliver(input);
  }

  #closeLink(life: Life, id: LinkId): void {
    life.links.get(id)?.close();
    life.links.delete(id);
  }

  /** What the gate lets out. */
  #emit(life: Life, outgoing: Outgoing): void {
    if (life !== this.#life) return;
    switch (outgoing.kind) {
      case "send":
        return this.#sendNow(life, outgoing.link, outgoing.command);
      case "reply":
        return life.clients.reply(outgoing);
      case "publish-event":
        return this.#publish(outgoing.event);
      case "run-script":
        return this.#runScript(outgoing.job);
      default:
        return unreachable(outgoing);
    }
  }

  #sendNow(life: Life, id: LinkId, command: LinkCommand): void {
    const link = life.links.get(id);
    if (link === undefined || !link.isReady) return;
    this.#tellOf(link, command);
    link.send(command);
  }

  #tellOf(link: SentinelLink, command: LinkCommand): void {
    const { place } = link;
    if (command.name === "ping") {
      for (const pinged of this.#watchers.pinged) pinged(this, place);
    } else if (command.name === "reconfigure") {
      for (const ordered of this.#watchers.ordered) ordered(this, place, command.master);
    } else {
      const told = toldByCommand(command, this.#hellos);
      if (told !== undefined) {
        for (const tell of this.#watchers.told) tell(this, told, place);
      }
    }
  }

  /** What the listener answers by itself must not overtake a reply that waits for a save. */
  replyInOrder(
    client: ClientId,
    { request, reply }: { readonly request: number; readonly reply: Reply },
  ): void {
    this.#life?.gate.pass({
      kind: "reply",
      client,
      request,
      reply: { kind: "value", reply },
      afterSave: saveNumber(0),
      ifUnsaved: undefined,
    });
  }

  /** Most scripts end well, some badly, and some hang until they are killed. */
  #runScript(job: number): void {
    this.deliver({ kind: "script-started", job, pid: FIRST_PID + job });
    const fate = nextFloat(this.#random);
    if (fate < HANGING_SCRIPTS) return;
    const exitCode = fate < HANGING_SCRIPTS + FAILING_SCRIPTS ? 1 : 0;
    const durationMs = SCRIPT_DURATION_MS * nextFloat(this.#random);
    this.timer(durationMs, () => this.#scriptEnds(job, { exitCode, signal: 0 }));
  }

  #scriptEnds(job: number, outcome: { readonly exitCode: number; readonly signal: number }): void {
    this.timer(0, () => this.deliver({ kind: "script-ended", job, ...outcome }));
  }

  #publish(event: SentinelEvent): void {
    if (event.level === "debug") {
      this.#journal.detail(this.name, () => `log ${event.name} ${event.payload}`);
      return;
    }
    this.#journal.write(this.name, `${event.name} ${event.payload}`);
    for (const published of this.#watchers.published) published(this, event);
  }
}

/** A server that refuses our password is no silent one. */
function isAnswer(reply: PingReply): boolean {
  return isAcceptedPingReply(reply) || credentialFaultOf(reply) !== undefined;
}

const NOBODY: EndHandler = { opened: () => {}, received: () => {}, lost: () => {} };
