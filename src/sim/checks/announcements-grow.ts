import type { Address } from "../../base/address.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Told, Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/**
 * For every sentinel s, master m and instance i, over all hellos of s to i in their order, across
 * restarts: configEpoch(next) >= configEpoch(previous).
 * What s passed on while its disk refused writes does not count: a restart may forget it.
 */
export class AnnouncementsGrow implements Watcher {
  /** By `sentinel master instance`. */
  readonly #latest = new Map<string, number>();

  told(sentinel: SentinelNode, told: Told, to: Address | undefined): void {
    if (told.kind !== "hello" || to === undefined || sentinel.state.saves.retryAt !== undefined)
      return;
    const { masterName, configEpoch } = told.hello;
    const key = `${sentinel.name} ${masterName} ${to.host}`;
    const latest = this.#latest.get(key) ?? 0;
    mustHold(
      configEpoch >= latest,
      "announced configuration never goes back",
      () => `${key} announced config epoch ${latest} and then ${configEpoch}`,
    );
    this.#latest.set(key, configEpoch);
  }
}
