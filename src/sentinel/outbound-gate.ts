import type { SaveNumber } from "../base/units.ts";
import type { Effect } from "./effect.ts";

export type Outgoing = Extract<
  Effect,
  { readonly kind: "send" | "reply" | "publish-event" | "run-script" }
>;

/**
 * Holds back what must not leave before a save is done (design §5, style §2), in both worlds.
 *
 * What waits for one link, for one client or for the subscribers leaves in the order it came. A
 * command that waits for nothing overtakes on its link (a PING reveals nothing and must not look
 * late); a reply or an event never overtakes another. When a save fails, held commands are dropped,
 * replies take their other form and events leave: they tell what others know already.
 */
export class OutboundGate {
  readonly #perform: (outgoing: Outgoing) => void;
  #held: Outgoing[] = [];
  /** How many of `#held` each lane has. */
  readonly #waiting = new Map<string, number>();
  #saved = 0;
  #failed = 0;
  #releasing = false;

  constructor(perform: (outgoing: Outgoing) => void) {
    this.#perform = perform;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** Performs the effect now, or when the save it waits for has ended. */
  pass(outgoing: Outgoing): void {
    if (this.#mustWait(outgoing)) {
      const lane = laneOf(outgoing);
      this.#held.push(outgoing);
      this.#waiting.set(lane, (this.#waiting.get(lane) ?? 0) + 1);
    } else {
      this.#release(outgoing);
    }
  }

  /** All saves up to this one are on disk. */
  saved(save: SaveNumber): void {
    this.#saved = Math.max(this.#saved, save);
    this.#releaseSettled();
  }

  /** All saves up to this one that are not done yet have failed, and will not be done. */
  saveFailed(save: SaveNumber): void {
    this.#failed = Math.max(this.#failed, save);
    this.#releaseSettled();
  }

  #mustWait(outgoing: Outgoing): boolean {
    if (!this.#isSettled(outgoing.afterSave)) return true;
    if (outgoing.kind === "send" && outgoing.afterSave === 0) return false;
    // What is performed may bring forth more: it queues behind what is being released.
    return this.#waiting.size > 0 && this.#waiting.has(laneOf(outgoing));
  }

  #isSettled(save: SaveNumber): boolean {
    return save <= this.#saved || save <= this.#failed;
  }

  #releaseSettled(): void {
    if (this.#releasing) return;
    this.#releasing = true;
    try {
      while (this.#releaseOnce()) {
        // Performing may have settled or held more.
      }
    } finally {
      this.#releasing = false;
    }
  }

  /** Releases, in order of arrival, all that waits for nothing more. @returns whether any did */
  #releaseOnce(): boolean {
    const candidates = this.#held;
    const blocked = new Set<string>();
    const kept: Outgoing[] = [];
    this.#held = [];
    let released = false;
    for (const outgoing of candidates) {
      const lane = laneOf(outgoing);
      if (blocked.has(lane) || !this.#isSettled(outgoing.afterSave)) {
        blocked.add(lane);
        kept.push(outgoing);
      } else {
        this.#leaveLane(lane);
        released = true;
        this.#release(outgoing);
      }
    }
    this.#held = [...kept, ...this.#held];
    return released && this.#held.length > 0;
  }

  #leaveLane(lane: string): void {
    const left = (this.#waiting.get(lane) ?? 0) - 1;
    if (left > 0) this.#waiting.set(lane, left);
    else this.#waiting.delete(lane);
  }

  #release(outgoing: Outgoing): void {
    if (outgoing.afterSave <= this.#saved) {
      this.#perform(outgoing);
      return;
    }
    switch (outgoing.kind) {
      case "send":
        return;
      case "reply":
        this.#perform(
          outgoing.ifUnsaved === undefined
            ? outgoing
            : { ...outgoing, reply: { kind: "value", reply: outgoing.ifUnsaved } },
        );
        return;
      case "publish-event":
      case "run-script":
        this.#perform(outgoing);
    }
  }
}

function laneOf(outgoing: Outgoing): string {
  switch (outgoing.kind) {
    case "send":
      return `link ${outgoing.link}`;
    case "reply":
      return `client ${outgoing.client}`;
    case "publish-event":
      return "events";
    case "run-script":
      return "scripts";
  }
}
