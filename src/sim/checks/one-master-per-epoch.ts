import { formatAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Told, Watcher } from "../watch.ts";
import type { Elections } from "./elections.ts";
import { Violation } from "./violation.ts";

/**
 * For every master name m and config epoch e that no operator forced past the vote:
 *   |{address : a hello or +switch-master announced address for (m, e)}| <= 1.
 */
export class OneMasterPerEpoch implements Watcher {
  readonly #elections: Elections;
  /** Address and announcer by `master epoch`. */
  readonly #announced = new Map<string, { readonly address: string; readonly by: string }>();
  /** Contradictions that an operator's order is to blame for. */
  forcedCount = 0;

  constructor(elections: Elections) {
    this.#elections = elections;
  }

  told(sentinel: SentinelNode, told: Told): void {
    if (told.kind !== "hello") return;
    const { masterName, configEpoch, masterAddress } = told.hello;
    this.#announce(sentinel, masterName, configEpoch, formatAddress(masterAddress));
  }

  published(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name !== "+switch-master") return;
    const [name = "", , , host = "", port = ""] = event.payload.split(" ");
    const { epoch } = event.about;
    if (epoch !== undefined) this.#announce(sentinel, name, epoch, `${host}:${port}`);
  }

  #announce(sentinel: SentinelNode, master: string, epoch: number, address: string): void {
    const key = `${master} ${epoch}`;
    const known = this.#announced.get(key);
    if (known === undefined) {
      this.#announced.set(key, { address, by: sentinel.name });
      return;
    }
    if (known.address === address) return;
    if (this.#elections.isUnvoted(master, epoch)) {
      this.forcedCount++;
      return;
    }
    throw new Violation(
      "one master per config epoch",
      `${known.by} announced ${known.address} and ${sentinel.name} ${address} for ${key}`,
    );
  }
}
