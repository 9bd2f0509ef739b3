import { RehearsalError } from "./rehearsal-error.ts";

/** Whom a fault hits, as the user says it. */
export type Target =
  /** Whoever is the master at that moment. */
  | { readonly kind: "master" }
  /** The sentinel that was elected last. */
  | { readonly kind: "leader" }
  | { readonly kind: "replica" | "sentinel"; readonly number: number }
  | { readonly kind: "zone"; readonly name: string }
  /** A zone without that word, a host, an address, or a short name as `s1`. */
  | { readonly kind: "named"; readonly name: string };

interface Timed {
  readonly target: Target;
  /** Until it is taken back; undefined: for good. */
  readonly forMs: number | undefined;
}

/** The process ends, or its machine. */
export interface EndAction extends Timed {
  readonly kind: "kill" | "stop" | "power-off" | "restart";
}

export interface CutAction extends Timed {
  readonly kind: "cut";
}

export interface SlowAction extends Timed {
  readonly kind: "slow";
  readonly byMs: number;
}

/** One thing that is done in a rehearsal. */
export type Action =
  | EndAction
  | CutAction
  | SlowAction
  | (Timed & { readonly kind: "pause" })
  | { readonly kind: "start" | "resume"; readonly target: Target }
  | { readonly kind: "heal"; readonly target: Target | undefined }
  | { readonly kind: "failover" };

export interface PlannedFault {
  /** Since the plan began, in ms. */
  readonly atMs: number;
  readonly action: Action;
  /** What the user wrote. */
  readonly text: string;
}

const EXAMPLE = "at 10s kill master";
/** The words of `test/scenarios` mean the same here. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["crash", "kill"],
  ["continue", "resume"],
]);
const WITH_TARGET = [
  "kill",
  "stop",
  "power-off",
  "pause",
  "cut",
  "restart",
  "start",
  "resume",
  "slow",
] as const;
const VERBS = [...WITH_TARGET, "heal", "failover"];

/** Words one after the other, each with its place in the text. */
class Words {
  readonly #text: string;
  readonly #words: readonly { readonly word: string; readonly at: number }[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#words = [...text.matchAll(/\S+/g)].map((match) => ({ word: match[0], at: match.index }));
  }

  get isEnd(): boolean {
    return this.#next >= this.#words.length;
  }

  peek(): string | undefined {
    return this.#words[this.#next]?.word;
  }

  take(): string | undefined {
    return this.#words[this.#next++]?.word;
  }

  /** Takes the word if it comes next. */
  skip(word: string): boolean {
    const isNext = this.peek()?.toLowerCase() === word;
    if (isNext) this.#next++;
    return isNext;
  }

  /** About the word that was taken last. */
  wrong(expected: string): RehearsalError {
    const last = this.#words[this.#next - 1];
    const place =
      last === undefined
        ? `at the end (character ${this.#text.trimEnd().length + 1})`
        : `'${last.word}' at character ${last.at + 1}`;
    return new RehearsalError(
      `--fault '${this.#text}': ${place}: expected ${expected}; for example '${EXAMPLE}'`,
    );
  }

  time(expected = "a time like 500ms, 10s or 2m"): number {
    const ms = parseTime(this.take() ?? "");
    if (ms === undefined) throw this.wrong(expected);
    return ms;
  }
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
]);

/** @returns milliseconds; undefined for what is no time */
export function parseTime(text: string): number | undefined {
  const [, number = "", unit = ""] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m)$/.exec(text) ?? [];
  const factor = UNITS.get(unit);
  return factor === undefined ? undefined : Math.round(Number(number) * factor);
}

/**
 * Reads `at TIME ACTION TARGET [for TIME]`.
 * @throws {RehearsalError} that names the place, what was expected, and an example
 */
export function parseFault(text: string): PlannedFault {
  const words = new Words(text);
  if (!words.skip("at")) {
    words.take();
    throw words.wrong("'at'");
  }
  const atMs = words.time();
  const written = words.take()?.toLowerCase() ?? "";
  const verb = SYNONYMS.get(written) ?? written;
  const action = actionOf(verb, words);
  if (!words.isEnd) {
    words.take();
    throw words.wrong("nothing more");
  }
  return { atMs, action, text };
}

function actionOf(verb: string, words: Words): Action {
  if (verb === "failover") return { kind: "failover" };
  if (verb === "heal") return { kind: "heal", target: words.isEnd ? undefined : target(words) };
  const kind = WITH_TARGET.find((known) => known === verb);
  if (kind === undefined) throw words.wrong(VERBS.join(", "));
  const hit = target(words);
  if (kind === "start" || kind === "resume") return { kind, target: hit };
  if (kind !== "slow") return { kind, target: hit, forMs: duration(words) };
  words.skip("by");
  const byMs = words.time("how much slower, a time like 300ms");
  return { kind, target: hit, byMs, forMs: duration(words) };
}

function duration(words: Words): number | undefined {
  return words.skip("for") ? words.time() : undefined;
}

const TARGETS = "master, leader, replica N, sentinel N, zone NAME or a host";

function target(words: Words): Target {
  const word = words.take();
  if (word === undefined) throw words.wrong(TARGETS);
  if (word === "for") throw words.wrong(TARGETS);
  switch (word) {
    case "master":
    case "leader":
      return { kind: word };
    case "replica":
    case "sentinel": {
      const number = Number(/^[1-9]\d{0,3}$/.exec(words.take() ?? "")?.[0]);
      if (Number.isNaN(number)) throw words.wrong(`the number of the ${word}, from 1`);
      return { kind: word, number };
    }
    case "zone": {
      const name = words.take();
      if (name === undefined) throw words.wrong("the name of a zone");
      return { kind: "zone", name };
    }
    default:
      return { kind: "named", name: word };
  }
}
