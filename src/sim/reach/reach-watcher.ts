import type { Effect } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Master } from "../../sentinel/state.ts";
import { count, type Counts } from "../coverage.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { pointOf } from "./reachable.ts";

/**
 * Counts what of the core a run reaches: every input, effect, event, phase and change of phase. It
 * looks at every master after every step, so it is asked for only where this is the question.
 */
export class ReachWatcher implements Watcher {
  readonly #counts: Counts;
  /** The phases of each master when they were looked at last. */
  readonly #phases = new WeakMap<Master, Phases>();
  readonly #tilts = new WeakMap<SentinelNode, string>();

  constructor(counts: Counts) {
    this.#counts = counts;
  }

  stepped(sentinel: SentinelNode, input: Input, effects: readonly Effect[]): void {
    this.#reach("input", input.kind);
    for (const effect of effects) {
      this.#reach("effect", effect.kind);
      if (effect.kind === "publish-event") this.#reach("event", effect.event.name);
    }
    for (const master of sentinel.state.masters.values()) this.#look(master);
    this.#lookAtTilt(sentinel);
  }

  performing(sentinel: SentinelNode, effect: Effect): void {
    if (sentinel.crashInEffects === 1) this.#reach("crash before", effect.kind);
  }

  #look(master: Master): void {
    const now = { failover: master.failover.phase, orders: master.reconfiguration.phase };
    const before = this.#phases.get(master);
    if (before?.failover === now.failover && before.orders === now.orders) return;
    this.#phases.set(master, now);
    if (before?.failover !== now.failover) {
      this.#reach("failover", now.failover);
      if (before !== undefined) this.#reach("failover", `${before.failover} → ${now.failover}`);
    }
    if (before?.orders !== now.orders) {
      this.#reach("reconfiguration", now.orders);
      if (before !== undefined) this.#reach("reconfiguration", `${before.orders} → ${now.orders}`);
    }
  }

  #lookAtTilt(sentinel: SentinelNode): void {
    const { mode } = sentinel.state.tilt;
    const before = this.#tilts.get(sentinel);
    if (before === mode) return;
    this.#tilts.set(sentinel, mode);
    this.#reach("tilt", mode);
    if (before !== undefined) this.#reach("tilt", `${before} → ${mode}`);
  }

  #reach(what: Parameters<typeof pointOf>[0], which: string): void {
    count(this.#counts, pointOf(what, which));
  }
}

interface Phases {
  readonly failover: string;
  readonly orders: string;
}
