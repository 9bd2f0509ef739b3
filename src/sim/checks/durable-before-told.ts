import type { SentinelEvent } from "../../sentinel/events.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { ReferenceHello, Told, Watcher } from "../watch.ts";
import { type DurableEpochs, durableEpochs } from "./durable-epochs.ts";
import type { Elections } from "./elections.ts";
import { mustHold } from "./violation.ts";

const INVARIANT = "durable before told";

/**
 * At the moment when sentinel s tells somebody an epoch, its file holds at least that epoch:
 *   hello:  currentEpoch <= file.current and configEpoch <= file.config(m)
 *   ask:    epoch <= file.current; for a vote also epoch <= file.leader(m), since it voted for itself
 *   vote:   leaderEpoch <= file.leader(m) and leaderEpoch <= file.current
 * A master that an operator removed takes its votes with it, also those that are still under way.
 * Votes and candidacies have no other exception. While its disk refuses writes, s may go on telling, in
 * hellos and asks without a candidate, its current epoch (no vote hangs on it) and a configuration
 * that another sentinel has told before it or that s itself has led: the promotion is a fact by
 * then, and keeping it back would make others promote a second server.
 */
export class DurableBeforeTold implements Watcher {
  readonly #elections: Elections;
  readonly #files = new Map<SentinelNode, DurableEpochs>();
  /** Highest config epoch that somebody has told, by master. */
  readonly #told = new Map<string, number>();
  /** Who was told by an operator to forget a master: its votes went from the file with it. */
  readonly #removed = new Set<SentinelNode>();
  /** Exceptions made. */
  gossipCount = 0;

  constructor(elections: Elections) {
    this.#elections = elections;
  }

  started(sentinel: SentinelNode): void {
    this.saved(sentinel);
  }

  decided(sentinel: SentinelNode, { name }: SentinelEvent): void {
    if (name === "-monitor") this.#removed.add(sentinel);
  }

  saved(sentinel: SentinelNode): void {
    this.#files.set(sentinel, durableEpochs(sentinel.disk.text));
  }

  told(sentinel: SentinelNode, told: Told): void {
    const file = this.#files.get(sentinel);
    if (file === undefined) return;
    switch (told.kind) {
      case "hello": {
        const { currentEpoch, configEpoch, masterName } = told.hello;
        this.#checkCurrent(sentinel, currentEpoch, file);
        this.#checkConfig(sentinel, masterName, configEpoch, file);
        return;
      }
      case "ask":
        if (told.candidate === undefined) this.#checkCurrent(sentinel, told.epoch, file);
        else mustBeDurable(sentinel, "a candidacy", told.epoch, file.leader.get(told.master) ?? 0);
        return;
      case "vote":
        if (this.#removed.has(sentinel) && !file.leader.has(told.master)) return;
        mustBeDurable(sentinel, "a vote", told.leaderEpoch, file.leader.get(told.master) ?? 0);
        mustBeDurable(sentinel, "a vote's epoch", told.leaderEpoch, file.current);
    }
  }

  /** What a model of redis-sentinel has told is a fact that ours may pass on. */
  referenceTold({ master, configEpoch }: ReferenceHello): void {
    if (configEpoch > (this.#told.get(master) ?? 0)) this.#told.set(master, configEpoch);
  }

  #checkCurrent(sentinel: SentinelNode, told: number, file: DurableEpochs): void {
    if (told <= file.current) return;
    if (isDiskRefusing(sentinel)) this.gossipCount++;
    else mustBeDurable(sentinel, "current epoch", told, file.current);
  }

  #checkConfig(sentinel: SentinelNode, master: string, told: number, file: DurableEpochs): void {
    const known = this.#told.get(master) ?? 0;
    const durable = file.config.get(master) ?? 0;
    if (told > durable) {
      const isFact = told <= known || this.#elections.isLedBy(master, told, sentinel.state.myId);
      if (isFact && isDiskRefusing(sentinel)) this.gossipCount++;
      else mustBeDurable(sentinel, `config epoch of ${master}`, told, durable);
    }
    if (told > known) this.#told.set(master, told);
  }
}

function isDiskRefusing(sentinel: SentinelNode): boolean {
  return sentinel.state.saves.retryAt !== undefined;
}

function mustBeDurable(sentinel: SentinelNode, what: string, told: number, durable: number): void {
  mustHold(
    told <= durable,
    INVARIANT,
    () => `${sentinel.name} tells ${what} in epoch ${told}, its file has ${durable}`,
  );
}
