import { allSentinelsOf, type Cast, everybodyOf, serversOf } from "../cast.ts";
import { ObjectReader } from "../plan-file/object-reader.ts";
import { PlanError } from "../plan-file/plan-error.ts";
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

/** Reads the details of one fault: names must be those of the cast. */
export class DetailReader {
  readonly #fields: ObjectReader;
  readonly #cast: Cast;

  constructor(fields: ObjectReader, cast: Cast) {
    this.#fields = fields;
    this.#cast = cast;
  }

  static of(details: Details, cast: Cast): DetailReader {
    return new DetailReader(new ObjectReader(details, "with"), cast);
  }

  /** One whose inside can be hurt: of the models only the outside can. */
  sentinel(key: string): string {
    return this.#oneOf(key, this.#cast.sentinels);
  }

  sentinelOfBothKinds(key: string): string {
    return this.#oneOf(key, allSentinelsOf(this.#cast));
  }

  server(key: string): string {
    return this.#oneOf(key, [...serversOf(this.#cast), ...this.#masters()]);
  }

  /** A sentinel, a server or a client. */
  node(key: string): string {
    return this.#oneOf(key, [...everybodyOf(this.#cast), ...this.#masters()]);
  }

  nodes(key: string): readonly string[] {
    return this.#someOf(key, everybodyOf(this.#cast), "nodes");
  }

  group(key: string): string {
    return this.#oneOf(key, this.#groups());
  }

  groups(key: string): readonly string[] {
    return this.#someOf(key, this.#groups(), "masters' names");
  }

  /** Any words, at least one. */
  words(key: string): readonly [string, ...string[]] {
    const [first, ...rest] = this.#fields.texts(key, "words");
    if (first === undefined) throw this.#fields.wrong(key, "at least one word is expected");
    return [first, ...rest];
  }

  /** For what happens to names only. */
  needNames(): void {
    if (this.#cast.hasNames) return;
    throw new PlanError(this.#fields.place, "hosts with names are expected (cluster.hasNames)");
  }

  choice<Choice extends string>(key: string, choices: readonly Choice[]): Choice {
    return this.#fields.choice(key, choices);
  }

  /** @param limits both included */
  number(key: string, limits: { readonly from: number; readonly to: number }): number {
    return this.#fields.number(key, limits);
  }

  whole(key: string, limits: { readonly from: number; readonly to: number }): number {
    return this.#fields.whole(key, limits);
  }

  #groups(): readonly string[] {
    return this.#cast.groups.map(({ name }) => name);
  }

  #masters(): readonly string[] {
    return this.#groups().map(masterOf);
  }

  #oneOf(key: string, names: readonly string[]): string {
    return this.#fields.choice(key, names);
  }

  #someOf(key: string, names: readonly string[], what: string): readonly string[] {
    const given = this.#fields.texts(key, what);
    const stranger = given.find((name) => !names.includes(name));
    if (stranger === undefined) return given;
    throw this.#fields.wrong(key, `there is no '${stranger}', only ${names.join(", ")}`);
  }
}
