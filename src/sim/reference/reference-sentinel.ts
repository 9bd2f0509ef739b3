import type { Address } from "../../base/address.ts";
import { nextBelow, type Random } from "../../base/random.ts";
import {
  array,
  bulk,
  error,
  integer,
  map,
  NULL_ARRAY,
  OK,
  type Reply,
  simple,
} from "../../resp/reply.ts";
import type { End, EndHandler } from "../connection.ts";
import type { HelloTexts } from "../hello-texts.ts";
import type { Journal } from "../journal.ts";
import type { Network } from "../network.ts";
import { Node } from "../node.ts";
import type { Watchers } from "../watch.ts";
import { ReferenceCore } from "./reference-core.ts";
import { judgeOdown, judgeSdown, tend } from "./reference-detection.ts";
import { advance, force, startIfNeeded, switchIfDone } from "./reference-failover.ts";
import { takeReferenceHello } from "./reference-hello.ts";
import type { ReferenceFile, RefMaster } from "./reference-state.ts";
import {
  LOOP_HZ_MIN,
  LOOP_HZ_SPREAD,
  TILT_PERIOD_MS,
  TILT_TRIGGER_MS,
} from "./reference-timers.ts";
import { answerAsk, askPeers } from "./reference-vote.ts";

/**
 * A small model of redis-sentinel: its polling loop, its slow timers and its voting rules, as the
 * sentinel spec describes them, so that quorums of both kinds can be simulated. It keeps the
 * reference's weaknesses; the checkers count its votes and judge only what ours do.
 */
export class ReferenceSentinel extends Node {
  readonly #network: Network;
  readonly #journal: Journal;
  readonly #random: Random;
  readonly #hellos: HelloTexts;
  readonly #watchers: Watchers;
  #file: ReferenceFile;
  #core: ReferenceCore | undefined;
  #lastPassAt = 0;

  constructor(options: {
    readonly node: ConstructorParameters<typeof Node>[0];
    readonly network: Network;
    readonly journal: Journal;
    readonly random: Random;
    readonly hellos: HelloTexts;
    readonly watchers: Watchers;
    readonly file: ReferenceFile;
  }) {
    super(options.node);
    this.#network = options.network;
    this.#journal = options.journal;
    this.#random = options.random;
    this.#hellos = options.hellos;
    this.#watchers = options.watchers;
    this.#file = options.file;
  }

  /** What it believes of that master; undefined while it is dead. */
  masterOf(name: string): Readonly<RefMaster> | undefined {
    return this.#core?.masters.get(name);
  }

  get sentinelId(): string {
    return this.#file.myId;
  }

  get isTilted(): boolean {
    return this.#core?.isTilted ?? false;
  }

  protected onStart(): void {
    this.#journal.write(this.name, "starts (reference)");
    const surroundings = {
      node: this,
      network: this.#network,
      journal: this.#journal,
      random: this.#random,
      hellos: this.#hellos,
      watchers: this.#watchers,
      save: (file: ReferenceFile) => {
        this.#file = file;
      },
    };
    this.#core = new ReferenceCore(this.#file, surroundings, takeReferenceHello);
    this.#lastPassAt = this.clock;
    this.#pass();
  }

  protected onCrash(): void {
    this.#core = undefined;
  }

  /** Sentinel spec §1.6: one pass over everything, 10 to 19 times a second. */
  #pass(): void {
    const core = this.#core;
    if (core === undefined) return;
    this.#checkTilt(core);
    for (const master of core.masters.values()) {
      this.#tendMaster(core, master);
      for (const other of [...master.replicas.values(), ...master.peers.values()]) {
        tend(core, master, other);
        if (!core.isTilted) judgeSdown(core, master, other);
      }
    }
    for (const master of core.masters.values()) switchIfDone(core, master);
    const hz = LOOP_HZ_MIN + nextBelow(this.#random, LOOP_HZ_SPREAD);
    this.timer(1000 / hz, () => this.#pass());
  }

  #checkTilt(core: ReferenceCore): void {
    if (this.clock - this.#lastPassAt > TILT_TRIGGER_MS) {
      core.tiltUntil = core.now + TILT_PERIOD_MS;
      core.event("+tilt", "#tilt mode entered");
    }
    this.#lastPassAt = this.clock;
  }

  #tendMaster(core: ReferenceCore, master: RefMaster): void {
    tend(core, master, master);
    if (core.isTilted) return;
    judgeSdown(core, master, master);
    judgeOdown(core, master);
    startIfNeeded(core, master);
    advance(core, master);
    askPeers(core, master, { isForced: false });
  }

  accept(end: End): EndHandler {
    return {
      opened: () => {},
      received: (message) => {
        if (message.kind !== "sentinel-command" || this.#core === undefined) return;
        end.send({ kind: "reply", reply: this.#answer(this.#core, message.args) });
      },
      lost: () => {},
    };
  }

  #answer(core: ReferenceCore, [command, ...args]: readonly [string, ...string[]]): Reply {
    if (command === "PING") return simple("PONG");
    if (command === "PUBLISH") {
      takeReferenceHello(core, this.#hellos.read(args[1] ?? ""));
      return integer(1);
    }
    const [subcommand = "", ...words] = args;
    switch (subcommand.toLowerCase()) {
      case "is-master-down-by-addr":
        return answerAsk(core, words);
      case "get-master-addr-by-name":
        return addressReply(core, words[0] ?? "");
      case "sentinels":
        return peersReply(core, words[0] ?? "");
      case "master":
        return masterReply(core, words[0] ?? "");
      case "failover": {
        const master = core.masters.get(words[0] ?? "");
        if (master === undefined) return error("ERR No such master with that name");
        const refusal = force(core, master);
        return refusal === undefined ? OK : error(refusal);
      }
      default:
        return error(`ERR the model has no ${subcommand}`);
    }
  }
}

/** As much of it as a vedette reads. */
function peersReply(core: ReferenceCore, name: string): Reply {
  const master = core.masters.get(name);
  if (master === undefined) return error("ERR No such master with that name");
  return array([...master.peers.keys()].map((id) => map([["runid", bulk(id)]])));
}

/** As far as another sentinel reads it. */
function masterReply(core: ReferenceCore, name: string): Reply {
  const master = core.masters.get(name);
  if (master === undefined) return error("ERR No such master with that name");
  const { address, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs, peers } = master;
  return map([
    ["name", bulk(name)],
    ["ip", bulk(address.host)],
    ["port", bulk(address.port)],
    ["down-after-milliseconds", bulk(downAfterMs)],
    ["num-other-sentinels", bulk(peers.size)],
    ["quorum", bulk(quorum)],
    ["failover-timeout", bulk(failoverTimeoutMs)],
    ["parallel-syncs", bulk(parallelSyncs)],
  ]);
}

function addressReply(core: ReferenceCore, name: string): Reply {
  const master = core.masters.get(name);
  if (master === undefined) return NULL_ARRAY;
  const { host, port }: Address = core.announcedAddress(master);
  return array([bulk(host), bulk(port)]);
}
