import { type Address, formatAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Replica } from "../../sentinel/state.ts";
import type { RedisServer } from "../redis-server.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { DataEvent, Watcher } from "../watch.ts";
import { isNeverLinked, whyExcluded } from "./eligible-promotion.ts";
import { mustHold } from "./violation.ts";

/** A write that a client was told is done. */
interface Confirmed {
  readonly write: number;
  readonly replid: string;
  /** Behind it, in the history of the server that confirmed it. */
  readonly offset: number;
}

/** How far a replica said it has come, in which history. */
interface Ack {
  readonly replid: string;
  readonly offset: number;
}

/**
 * Asynchronous replication explains what a promotion loses, and nothing else does.
 * When replica p is promoted, for every master m that it has copied from since it copied everything
 * or lost its data, and every write w that m has confirmed to a client in the same history:
 *   offset(w) <= (offset of p's last ACK to m)  =>  w is in p's data.
 * Confirmed writes behind the last ACK may be lost; they are counted.
 * And when sentinel s selects p, for every write w that a client has WAITed for with an answer >= 1:
 *   w is in p's data, or no other replica r that s may select has w, the same priority and history
 *   as p, and an offset known to s >= offset(w).
 */
export class AcknowledgedWrites implements Watcher {
  readonly #confirmed = new Map<RedisServer, Confirmed[]>();
  readonly #acks = new Map<RedisServer, Map<RedisServer, Ack>>();
  /** Up to there somebody has waited successfully, by history. */
  readonly #waited = new Map<string, number>();
  /** Lost their data and have not copied any since. */
  readonly #emptied = new Set<RedisServer>();
  readonly #servers = new Set<RedisServer>();
  confirmedCount = 0;
  /** Confirmed, and not in the data of the replica that was promoted next. */
  lostCount = 0;
  waitedCount = 0;

  data(event: DataEvent): void {
    switch (event.kind) {
      case "confirmed":
        this.confirmedCount++;
        this.#note(event.server, {
          write: event.write,
          replid: event.server.log.replid,
          offset: event.server.log.offset,
        });
        return;
      case "acknowledged": {
        const { master, replica, offset } = event;
        // An ACK that was under way while the data changed says nothing of what is there now.
        if (this.#emptied.has(replica) || replica.log.replid !== master.log.replid) return;
        const byMaster = this.#acks.get(replica) ?? new Map<RedisServer, Ack>();
        byMaster.set(master, { replid: master.log.replid, offset });
        this.#acks.set(replica, byMaster);
        this.#servers.add(replica);
        return;
      }
      case "waited": {
        const { replid } = event.server.log;
        if (event.replicas === 0) return;
        this.waitedCount++;
        this.#waited.set(replid, Math.max(event.offset, this.#waited.get(replid) ?? 0));
        return;
      }
      case "copied":
        this.#emptied.delete(event.server);
        this.#acks.delete(event.server);
        return;
      case "emptied":
        this.#emptied.add(event.server);
        this.#acks.delete(event.server);
        return;
      case "promoted":
        this.#checkPromoted(event.server);
        return;
      case "re-pointed":
      case "started":
      case "continued":
      case "ordered":
    }
  }

  #note(server: RedisServer, confirmed: Confirmed): void {
    this.#servers.add(server);
    const known = this.#confirmed.get(server);
    if (known === undefined) this.#confirmed.set(server, [confirmed]);
    else known.push(confirmed);
  }

  #checkPromoted(promoted: RedisServer): void {
    const kept = new Set(promoted.log.writes);
    for (const [master, ack] of this.#acks.get(promoted) ?? []) {
      for (const { write, replid, offset } of this.#confirmed.get(master) ?? []) {
        if (replid !== ack.replid) continue;
        if (kept.has(write)) {
          const { log } = promoted;
          this.#note(promoted, { write, replid: log.replid, offset: log.offset });
          continue;
        }
        mustHold(
          offset > ack.offset,
          "acknowledged writes are lost only behind the last ACK",
          () =>
            `${promoted.name} is promoted without write ${write} at offset ${offset}, ` +
            `it had acknowledged ${ack.offset} to ${master.name}`,
        );
        this.lostCount++;
      }
    }
    this.#acks.delete(promoted);
  }

  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name !== "+selected-slave" || event.about.address === undefined) return;
    for (const master of sentinel.state.masters.values()) {
      if (master.name !== event.about.master) continue;
      const replicas = [...master.replicas.values()];
      const chosen = replicas.find(
        ({ address }) => formatAddress(address) === formatAddress(event.about.address ?? address),
      );
      // In a planned switchover the chosen one catches up before it is promoted (planned-switchovers.ts).
      if (chosen === undefined || master.failover.phase === "handing-over") continue;
      for (const other of replicas) {
        const isRival =
          other !== chosen &&
          other.priority === chosen.priority &&
          isNeverLinked(other) === isNeverLinked(chosen) &&
          whyExcluded(sentinel, other) === undefined;
        if (isRival) this.#compare(chosen, other);
      }
    }
  }

  #compare(chosen: Replica, rival: Replica): void {
    const promoted = this.#serverAt(chosen.address);
    const better = this.#serverAt(rival.address);
    if (promoted === undefined || better === undefined) return;
    if (promoted.log.replid !== better.log.replid) return;
    const waitedTo = Math.min(this.#waited.get(better.log.replid) ?? 0, rival.replicationOffset);
    const has = new Set(promoted.log.writes);
    const rivalHas = new Set(better.log.writes);
    for (const confirmed of this.#confirmed.values()) {
      for (const { write, replid, offset } of confirmed) {
        if (replid !== better.log.replid || offset > waitedTo || !rivalHas.has(write)) continue;
        mustHold(
          has.has(write),
          "no write that was waited for is lost while the best replica is reachable",
          () =>
            `${promoted.name} is selected without write ${write} at offset ${offset}, ${better.name} has it`,
        );
      }
    }
  }

  #serverAt(address: Address): RedisServer | undefined {
    const place = formatAddress(address);
    for (const server of this.#servers) {
      if (formatAddress(server.announcedAddress) === place) return server;
    }
    return undefined;
  }
}
