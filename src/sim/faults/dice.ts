import { chance, nextBelow, nextFloat, type Random } from "../../base/random.ts";
import { allSentinelsOf, type Cast, everybodyOf } from "../cast.ts";
import { masterOf } from "./detail-reader.ts";

/** Chooses the details of faults. */
export class Dice {
  readonly random: Random;
  readonly cast: Cast;

  constructor(random: Random, cast: Cast) {
    this.random = random;
    this.cast = cast;
  }

  anyOf<Item>(items: readonly Item[]): Item {
    const item = items[nextBelow(this.random, items.length)];
    if (item === undefined) throw new Error("nothing to choose from");
    return item;
  }

  sentinel(): string {
    return this.anyOf(this.cast.sentinels);
  }

  sentinelOfBothKinds(): string {
    return this.anyOf(allSentinelsOf(this.cast));
  }

  group(): string {
    return this.anyOf(this.cast.groups).name;
  }

  /** The master as often as all of them together: that is where things begin. */
  server(): string {
    const { name, servers } = this.anyOf(this.cast.groups);
    return this.chance(0.5) ? masterOf(name) : this.anyOf(servers);
  }

  /** Each of them half of the time. */
  some(): string[] {
    return everybodyOf(this.cast).filter(() => this.chance(0.5));
  }

  chance(probability: number): boolean {
    return chance(this.random, probability);
  }

  below(limit: number): number {
    return nextBelow(this.random, limit);
  }

  /** In [0, 1), to two digits: a plan should be readable. */
  share(): number {
    return Math.floor(100 * nextFloat(this.random)) / 100;
  }
}
