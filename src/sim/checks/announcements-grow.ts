import type { Address } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Told, Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/**
 * For every sentinel s, master m and instance i, over all hellos of s to i in their order, across
 * restarts: configEpoch(next) >= configEpoch(previous).
 * What s passed on while its disk refused writes does not count: a restart may forget it.
 */
export class AnnouncementsGrow implements Watcher {
  /** By sentinel, master and host of the instance. */
  readonly #latest = new Map<SentinelNode, Map<string, Map<string, number>>>();

  /** The copy may be older than what was told. */
  restored(sentinel: SentinelNode): void {
    this.#latest.delete(sentinel);
  }

  /** Who is told to watch a master anew begins with the operator's word. */
  decided(sentinel: SentinelNode, { name, about }: SentinelEvent): void {
    if (name === "-monitor" && about.master !== undefined) {
      this.#latest.get(sentinel)?.delete(about.master);
    }
  }

  told(sentinel: SentinelNode, told: Told, to: Address | undefined): void {
    if (told.kind !== "hello" || to === undefined || sentinel.state.saves.retryAt !== undefined)
      return;
    const { masterName, configEpoch } = told.hello;
    const byHost = inMap(inMap(this.#latest, sentinel), masterName);
    const latest = byHost.get(to.host) ?? 0;
    mustHold(
      configEpoch >= latest,
      "announced configuration never goes back",
      () =>
        `${sentinel.name} announced config epoch ${latest} of ${masterName} to ${to.host} and then ${configEpoch}`,
    );
    if (configEpoch > latest) byHost.set(to.host, configEpoch);
  }
}

function inMap<Key, Inner, Value>(outer: Map<Key, Map<Inner, Value>>, key: Key): Map<Inner, Value> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const inner = new Map<Inner, Value>();
  outer.set(key, inner);
  return inner;
}
