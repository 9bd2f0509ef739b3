import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { durableEpochs } from "./durable-epochs.ts";
import { mustHold } from "./violation.ts";

/** The epochs of a sentinel at one moment: current, then config and leader epoch of each master. */
type Epochs = readonly number[];

/** The epochs in memory, and when they were looked at last. */
interface Seen {
  readonly epochs: number[];
  requested: number;
  stepsAgo: number;
}

const INVARIANT = "epochs never shrink";
/** Where there are more masters than this, a step that asks for no save is looked at now and then. */
const FEW_MASTERS = 4;
const LOOK_EVERY_STEPS = 16;

/**
 * For one process, from one step to the next, and for one file, from one save to the next:
 *   currentEpoch' >= currentEpoch, configEpoch'(m) >= configEpoch(m), leaderEpoch'(m) >= leaderEpoch(m).
 * After a start, nothing is below what the file held.
 * What an operator's MONITOR or REMOVE brings or takes away is not compared with what was before.
 * Always: configEpoch(m) <= currentEpoch and leaderEpoch(m) <= currentEpoch.
 */
export class EpochsGrow implements Watcher {
  readonly #inMemory = new Map<SentinelNode, Seen>();
  /** Of their files only the current epoch is compared. */
  readonly #changed = new Set<SentinelNode>();
  readonly #onDisk = new Map<SentinelNode, Epochs>();

  started(sentinel: SentinelNode): void {
    const epochs = epochsOf(sentinel);
    this.#inMemory.set(sentinel, { epochs, requested: 0, stepsAgo: 0 });
    const saved = epochsInFile(sentinel);
    mustHold(
      isNotBelow(epochs, saved),
      INVARIANT,
      () => `${sentinel.name} starts with ${epochs.join()} from a file with ${saved.join()}`,
    );
  }

  /** Masters came or went by an operator's order: theirs begin anew, in the file too. */
  #remember(sentinel: SentinelNode): void {
    const epochs = epochsOf(sentinel);
    const { requested } = sentinel.state.saves;
    this.#inMemory.set(sentinel, { epochs, requested, stepsAgo: 0 });
    this.#changed.add(sentinel);
  }

  stepped(sentinel: SentinelNode): void {
    const seen = this.#inMemory.get(sentinel);
    const { currentEpoch, masters, saves } = sentinel.state;
    if (seen === undefined) return;
    const isQuiet = saves.requested === seen.requested && masters.size > FEW_MASTERS;
    if (isQuiet && ++seen.stepsAgo < LOOK_EVERY_STEPS) return;
    seen.stepsAgo = 0;
    seen.requested = saves.requested;
    const before = seen.epochs;
    if (before.length !== 1 + 2 * masters.size) {
      this.#remember(sentinel);
      return;
    }
    let at = 0;
    const next = (value: number, what: string) => {
      const previous = before[at] ?? 0;
      mustHold(
        value >= previous,
        INVARIANT,
        () => `${sentinel.name} ${what} falls from ${previous} to ${value}`,
      );
      mustHold(
        value <= currentEpoch,
        "no epoch is above the current epoch",
        () => `${sentinel.name} ${what} ${value}, current epoch ${currentEpoch}`,
      );
      before[at++] = value;
    };
    next(currentEpoch, "current epoch");
    for (const master of masters.values()) {
      next(master.configEpoch, "config epoch");
      next(master.vote.leaderEpoch, "leader epoch");
    }
  }

  /** The copy may be older than what was lost. */
  restored(sentinel: SentinelNode): void {
    this.#onDisk.delete(sentinel);
  }

  saved(sentinel: SentinelNode): void {
    const compared = this.#changed.has(sentinel) ? 1 : undefined;
    const before = (this.#onDisk.get(sentinel) ?? []).slice(0, compared);
    const now = epochsInFile(sentinel).slice(0, compared);
    mustHold(
      isNotBelow(now, before),
      INVARIANT,
      () => `the file of ${sentinel.name} goes from ${before.join()} to ${now.join()}`,
    );
    this.#onDisk.set(sentinel, now);
  }
}

function epochsOf(sentinel: SentinelNode): number[] {
  const { currentEpoch, masters } = sentinel.state;
  const epochs: number[] = [currentEpoch];
  for (const master of masters.values()) {
    epochs.push(master.configEpoch, master.vote.leaderEpoch);
  }
  return epochs;
}

function epochsInFile(sentinel: SentinelNode): number[] {
  const { current, config, leader } = durableEpochs(sentinel.disk.text);
  const epochs = [current];
  for (const name of sentinel.state.masters.keys()) {
    epochs.push(config.get(name) ?? 0, leader.get(name) ?? 0);
  }
  return epochs;
}

function isNotBelow(now: Epochs, before: Epochs): boolean {
  return before.every((value, index) => (now[index] ?? 0) >= value);
}
