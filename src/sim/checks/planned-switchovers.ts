import { type Address, formatAddress } from "../../base/address.ts";
import type { Effect } from "../../sentinel/effect.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Master } from "../../sentinel/state.ts";
import type { RedisServer } from "../redis-server.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { DataEvent, Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/** A master that was switched from, in the life in which it was. */
interface Closed {
  readonly log: RedisServer["log"];
  readonly by: string;
}

/**
 * When a planned switchover of sentinel s is completed, from server o to server n:
 *   every write that o has confirmed in its present life and data is in n's data; and
 *   o confirms no write any more, until it is started anew or becomes a master again.
 * An order of s that holds up writes lasts at most half of s' down-after.
 * When s has taken back what it had begun, and o said to be a master: o is one, and holds up nothing,
 * unless another sentinel gives it orders.
 */
export class PlannedSwitchovers implements Watcher {
  /** What clients were told is done, by the server that told them, since it has its data. */
  readonly #confirmed = new Map<RedisServer, { log: RedisServer["log"]; writes: number[] }>();
  readonly #closed = new Map<RedisServer, Closed>();
  readonly #servers = new Map<string, RedisServer>();
  /** Whose hand-over is being taken back, and until when it waits for that. */
  readonly #withdrawing = new Map<SentinelNode, Map<string, number>>();
  completedCount = 0;
  abortedCount = 0;

  data(event: DataEvent): void {
    const server = event.kind === "acknowledged" ? event.master : event.server;
    this.#servers.set(formatAddress(server.announcedAddress), server);
    switch (event.kind) {
      case "confirmed":
        this.#confirm(event.server, event.write);
        return;
      case "copied":
      case "emptied":
        this.#confirmed.delete(server);
        this.#closed.delete(server);
        return;
      case "promoted":
        this.#closed.delete(server);
        return;
      case "acknowledged":
      case "waited":
      case "re-pointed":
      case "started":
      case "continued":
      case "ordered":
    }
  }

  #confirm(server: RedisServer, write: number): void {
    const closed = this.#closed.get(server);
    mustHold(
      closed === undefined || closed.log !== server.log,
      "a master that was switched from takes no writes",
      () => `${server.name} confirms write ${write}, ${closed?.by ?? ""} has switched from it`,
    );
    const known = this.#confirmed.get(server);
    if (known?.log === server.log) known.writes.push(write);
    else this.#confirmed.set(server, { log: server.log, writes: [write] });
  }

  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name !== "+promoted-slave") return;
    const master = masterOf(sentinel, event.about.master);
    if (master?.lettingGo.phase !== "announcing") return;
    const old = this.#serverAt(master.lettingGo.oldMaster);
    const next = this.#serverAt(master.address);
    if (old === undefined || next === undefined) return;
    this.completedCount++;
    const confirmed = this.#confirmed.get(old);
    const kept = new Set(next.log.writes);
    const lost = confirmed?.log === old.log ? confirmed.writes.filter((w) => !kept.has(w)) : [];
    mustHold(
      lost.length === 0,
      "a completed switchover loses no acknowledged write",
      () => `${sentinel.name} switched from ${old.name} to ${next.name} without ${lost.join(" ")}`,
    );
    this.#closed.set(old, { log: old.log, by: sentinel.name });
  }

  #serverAt(address: Address): RedisServer | undefined {
    return this.#servers.get(formatAddress(address));
  }

  performing(sentinel: SentinelNode, effect: Effect): void {
    if (effect.kind !== "send" || effect.command.name !== "order") return;
    const { order } = effect.command;
    if (order.kind !== "pause-writes") return;
    for (const { failover, settings, name } of sentinel.state.masters.values()) {
      if (failover.phase !== "handing-over" || failover.step.step !== "closing") continue;
      mustHold(
        order.forMs <= settings.downAfterMs / 2,
        "writes are held up for half of down-after at most",
        () => `${sentinel.name} closes ${name} for ${order.forMs} ms`,
      );
    }
  }

  crashed(sentinel: SentinelNode): void {
    this.#withdrawing.delete(sentinel);
  }

  stepped(sentinel: SentinelNode, input: Input): void {
    const before = this.#withdrawing.get(sentinel);
    let now: Map<string, number> | undefined;
    for (const { name, failover } of sentinel.state.masters.values()) {
      if (failover.phase !== "handing-over" || failover.step.step !== "withdrawing") continue;
      now ??= new Map();
      now.set(name, failover.step.until);
    }
    if (before === undefined && now === undefined) return;
    for (const name of before?.keys() ?? []) {
      if (now?.has(name) !== true && input.kind === "info-reply") this.#mustWrite(sentinel, name);
    }
    if (now === undefined) this.#withdrawing.delete(sentinel);
    else this.#withdrawing.set(sentinel, now);
  }

  /** It ended because the old master said something: that it is a master again. */
  #mustWrite(sentinel: SentinelNode, name: string): void {
    const master = masterOf(sentinel, name);
    if (master === undefined || master.failover.phase === "handing-over") return;
    const server = this.#serverAt(master.address);
    if (server?.isRunning !== true || this.#isOrderedByOthers(sentinel, name)) return;
    this.abortedCount++;
    mustHold(
      server.isMaster && !server.holdsUpWrites,
      "an old master writes again when a switchover was taken back",
      () => `${server.name} ${server.isMaster ? "still waits" : "is a replica"}`,
    );
  }

  readonly #alive = new Set<SentinelNode>();

  started(sentinel: SentinelNode): void {
    this.#alive.add(sentinel);
  }

  #isOrderedByOthers(sentinel: SentinelNode, name: string): boolean {
    for (const other of this.#alive) {
      if (other === sentinel || !other.isAlive) continue;
      const phase = masterOf(other, name)?.failover.phase;
      if (phase !== undefined && phase !== "none") return true;
    }
    return false;
  }
}

function masterOf(sentinel: SentinelNode, name: string | undefined): Master | undefined {
  for (const master of sentinel.state.masters.values()) if (master.name === name) return master;
  return undefined;
}
