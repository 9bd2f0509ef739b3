import { type Address, formatAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { RedisServer } from "../redis-server.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { DataEvent, Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/**
 * What the guards are for (docs/guards.md):
 * - at +vedette-empty-master about server m: m came back with less than it had, or some server of the
 *   same group has a write that m has not;
 * - at +vedette-foreign-…: the server that answers there belongs to another group;
 * - a server of one group is never told to follow a server of another;
 * - and, in worlds whose faults leave the sentinels the time (`isGuarded`): when replica r copies a
 *   master m that came back with less than it had, every write that r loses is on some server still.
 */
export class Guards implements Watcher {
  readonly #isGuarded: boolean;
  readonly #servers = new Set<RedisServer>();
  /** Came back with less, and have copied nothing since. */
  readonly #diminished = new Set<RedisServer>();
  /** Refused masters. */
  refusedCount = 0;
  /** Copies of a loss after which nobody had some write any more. */
  wipedCount = 0;

  constructor(options: { readonly isGuarded: boolean }) {
    this.#isGuarded = options.isGuarded;
  }

  data(event: DataEvent): void {
    switch (event.kind) {
      case "started":
        this.#servers.add(event.server);
        return;
      case "emptied":
        this.#diminished.add(event.server);
        return;
      case "copied":
        this.#checkCopy(event.server, event.from, event.before);
        return;
      case "continued":
        if (event.from === undefined || !this.#diminished.has(event.from)) {
          this.#diminished.delete(event.server);
        }
        return;
      case "ordered":
        if (event.master !== undefined) this.#checkOrder(event.server, event.master);
        return;
      case "confirmed":
      case "acknowledged":
      case "waited":
      case "re-pointed":
      case "promoted":
    }
  }

  #checkCopy(server: RedisServer, from: RedisServer | undefined, before: readonly number[]): void {
    const isLoss = from !== undefined && this.#diminished.has(from);
    if (!isLoss) this.#diminished.delete(server);
    else {
      this.#diminished.add(server);
      const lost = before.find((write) => !this.#isKept(server.group, write));
      if (lost === undefined) return;
      this.wipedCount++;
      mustHold(
        !this.#isGuarded,
        "no replica copies the loss of its master",
        () => `${server.name} loses write ${lost}, which ${from.name} came back without`,
      );
    }
  }

  #isKept(group: string, write: number): boolean {
    for (const server of this.#servers) {
      if (server.group === group && server.log.writes.includes(write)) return true;
    }
    return false;
  }

  #checkOrder(server: RedisServer, master: Address): void {
    const target = this.#serverAt(master);
    if (target === undefined) return;
    mustHold(
      target.group === server.group,
      "nobody is told to follow another group",
      () => `${server.name} of ${server.group} is told to follow ${target.name}`,
    );
  }

  decided(_sentinel: SentinelNode, { name, about, payload }: SentinelEvent): void {
    const isEmpty = name === "+vedette-empty-master";
    if (!isEmpty && !name.startsWith("+vedette-foreign-")) return;
    // Who answers, whatever the address or name that led there.
    const server = [...this.#servers].find(({ runId }) => runId === about.runId);
    if (server === undefined) return;
    if (!isEmpty) {
      mustHold(
        server.group !== about.master,
        "no server is held for another group's",
        () => `${server.name}: ${payload}`,
      );
      return;
    }
    this.refusedCount++;
    // A replica may have copied the loss since it told what it had.
    if (this.#diminished.has(server)) return;
    const isRight = [...this.#servers].some(
      (other) =>
        other.group === server.group && missingFrom(server, other.log.writes) !== undefined,
    );
    mustHold(
      isRight,
      "only a master without data is refused",
      () => `${server.name} has all there is, ${payload}`,
    );
  }

  #serverAt(address: Address): RedisServer | undefined {
    const place = formatAddress(address);
    for (const server of this.#servers) {
      const { announcedAddress } = server;
      if (formatAddress(announcedAddress) === place || formatAddress(server.address) === place) {
        return server;
      }
    }
    return undefined;
  }
}

/** A write that the server has not. */
function missingFrom(server: RedisServer, writes: readonly number[]): number | undefined {
  const has = new Set(server.log.writes);
  return writes.find((write) => !has.has(write));
}
