import { formatAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { HelloContent } from "../../wire/hello.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { ReferenceHello, Told, Watcher } from "../watch.ts";
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
  /** What models of redis-sentinel have announced, right or wrong: ours may believe them. */
  readonly #referenceSaid = new Set<string>();
  readonly #toldAnew = new Set<SentinelNode>();
  readonly #checked = new WeakSet<HelloContent>();
  /** Contradictions that an operator's order is to blame for. */
  forcedCount = 0;
  /**
   * Contradictions that a model of redis-sentinel is to blame for: a leader that is told a newer
   * epoch for the address it is about to leave takes the epoch, and ends its failover with it
   * (sentinel spec §4.3 step 4, §6.10).
   */
  referenceCount = 0;

  constructor(elections: Elections) {
    this.#elections = elections;
  }

  /** In epoch 0 each has the operator's word, and one that is told anew may have a newer one. */
  decided(sentinel: SentinelNode, { name }: SentinelEvent): void {
    if (name === "-monitor") this.#toldAnew.add(sentinel);
  }

  told(sentinel: SentinelNode, told: Told): void {
    // The same hello goes to everybody, again and again; to say it twice contradicts nothing.
    if (told.kind !== "hello" || this.#checked.has(told.hello)) return;
    this.#checked.add(told.hello);
    const { masterName, configEpoch, masterAddress } = told.hello;
    this.#announce(sentinel, masterName, configEpoch, formatAddress(masterAddress));
  }

  /** Only the leader of an epoch says for certain which master belongs to it. */
  referenceTold({ from, master, address, configEpoch }: ReferenceHello): void {
    const key = `${master} ${configEpoch}`;
    const known = this.#announced.get(key);
    const text = formatAddress(address);
    this.#referenceSaid.add(`${key} ${text}`);
    if (known !== undefined && known.address !== text) this.referenceCount++;
    else if (this.#elections.isLedBy(master, configEpoch, from)) {
      this.#announced.set(key, { address: text, by: from });
    }
  }

  published(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name !== "+switch-master") return;
    const [name = "", , , host = "", port = ""] = event.payload.split(" ");
    const { epoch } = event.about;
    if (epoch !== undefined) this.#announce(sentinel, name, epoch, `${host}:${port}`);
  }

  #announce(sentinel: SentinelNode, master: string, epoch: number, address: string): void {
    if (epoch === 0 && this.#toldAnew.has(sentinel)) return;
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
    if (this.#referenceSaid.has(`${key} ${address}`)) {
      this.referenceCount++;
      return;
    }
    throw new Violation(
      "one master per config epoch",
      `${known.by} announced ${known.address} and ${sentinel.name} ${address} for ${key}`,
    );
  }
}
