import {
  initialGlobalExtensions,
  initialMasterExtensions,
} from "../../src/wire/sentinel-conf/extension-settings.ts";
import type { Address } from "../../src/base/address.ts";
import { masterName, parseRunId, type RunId } from "../../src/base/ids.ts";
import { type Epoch, epoch, millis, type Millis, saveNumber } from "../../src/base/units.ts";
import { createSentinelState } from "../../src/sentinel/create.ts";
import type { Effect, LinkCommand } from "../../src/sentinel/effect.ts";
import type { Input } from "../../src/sentinel/input.ts";
import type { Instance, Link, Master, Replica, Sentinel } from "../../src/sentinel/state.ts";
import { step } from "../../src/sentinel/step.ts";
import type { Reply } from "../../src/resp/reply.ts";
import { clientId } from "../../src/base/ids.ts";
import { parseInfo } from "../../src/wire/info.ts";

/** One sentinel's core with a master, two replicas and two peers, all of them reachable. */
export class WatchedMaster {
  readonly state;
  now: Millis = millis(10_000);
  /** Everything it wanted done so far. */
  readonly effects: Effect[] = [];
  /** Every save fails while this is set. */
  diskIsFull = false;
  #request = 0;

  /** What the resolver says, by name; nothing at all of a name that is not there. */
  readonly names: Map<string, readonly string[] | "gone">;

  constructor(
    options: {
      readonly quorum?: number;
      readonly isMemoryLost?: boolean;
      readonly peers?: number;
      /** Turns resolve-hostnames on. */
      readonly names?: Readonly<Record<string, readonly string[] | "gone">>;
      readonly announceHostnames?: boolean;
      readonly master?: Address;
      readonly replicas?: readonly Address[];
    } = {},
  ) {
    this.names = new Map(Object.entries(options.names ?? {}));
    const peers = [runIdOf("b"), runIdOf("c"), runIdOf("d"), runIdOf("e")].slice(
      0,
      options.peers ?? 2,
    );
    this.state = createSentinelState(
      {
        durable: {
          myId: runIdOf("a"),
          currentEpoch: epoch(4),
          announceIp: undefined,
          announcePort: 0,
          denyScriptsReconfig: true,
          resolveHostnames: options.names !== undefined,
          announceHostnames: options.announceHostnames ?? false,
          sentinelUser: undefined,
          sentinelPass: undefined,
          logLevel: "notice",
          isMemoryLost: options.isMemoryLost ?? false,
          extensions: initialGlobalExtensions(),
          masters: [
            {
              name: masterName("mymaster"),
              address: options.master ?? MASTER,
              quorum: options.quorum ?? 2,
              downAfterMs: 1000,
              failoverTimeoutMs: 60_000,
              parallelSyncs: 1,
              rebootDownAfterMs: 0,
              extensions: initialMasterExtensions(),
              authUser: undefined,
              authPass: undefined,
              notificationScript: undefined,
              clientReconfigScript: undefined,
              renamedCommands: new Map(),
              configEpoch: epoch(4),
              leaderEpoch: epoch(4),
              replicas: options.replicas ?? [REPLICA_1, REPLICA_2],
              sentinels: peers.map((runId, index) => ({
                runId,
                address: { host: "10.0.0.9", port: 26380 + index },
              })),
            },
          ],
        },
        isNew: false,
        port: 26379,
        requirePass: undefined,
      },
      { seed: 1, now: this.now },
    );
    this.give({ kind: "start" });
    for (const link of this.state.links.values()) this.open(link);
    this.answerAll();
  }

  get master(): Master {
    const master = this.state.masters.get(masterName("mymaster"));
    if (master === undefined) throw new Error("mymaster is gone");
    return master;
  }

  replica(address: Address): Replica {
    const found = [...this.master.replicas.values()].find(
      (replica) => replica.address.port === address.port,
    );
    if (found === undefined) throw new Error(`no replica at ${address.port}`);
    return found;
  }

