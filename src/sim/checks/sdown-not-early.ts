import { type Address, formatAddress, sameAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Master } from "../../sentinel/state.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { Watcher } from "../watch.ts";
import { Violation } from "./violation.ts";

const INVARIANT = "SDOWN is never early";
/** Differences of virtual moments are floating point. */
const ROUNDING_MS = 1e-6;

/**
 * At +sdown of instance i by sentinel s at time t:
 *   t - (first PING of s to i without an accepted answer, or the attempt to connect, or the loss of the
 *   connection) >= down-after,
 * where an answer that refuses the password is one,
 * unless i is a master that has reported to be a replica for down-after + 2 x INFO-PERIOD (§5.1), of one
 * of its own replicas for down-after, or whose host has refused connections for
 * crash-detection-milliseconds, where that is set, or of whose death its replicas bear witness, or that
 * was refused because it came back without the group's data.
 */
export class SdownNotEarly implements Watcher {
  /** Moment of the oldest unanswered PING, by address. */
  readonly #unanswered = new Map<SentinelNode, Map<string, number>>();

  /** The addresses of links, as text: each is asked for once a second. */
  readonly #keys = new WeakMap<Address, string>();

  #keyOf(address: Address): string {
    const known = this.#keys.get(address);
    if (known !== undefined) return known;
    const key = formatAddress(address);
    this.#keys.set(address, key);
    return key;
  }

  started(sentinel: SentinelNode): void {
    this.#unanswered.set(sentinel, new Map());
  }

  pinged(sentinel: SentinelNode, address: Address): void {
    const since = this.#unanswered.get(sentinel);
    const key = this.#keyOf(address);
    if (since?.has(key) === false) since.set(key, sentinel.clock);
  }

  /** Nothing can be heard from here on, also before the next attempt. */
  stepped(sentinel: SentinelNode, input: Input): void {
    if (input.kind !== "link-lost") return;
    const link = sentinel.state.links.get(input.link);
    if (link !== undefined) this.pinged(sentinel, link.address);
  }

  ponged(sentinel: SentinelNode, address: Address): void {
    this.#unanswered.get(sentinel)?.delete(this.#keyOf(address));
  }

  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name === "+sdown") this.#check(sentinel, event);
  }

  #check(sentinel: SentinelNode, { about, payload }: SentinelEvent): void {
    const master = [...sentinel.state.masters.values()].find((each) => each.name === about.master);
    if (master === undefined || about.address === undefined) {
      throw new Violation("an event says what it is about", payload);
    }
    if (about.role === "master" && reportsToBeReplica(sentinel, master)) return;
    // Whether it was refused rightly is another checker's business (guards.ts).
    if (about.role === "master" && master.returned.phase === "refused") return;
    const { downAfterMs, extensions } = master.settings;
    const crashDetectionMs = extensions["crash-detection-milliseconds"];
    const { refused } = master.link;
    const refusedMs = refused === undefined ? 0 : refused.latest - refused.since;
    if (about.role === "master" && crashDetectionMs > 0 && refusedMs >= crashDetectionMs) return;
    if (about.role === "master" && doAllBearWitness(master)) return;
    const since = this.#unanswered.get(sentinel)?.get(formatAddress(about.address));
    const silentMs = since === undefined ? 0 : sentinel.clock - since;
    if (silentMs + ROUNDING_MS >= downAfterMs) return;
    throw new Violation(
      INVARIANT,
      `${sentinel.name} +sdown ${payload} after ${silentMs} ms, down-after ${downAfterMs} ms`,
    );
  }
}

/** Turned away for 100 ms, and every replica that is not down itself has said since that it has lost the master. */
function doAllBearWitness({ link, replicas, settings }: Master): boolean {
  const { turnedAway, actPingAt } = link;
  if (!settings.extensions["witness-detection"] || turnedAway === undefined) return false;
  const heard = [...replicas.values()].filter(({ sdown }) => !sdown.down);
  return (
    turnedAway.latest - turnedAway.since >= 100 &&
    heard.some(({ testimony }) => testimony?.wasUp === true) &&
    heard.every(
      ({ testimony }) => testimony?.silentSince === actPingAt && testimony?.isLinkUp === false,
    )
  );
}

function reportsToBeReplica(sentinel: SentinelNode, master: Master): boolean {
  const { reported, settings, replicas } = master;
  const { follows } = reported;
  const isHeir = (place: Address) => follows !== undefined && sameAddress(place, follows);
  const hasHeir = [...replicas.values()].some(
    ({ place, address }) => isHeir(place) || isHeir(address),
  );
  const waitMs = settings.downAfterMs + (hasHeir ? 0 : 2 * sentinel.state.tunables.infoPeriodMs);
  return reported.role === "replica" && sentinel.clock - reported.roleSince >= waitMs;
}
