import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { LinkId } from "../../base/ids.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Master } from "../../sentinel/state.ts";
import { hostNameOf } from "../host-name.ts";
import type { RedisServer } from "../redis-server.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { DataEvent, ReferenceHello, Told, Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/** A fence that was ordered and may not have arrived. */
interface Ordered {
  readonly link: LinkId;
  readonly master: string;
  /** The configuration that says so. */
  readonly configEpoch: number;
}

interface Configuration {
  readonly epoch: number;
  readonly address: Address;
  readonly by: string;
}

/**
 * At the moment when server x carries out the order by which sentinel s fences it as a zombie of master m:
 *   no sentinel has, and none has announced, a configuration of m newer than s' in which x is the master; and no
 *   leader is about to have one: it has promoted x in a newer epoch and still waits to hear of it.
 * A sentinel that is itself out of date must never close the true master.
 */
export class TrueMasterFenced implements Watcher {
  readonly #alive = new Set<SentinelNode>();
  /** The newest that was announced, by master. */
  readonly #announced = new Map<string, Configuration>();
  readonly #ordered = new Map<SentinelNode, Map<string, Ordered>>();
  /** Fences that were carried out. */
  fencedCount = 0;

  started(sentinel: SentinelNode): void {
    this.#alive.add(sentinel);
  }

  crashed(sentinel: SentinelNode): void {
    this.#alive.delete(sentinel);
    this.#ordered.delete(sentinel);
  }

  told(sentinel: SentinelNode, told: Told): void {
    if (told.kind !== "hello") return;
    const { masterName, masterAddress, configEpoch } = told.hello;
    this.#announce(masterName, {
      epoch: configEpoch,
      address: masterAddress,
      by: sentinel.name,
    });
  }

  referenceTold({ from, master, address, configEpoch }: ReferenceHello): void {
    this.#announce(master, { epoch: configEpoch, address, by: from });
  }

  #announce(master: string, told: Configuration): void {
    if (told.epoch > (this.#announced.get(master)?.epoch ?? 0)) this.#announced.set(master, told);
  }

  decided(sentinel: SentinelNode, { name, about }: SentinelEvent): void {
    // An operator has taken it away: what was announced of it counts where somebody still has it.
    if (name === "-monitor" && about.master !== undefined) this.#announced.delete(about.master);
    if (name !== "+vedette-zombie-fence") return;
    const master = mastersOf(sentinel).find((each) => each.name === about.master);
    const replica = [...(master?.replicas.values() ?? [])].find(
      (each) => about.address !== undefined && sameAddress(each.address, about.address),
    );
    mustHold(
      master !== undefined && replica?.link.ip !== undefined,
      "an event says what it is about",
      () => name,
    );
    const { link } = replica;
    const orders = this.#ordered.get(sentinel) ?? new Map<string, Ordered>();
    this.#ordered.set(sentinel, orders);
    orders.set(formatAddress({ host: link.ip ?? "", port: link.address.port }), {
      link: link.id,
      master: master.name,
      configEpoch: master.configEpoch,
    });
  }

  data(event: DataEvent): void {
    if (event.kind !== "re-pointed") return;
    const { server } = event;
    const sentinel = [...this.#alive].find((each) => each === event.by);
    if (sentinel === undefined) return;
    const orders = this.#ordered.get(sentinel);
    const ordered = orders?.get(formatAddress(server.address));
    if (ordered === undefined) return;
    orders?.delete(formatAddress(server.address));
    // Its connection was lost, and with it the order: this is another one.
    if (!sentinel.state.links.has(ordered.link)) return;
    this.fencedCount++;
    this.#check(sentinel, server, ordered);
  }

  #check(sentinel: SentinelNode, server: RedisServer, ordered: Ordered): void {
    const newest = this.#newest(ordered.master);
    mustHold(
      newest === undefined || newest.epoch <= ordered.configEpoch || !isAt(server, newest.address),
      "no true master is fenced",
      () =>
        `${sentinel.name} with config epoch ${ordered.configEpoch} fences ${server.name}, ` +
        `which is the master in ${newest?.epoch ?? 0} (${newest?.by ?? ""})`,
    );
    for (const other of this.#alive) {
      const master = mastersOf(other).find(({ name }) => name === ordered.master);
      if (master === undefined) continue;
      mustHold(
        !isAboutToHave(other, master, { server, newerThan: ordered.configEpoch }),
        "no true master is fenced",
        () =>
          `${sentinel.name} with config epoch ${ordered.configEpoch} fences ${server.name}, ` +
          `which ${other.name} has just promoted`,
      );
    }
  }

  #newest(masterName: string): Configuration | undefined {
    let newest = this.#announced.get(masterName);
    for (const sentinel of this.#alive) {
      for (const { name, address, configEpoch: epoch } of mastersOf(sentinel)) {
        if (name !== masterName || epoch <= (newest?.epoch ?? 0)) continue;
        newest = { epoch, address, by: sentinel.name };
      }
    }
    return newest;
  }
}

function mastersOf(sentinel: SentinelNode): readonly Master[] {
  return [...sentinel.state.masters.values()];
}

function isAboutToHave(
  leader: SentinelNode,
  { failover, settings }: Master,
  { server, newerThan }: { readonly server: RedisServer; readonly newerThan: number },
): boolean {
  return (
    (failover.phase === "wait-promotion" || failover.phase === "handing-over") &&
    failover.failoverEpoch > newerThan &&
    isAt(server, failover.promoted.address) &&
    server.promotedBy === leader &&
    leader.clock - failover.since < settings.failoverTimeoutMs
  );
}

function isAt(server: RedisServer, { host, port }: Address): boolean {
  const { address, name } = server;
  return port === address.port && (host === address.host || host === hostNameOf(name));
}
