import type { SaveNumber } from "../base/units.ts";

/** Whether the save that something waited for was done when it left. */
export type SaveOutcome = "saved" | "unsaved";

export interface Lane {
  /** What waits in one lane leaves in the order in which it came. */
  readonly key: number;
  /** Even what waits for no save may not overtake: replies of one client, events. */
  readonly isOrdered: boolean;
}

interface Held {
  readonly lane: number;
  readonly afterSave: SaveNumber;
  readonly go: (outcome: SaveOutcome) => void;
}

/**
 * Holds what must not leave before a save is done, with the rules of the real shell's gate: release
 * in order of arrival, lane by lane; a command that waits for nothing overtakes on its link.
 */
export class OutboundGate {
  #held: Held[] = [];
  #done = 0;
  #failed = 0;

  pass(lane: Lane, afterSave: SaveNumber, go: Held["go"]): void {
    const isFree = afterSave === 0 && !lane.isOrdered;
    const mustWait =
      !this.#isSettled(afterSave) || (!isFree && this.#held.some((held) => held.lane === lane.key));
    if (mustWait) this.#held.push({ lane: lane.key, afterSave, go });
    else go(this.#outcomeOf(afterSave));
  }

  saved(save: SaveNumber): void {
    this.#done = Math.max(this.#done, save);
    this.#release();
  }

  failed(save: SaveNumber): void {
    this.#failed = Math.max(this.#failed, save);
    this.#release();
  }

  #isSettled(save: SaveNumber): boolean {
    return save <= this.#done || save <= this.#failed;
  }

  #outcomeOf(save: SaveNumber): SaveOutcome {
    return save <= this.#done ? "saved" : "unsaved";
  }

  #release(): void {
    const waiting = this.#held;
    if (waiting.length === 0) return;
    this.#held = [];
    const blocked = new Set<number>();
    const leaving: Held[] = [];
    for (const held of waiting) {
      if (!blocked.has(held.lane) && this.#isSettled(held.afterSave)) leaving.push(held);
      else {
        blocked.add(held.lane);
        this.#held.push(held);
      }
    }
    for (const held of leaving) held.go(this.#outcomeOf(held.afterSave));
  }
}