  peer(letter: string): Sentinel {
    const found = this.master.sentinels.get(runIdOf(letter));
    if (found === undefined) throw new Error(`no sentinel ${letter}`);
    return found;
  }

  /** One step; every save asked for is done, or fails, at once. */
  give(input: Input): readonly Effect[] {
    const effects = step(this.state, input, this.now);
    this.effects.push(...effects);
    const seen = [...effects];
    for (const effect of effects) {
      const answer = this.#answerTo(effect);
      if (answer !== undefined) seen.push(...this.give(answer));
    }
    return seen;
  }

  #answerTo(effect: Effect): Input | undefined {
    if (effect.kind === "save-config") {
      const { save } = effect;
      return this.diskIsFull
        ? { kind: "config-save-failed", save, reason: "no space left on device" }
        : { kind: "config-saved", save };
    }
    if (effect.kind !== "resolve") return undefined;
    const { question } = effect;
    const ips = this.names.get(effect.name);
    if (ips === undefined) return undefined;
    return ips === "gone"
      ? { kind: "resolve-failed", question, isGone: true, reason: "no such name" }
      : { kind: "resolved", question, ips };
  }

  open(link: Link): readonly Effect[] {
    return this.give({
      kind: "link-opened",
      link: link.id,
      localHost: "10.0.0.1",
      subscribed: true,
    });
  }

  /** Lets time pass, waking the core whenever it wants to be woken. */
  pass(durationMs: number, meanwhile: () => void = () => undefined): readonly Effect[] {
    const end = this.now + durationMs;
    const seen: Effect[] = [];
    while (this.state.wakeAt <= end) {
      this.now = millis(Math.max(this.now, this.state.wakeAt));
      seen.push(...this.give({ kind: "tick", afterPoll: false }));
      meanwhile();
    }
    this.now = millis(end);
    return seen;
  }

  pong(instance: Instance): readonly Effect[] {
    return this.give({ kind: "ping-reply", link: instance.link.id, reply: "pong" });
  }

  info(instance: Instance, lines: readonly string[]): readonly Effect[] {
    const info = parseInfo(lines.join("\r\n"));
    return this.give({ kind: "info-reply", link: instance.link.id, info });
  }

  /** Every healthy instance answers: PONG, and INFO as its role demands. */
  answerAll({ but = [] }: { readonly but?: readonly Instance[] } = {}): void {
    const { master } = this;
    const isSilent = (instance: Instance): boolean => {
      if (but.includes(instance)) return true;
      // A subscription on which no hello is ever heard is replaced now and then.
      if (instance.link.phase.phase === "connecting") this.open(instance.link);
      return false;
    };
    if (!isSilent(master)) {
      this.pong(master);
      this.info(master, masterInfo([...master.replicas.values()].map(({ address }) => address)));
      this.#takeHello(master);
    }
    for (const replica of master.replicas.values()) {
      if (isSilent(replica)) continue;
      this.pong(replica);
      this.info(replica, replicaInfo(replica, master.address));
      this.#takeHello(replica);
    }
    for (const sentinel of master.sentinels.values()) {
      if (isSilent(sentinel)) continue;
      this.pong(sentinel);
      this.#takeHello(sentinel);
    }
  }

  #takeHello(instance: Instance): void {
    if (!instance.helloOutstanding) return;
    this.give({
      kind: "hello-reply",
      link: instance.link.id,
      master: this.master.masterName,
      accepted: true,
    });
  }

  /** The master falls silent, everyone else answers, until this sentinel calls it SDOWN. */
  loseMaster(): readonly Effect[] {
    const { master } = this;
    const seen = [...this.give({ kind: "link-lost", link: master.link.id, reason: "reset" })];
    for (let waited = 0; !master.sdown.down && waited < 5000; waited += 100) {
      seen.push(...this.pass(100, () => this.answerAll({ but: [master] })));
    }
    return seen;
  }

  /** The peer answers this sentinel's question. */
  answerAsk(
    letter: string,
    answer: { readonly down: boolean; readonly leader?: string; readonly epoch?: number },
  ): readonly Effect[] {
    return this.give({
      kind: "ask-reply",
      link: this.peer(letter).link.id,
      master: this.master.masterName,
      asked: { epoch: this.state.currentEpoch, candidate: undefined },
      answer: {
        down: answer.down,
        leader: answer.leader === undefined ? undefined : runIdOf(answer.leader),
        leaderEpoch: epoch(answer.epoch ?? 0),
      },
    });
  }

  /** Loses the master and has everybody agree, up to the start of this sentinel's election. */
  startElection(): readonly Effect[] {
    this.loseMaster();
    const seen = [...this.answerAsk("b", { down: true })];
    seen.push(...this.pass(300, () => this.answerAll({ but: [this.master] })));
    return seen;
  }

  request(...args: readonly [string, ...string[]]): Reply {
    const { reply } = this.ask(...args);
    if (reply === undefined) throw new Error("no reply");
    return reply;
  }

  /** As `request`, where the reply may have to wait for something. */
  ask(...args: readonly [string, ...string[]]): { readonly reply: Reply | undefined } {
    const request = ++this.#request;
    const effects = this.give({ kind: "client-request", client: clientId(1), request, args });
    const answer = effects.find((effect) => effect.kind === "reply");
    return { reply: answer?.reply.kind === "value" ? answer.reply.reply : undefined };
  }

  hello(
    letter: string,
    says: {
      readonly currentEpoch?: number;
      readonly configEpoch?: number;
      readonly master?: Address;
      readonly address?: Address;
    } = {},
  ): readonly Effect[] {
    return this.give({
      kind: "hello-received",
      link: undefined,
      hello: {
        sentinelId: runIdOf(letter),
        sentinelAddress: says.address ?? this.addressOf(letter),
        currentEpoch: epoch(says.currentEpoch ?? this.state.currentEpoch),
        masterName: masterName("mymaster"),
        masterAddress: says.master ?? this.master.address,
        configEpoch: epoch(says.configEpoch ?? this.master.configEpoch),
      },
    });
  }

  addressOf(letter: string): Address {
    const known = this.master.sentinels.get(runIdOf(letter));
    return known?.address ?? { host: "10.0.0.9", port: 26500 };
  }
}

