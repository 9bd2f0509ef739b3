import { nextBelow, type Random } from "../../src/base/random.ts";

/** A command of a family, drawn at random. */
export type Family = (draw: Draw) => readonly string[];

const WORDS = ["a", "b", "c", "d", "e", "f", "aa", "B", "", "\x00\xff", "foo", "x".repeat(70)];
const INTEGERS = ["0", "1", "-1", "2", "3", "5", "10", "-7", "100", "9223372036854775807"];
const ODD_INTEGERS = ["", "abc", "1.5", "+1", "01", "9223372036854775808", " 1", "-0"];
const SCORES = ["0", "1", "-1", "2", "2.5", "0.1", "3e2", "-0.75", "1e-7", "inf", "-inf", "+inf"];
const ODD_SCORES = ["nan", "", "x", "1e400", "0x10", " 1", "1 ", ".5", "5."];
const PATTERNS = ["*", "a*", "?", "[a-c]", "*o*", "nothing"];

/** Draws the parts that commands are made of: mostly fitting ones, now and then others. */
export class Draw {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  below(limit: number): number {
    return nextBelow(this.random, limit);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  /** @param prefix of the type that the command is for; once in a while it gets another's key */
  key(prefix: string): string {
    return `${this.once(25) ? this.of(["s", "l", "m", "h", "z"]) : prefix}${this.below(4)}`;
  }

  word(): string {
    if (this.once(6)) return this.of(INTEGERS);
    return this.once(5) ? `w${this.below(400)}` : this.of(WORDS);
  }

  integer(): string {
    return this.once(30) ? this.of(ODD_INTEGERS) : this.of(INTEGERS);
  }

  /** A position or count in the usual range. */
  index(): string {
    return this.once(8) ? this.integer() : String(this.below(12) - 4);
  }

  score(): string {
    if (this.once(30)) return this.of(ODD_SCORES);
    return this.once(3) ? String(this.below(50)) : this.of(SCORES);
  }

  scoreBound(): string {
    return (this.once(3) ? "(" : "") + this.score();
  }

  lexBound(): string {
    if (this.once(4)) return this.of(["-", "+"]);
    return this.once(30) ? this.word() : this.of(["[", "("]) + this.word();
  }

  pattern(): string {
    return this.of(PATTERNS);
  }

  /** The word in one spelling or another. */
  name(word: string): string {
    return this.once(20) ? word.toLowerCase() : word;
  }

  /** The words, or none of them. */
  maybe(...words: readonly string[]): readonly string[] {
    return this.once(3) ? words : [];
  }

  some(atMost: number, one: () => string | readonly string[]): string[] {
    return Array.from({ length: 1 + this.below(atMost) }, one).flat();
  }
}
