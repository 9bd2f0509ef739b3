import type { Address } from "../base/address.ts";
import { canonicalHost } from "../wire/host.ts";
import type { Master, SentinelState } from "./state.ts";
import { wasAt } from "./whereabouts.ts";

const NOBODY: ReadonlySet<Master> = new Set();

/**
 * Masters by their place. Questions of peers name an address, and each of a thousand masters that
 * die together is asked about: nobody must look at all of them for each question.
 */
export class MasterPlaces {
  readonly #masters = new Map<string, Set<Master>>();

  add(master: Master): void {
    const key = keyOf(master.place);
    const there = this.#masters.get(key);
    if (there === undefined) this.#masters.set(key, new Set([master]));
    else there.add(master);
  }

  /** Call before its place changes. */
  remove(master: Master): void {
    const key = keyOf(master.place);
    const there = this.#masters.get(key);
    there?.delete(master);
    if (there?.size === 0) this.#masters.delete(key);
  }

  /** Those at the very place; what a name leads to is not known here. */
  at(place: Address): ReadonlySet<Master> {
    return this.#masters.get(keyOf(place)) ?? NOBODY;
  }
}

function keyOf({ host, port }: Address): string {
  return `${canonicalHost(host)} ${port}`;
}

/** The masters that a peer may mean by an address (`wasAt`). */
export function mastersAt(state: SentinelState, told: Address): Iterable<Master> {
  if (state.names.size === 0) return state.mastersByPlace.at(told);
  return [...state.masters.values()].filter((master) => wasAt(state, master, told));
}
