import { allSentinelsOf, type Cast, everybodyOf, serversOf } from "../cast.ts";
import { PlanError } from "../plan-error.ts";
import type { Details } from "./fault.ts";

const MASTER_OF = "master of ";

/** The server that is the master at that moment, whichever it is. */
export function masterOf(group: string): string {
  return `${MASTER_OF}${group}`;
}

/** @returns the group whose master of the moment is meant, or undefined for a plain name */
export function groupInQuestion(choice: string): string | undefined {
  return choice.startsWith(MASTER_OF) ? choice.slice(MASTER_OF.length) : undefined;
}

/** Reads the details of one fault; each method says what was expected where it is not that. */
export class DetailReader {
  readonly #details: Readonly<Record<string, unknown>>;
  readonly #place: string;
  readonly #cast: Cast;

  /** @param place where the details stand in the plan, for messages */
  constructor(details: Readonly<Record<string, unknown>>, place: string, cast: Cast) {
    this.#details = details;
    this.#place = place;
    this.#cast = cast;
  }

  static of(details: Details, cast: Cast): DetailReader {
    return new DetailReader(details, "with", cast);
  }

  /** One whose inside can be hurt: of the models only the outside can. */
  sentinel(key: string): string {
    return this.#oneOf(key, this.#cast.sentinels, "a sentinel");
  }

  sentinelOfBothKinds(key: string): string {
    return this.#oneOf(key, allSentinelsOf(this.#cast), "a sentinel");
  }

  server(key: string): string {
    const groups = this.#cast.groups.map(({ name }) => masterOf(name));
    return this.#oneOf(key, [...serversOf(this.#cast), ...groups], "a server");
  }

  node(key: string): string {
    const groups = this.#cast.groups.map(({ name }) => masterOf(name));
    return this.#oneOf(key, [...everybodyOf(this.#cast), ...groups], "a node");
  }

  nodes(key: string): readonly string[] {
    return this.#someOf(key, everybodyOf(this.#cast), "nodes");
  }

  groups(key: string): readonly string[] {
    const names = this.#cast.groups.map(({ name }) => name);
    return this.#someOf(key, names, "masters' names");
  }

  /** Any words, at least one. */
  words(key: string): readonly [string, ...string[]] {
    const value = this.#details[key];
    if (!isStrings(value)) throw this.#wrong(key, "a list of words is expected");
    const [first, ...rest] = value;
    if (first === undefined) throw this.#wrong(key, "at least one word is expected");
    return [first, ...rest];
  }

  choice<Choice extends string>(key: string, choices: readonly Choice[]): Choice {
    const value = this.#details[key];
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.#wrong(key, `one of ${choices.join(", ")} is expected`);
    return found;
  }

  /** @param limits both included */
  number(key: string, limits: { readonly from: number; readonly to: number }): number {
    const value = this.#details[key];
    if (typeof value !== "number" || !(value >= limits.from && value <= limits.to)) {
      throw this.#wrong(key, `a number from ${limits.from} to ${limits.to} is expected`);
    }
    return value;
  }

  #oneOf(key: string, names: readonly string[], what: string): string {
    const value = this.#details[key];
    if (typeof value === "string" && names.includes(value)) return value;
    throw this.#wrong(key, `${what} is expected: ${names.join(", ")}`);
  }

  #someOf(key: string, names: readonly string[], what: string): readonly string[] {
    const value = this.#details[key];
    if (!isStrings(value)) throw this.#wrong(key, `a list of ${what} is expected`);
    const stranger = value.find((name) => !names.includes(name));
    if (stranger === undefined) return value;
    throw this.#wrong(key, `there is no '${stranger}', only ${names.join(", ")}`);
  }

  #wrong(key: string, expected: string): PlanError {
    const given = key in this.#details ? `, not ${JSON.stringify(this.#details[key])}` : "";
    return new PlanError(`${this.#place}.${key}`, `${expected}${given}`);
  }
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