export const MASTER: Address = { host: "10.0.0.2", port: 6379 };
export const REPLICA_1: Address = { host: "10.0.0.2", port: 6380 };
export const REPLICA_2: Address = { host: "10.0.0.2", port: 6381 };

export function runIdOf(letter: string): RunId {
  const runId = parseRunId(letter.repeat(40));
  if (runId === undefined) throw new Error(`${letter} is no hex digit`);
  return runId;
}

export function masterInfo(replicas: readonly Address[]): string[] {
  return [
    `run_id:${runIdOf("1")}`,
    "role:master",
    ...replicas.map(
      ({ host, port }, index) => `slave${index}:ip=${host},port=${port},state=online`,
    ),
  ];
}

export function replicaInfo(
  replica: Replica,
  master: Address,
  more: readonly string[] = [],
): string[] {
  return [
    `run_id:${runIdOf(replica.address.port === REPLICA_1.port ? "2" : "3")}`,
    "role:slave",
    `master_host:${master.host}`,
    `master_port:${master.port}`,
    "master_link_status:up",
    "slave_priority:100",
    "slave_repl_offset:1000",
    ...more,
  ];
}

/** `name payload` of the events among the effects. */
export function eventsIn(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === "publish-event" ? [`${effect.event.name} ${effect.event.payload}`] : [],
  );
}

export function eventNames(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) => (effect.kind === "publish-event" ? [effect.event.name] : []));
}

export function commandsIn<Name extends LinkCommand["name"]>(
  effects: readonly Effect[],
  name: Name,
): Extract<LinkCommand, { readonly name: Name }>[] {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.command.name === name
      ? [effect.command as Extract<LinkCommand, { readonly name: Name }>]
      : [],
  );
}

export function epochOf(value: number): Epoch {
  return epoch(value);
}

export const NO_SAVE = saveNumber(0);
