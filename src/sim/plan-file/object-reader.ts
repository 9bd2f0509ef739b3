import { PlanError } from "./plan-error.ts";

/**
 * Reads one object of a plan field by field. Each method says what was expected where the value is
 * not that, and takes a value given for `otherwise` where the field is left out.
 */
export class ObjectReader {
  /** Where the object stands in the plan, like `cluster.groups[0]`. */
  readonly place: string;
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  /** @throws {PlanError} when the value is no object */
  constructor(value: unknown, place: string) {
    if (!isObject(value)) throw new PlanError(place, `an object is expected${butGiven(value)}`);
    this.place = place;
    this.#fields = value;
  }

  /** @throws {PlanError} when there is a field that nobody has asked for */
  end(): void {
    const stranger = Object.keys(this.#fields).find((key) => !this.#read.has(key));
    if (stranger === undefined) return;
    const known = [...this.#read].join(", ");
    throw new PlanError(this.at(stranger), `there is no such field, only ${known || "none"}`);
  }

  at(key: string): string {
    return this.place === "" ? key : `${this.place}.${key}`;
  }

  /** The fields that somebody has asked for, as they are. */
  taken(): [key: string, value: unknown][] {
    return Object.entries(this.#fields).filter(([key]) => this.#read.has(key));
  }

  value(key: string): unknown {
    this.#read.add(key);
    return this.#fields[key];
  }

  /** @param limits both included */
  number(
    key: string,
    limits: { readonly from: number; readonly to: number },
    otherwise?: number,
  ): number {
    const value = this.value(key) ?? otherwise;
    if (typeof value === "number" && value >= limits.from && value <= limits.to) return value;
    throw this.wrong(key, `a number from ${limits.from} to ${limits.to} is expected`);
  }

  whole(
    key: string,
    limits: { readonly from: number; readonly to: number },
    otherwise?: number,
  ): number {
    const value = this.value(key) ?? otherwise;
    const isFit = Number.isSafeInteger(value) && this.number(key, limits, otherwise) === value;
    if (isFit && typeof value === "number") return value;
    throw this.wrong(key, `a whole number from ${limits.from} to ${limits.to} is expected`);
  }

  boolean(key: string, otherwise?: boolean): boolean {
    const value = this.value(key) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw this.wrong(key, "true or false is expected");
  }

  choice<Choice extends string | number>(
    key: string,
    choices: readonly Choice[],
    otherwise?: Choice,
  ): Choice {
    const value = this.value(key) ?? otherwise;
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    throw this.wrong(key, `one of ${choices.join(", ")} is expected`);
  }

  matching(key: string, pattern: RegExp, expected: string, otherwise?: string): string {
    const value = this.value(key) ?? otherwise;
    if (typeof value === "string" && pattern.test(value)) return value;
    throw this.wrong(key, `${expected} is expected`);
  }

  texts(key: string, what: string): readonly string[] {
    const value = this.value(key);
    if (isTexts(value)) return value;
    throw this.wrong(key, `a list of ${what} is expected`);
  }

  /** An object inside, read to its end; an empty one where it is left out. */
  object<Value>(key: string, read: (reader: ObjectReader) => Value): Value {
    return readWhole(new ObjectReader(this.value(key) ?? {}, this.at(key)), read);
  }

  /** A list of objects; as many empty ones as `otherwise` says where it is left out. */
  list<Value>(
    key: string,
    read: (reader: ObjectReader, index: number) => Value,
    otherwise = 0,
  ): Value[] {
    const value = this.value(key) ?? Array.from({ length: otherwise }, () => ({}));
    if (!Array.isArray(value)) throw this.wrong(key, "a list is expected");
    return value.map((item: unknown, index) =>
      readWhole(new ObjectReader(item, `${this.at(key)}[${index}]`), (reader) =>
        read(reader, index),
      ),
    );
  }

  wrong(key: string, expected: string): PlanError {
    return new PlanError(this.at(key), `${expected}${butGiven(this.#fields[key])}`);
  }
}

export function readWhole<Value>(
  reader: ObjectReader,
  read: (reader: ObjectReader) => Value,
): Value {
  const value = read(reader);
  reader.end();
  return value;
}

function butGiven(value: unknown): string {
  return value === undefined ? "" : `, not ${JSON.stringify(value)}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
