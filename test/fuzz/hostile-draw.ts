import { chance, nextBelow, type Random, seededRandom } from "../../src/base/random.ts";

/** `npm run fuzz -- --seconds N --seed S`; without it a short run with the same seed each time. */
export const FUZZ_SEED = Number(process.env["FUZZ_SEED"] ?? 1);

/** A short run counts rounds, so that it is the same on every machine; a long one goes on for a time. */
export function isOver(
  rounds: number,
  { short, begun }: { short: number; begun: number },
): boolean {
  const seconds = process.env["FUZZ_SECONDS"];
  return seconds === undefined ? rounds >= short : Date.now() - begun >= Number(seconds) * 1000;
}

/** For a long run's test: its time, and some to spare. */
export const FUZZ_TIMEOUT_MS = Number(process.env["FUZZ_SECONDS"] ?? 0) * 1000 + 120_000;

/** What a stranger might put where a word, a number or a text belongs. */
export class HostileDraw {
  readonly random: Random;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  below(limit: number): number {
    return nextBelow(this.random, limit);
  }

  once(inSoMany: number): boolean {
    return chance(this.random, 1 / inSoMany);
  }

  of<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error("nothing to draw from");
    return value;
  }

  bytes(longest: number): string {
    const length = this.below(longest + 1);
    return Array.from({ length }, () => String.fromCharCode(this.below(256))).join("");
  }

  /** Seldom a number at all. */
  number(): string {
    if (this.once(8)) return this.bytes(6);
    return this.once(3) ? this.of(NUMBERS) : String(this.below(20));
  }

  epoch(current: number): string {
    if (this.once(10)) return this.number();
    return String(Math.max(0, current + this.below(5) - 2));
  }

  /** A text with what breaks lines, words and quotes. */
  text(): string {
    return this.once(2) ? this.of(TEXTS) : this.bytes(12);
  }

  /** The text with something wrong about it. */
  damaged(text: string): string {
    const at = this.below(text.length + 1);
    switch (this.below(4)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return text.slice(0, at) + this.bytes(3) + text.slice(at);
      case 2:
        return text.slice(0, at) + text.slice(at + 1 + this.below(8));
      default:
        return text + text;
    }
  }
}

const NUMBERS = [
  "-1",
  "0",
  "-0",
  "1e3",
  "NaN",
  "Infinity",
  "65535",
  "65536",
  "2147483648",
  "4503599627370495",
  "4503599627370496",
  "9006000000000000",
  "9007199254740991",
  "9007199254740993",
  "18446744073709551615",
  "-9007199254740991",
  "99999999999999999999999",
  "",
  " 1",
  "01",
];

const TEXTS = [
  "",
  " ",
  "two words",
  'a "quoted" word',
  "it's",
  "back\\slash",
  "line\nsentinel deny-scripts-reconfig no",
  "line\r\nsentinel monitor evil 6.6.6.6 1 1",
  "\0",
  "#comment",
  "\xff\xfe",
  "x".repeat(2000),
];
