import type { Effect } from "../sentinel/effect.ts";
import type { SentinelEvent } from "../sentinel/events.ts";
import type { SentinelNode } from "./sentinel-node.ts";
import type { Told, Watcher } from "./watch.ts";

/** How often what happened: a run that tests nothing must be visible. Keys sort as they print. */
export type Counts = Map<string, number>;

export function count(counts: Counts, key: string, times = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + times);
}

export function addCounts(total: Counts, more: Counts): void {
  for (const [key, times] of more) count(total, key, times);
}

/** Counts events, votes, and the effects before which a process died. */
export class Coverage implements Watcher {
  readonly counts: Counts = new Map();

  published(_sentinel: SentinelNode, event: SentinelEvent): void {
    count(this.counts, `event ${event.name}`);
  }

  told(_sentinel: SentinelNode, told: Told): void {
    if (told.kind === "vote") count(this.counts, "vote told");
  }

  performing(sentinel: SentinelNode, effect: Effect): void {
    if (sentinel.crashInEffects === 1) count(this.counts, `crash before ${effect.kind}`);
  }

  referenceVoted(): void {
    count(this.counts, "votes of the reference");
  }

  referenceLed(): void {
    count(this.counts, "leaders of the reference");
  }

  started(): void {
    count(this.counts, "sentinel started");
  }
}
