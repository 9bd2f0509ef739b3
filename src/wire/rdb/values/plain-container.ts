import type { Bytes } from "../../../base/bytes.ts";
import { EncodingError } from "../encodings/element-cursor.ts";
import { readLength } from "../primitives.ts";
import { FieldPiece, fieldExpiry, ItemPiece, type Piece, ScoredPiece } from "./pieces.ts";
import type { ReadPiece, ValueReader, ValueSource } from "./value-reader.ts";

/** One element of a container that is written element by element. */
interface ElementReader<P extends Piece> {
  newPiece(): P;
  /** @returns whether all of the next element was there and is now in the piece */
  readInto(piece: P): boolean;
}

/** A count, then the elements one after the other (types 1 to 5, 22 and 24). */
export class PlainContainer<P extends Piece> implements ValueReader {
  readonly #source: ValueSource;
  readonly #reader: ElementReader<P>;
  /** Elements to come; undefined before the count was read. */
  #left: number | undefined;
  #piece: P;

  constructor(source: ValueSource, reader: ElementReader<P>) {
    this.#source = source;
    this.#reader = reader;
    this.#piece = reader.newPiece();
  }

  read(): ReadPiece | undefined {
    this.#left ??= readLength(this.#source.input);
    if (this.#left === undefined) return undefined;
    while (this.#left > 0 && !this.#piece.full) {
      if (!this.#reader.readInto(this.#piece)) return undefined;
      this.#left--;
    }
    const value = this.#piece.elements;
    this.#piece = this.#reader.newPiece();
    return { value, complete: this.#left === 0 };
  }
}

/** Types 1 and 2. */
export class ItemReader implements ElementReader<ItemPiece> {
  readonly #source: ValueSource;
  readonly #kind: "list" | "set";

  constructor(source: ValueSource, kind: "list" | "set") {
    this.#source = source;
    this.#kind = kind;
  }

  newPiece(): ItemPiece {
    return new ItemPiece(this.#kind);
  }

  readInto(piece: ItemPiece): boolean {
    const item = this.#source.strings.read();
    if (item === undefined) return false;
    piece.add(item);
    return true;
  }
}

/** Type 4. */
export class FieldReader implements ElementReader<FieldPiece> {
  readonly #source: ValueSource;
  #field: Bytes | undefined;

  constructor(source: ValueSource) {
    this.#source = source;
  }

  newPiece(): FieldPiece {
    return new FieldPiece();
  }

  readInto(piece: FieldPiece): boolean {
    const { strings } = this.#source;
    this.#field ??= strings.read();
    if (this.#field === undefined) return false;
    const value = strings.read();
    if (value === undefined) return false;
    piece.add(this.#field, value, undefined);
    this.#field = undefined;
    return true;
  }
}

/**
 * Types 22 and 24: before each field stands when it expires, 0 for never; with a base, 1 is the
 * base itself.
 */
export class ExpiringFieldReader implements ElementReader<FieldPiece> {
  readonly #source: ValueSource;
  readonly #base: () => number;
  #time: number | undefined;
  #field: Bytes | undefined;

  /** @param base Unix ms; asked for when the first field is read */
  constructor(source: ValueSource, base: () => number) {
    this.#source = source;
    this.#base = base;
  }

  newPiece(): FieldPiece {
    return new FieldPiece();
  }

  readInto(piece: FieldPiece): boolean {
    const { input, strings } = this.#source;
    this.#time ??= readLength(input);
    if (this.#time === undefined) return false;
    this.#field ??= strings.read();
    if (this.#field === undefined) return false;
    const value = strings.read();
    if (value === undefined) return false;
    const expireAt = this.#time === 0 ? undefined : fieldExpiry(this.#base() + this.#time);
    piece.add(this.#field, value, expireAt);
    this.#time = undefined;
    this.#field = undefined;
    return true;
  }
}

/** A 64-bit moment before the value proper (types 24 and 25). */
export class WithBaseTime implements ValueReader {
  readonly #source: ValueSource;
  readonly #reader: ValueReader;
  /** Unix ms; 0 for none. */
  #base: number | undefined;

  constructor(source: ValueSource, makeReader: (base: () => number) => ValueReader) {
    this.#source = source;
    this.#reader = makeReader(() => this.#base ?? 0);
  }

  read(): ReadPiece | undefined {
    if (this.#base === undefined) {
      if (!this.#source.input.has(8)) return undefined;
      this.#base = this.#source.input.int64LE();
    }
    return this.#reader.read();
  }
}

/** Types 3 and 5, whose scores are text and eight bytes. */
export class ScoredReader implements ElementReader<ScoredPiece> {
  readonly #source: ValueSource;
  readonly #scores: "text" | "binary";
  #member: Bytes | undefined;

  constructor(source: ValueSource, scores: "text" | "binary") {
    this.#source = source;
    this.#scores = scores;
  }

  newPiece(): ScoredPiece {
    return new ScoredPiece();
  }

  readInto(piece: ScoredPiece): boolean {
    this.#member ??= this.#source.strings.read();
    if (this.#member === undefined) return false;
    const score = this.#scores === "text" ? this.#textScore() : this.#binaryScore();
    if (score === undefined) return false;
    piece.add(this.#member, score);
    this.#member = undefined;
    return true;
  }

  #binaryScore(): number | undefined {
    const { input } = this.#source;
    return input.has(8) ? input.doubleLE() : undefined;
  }

  #textScore(): number | undefined {
    const { input } = this.#source;
    if (!input.has(1)) return undefined;
    const length = input.peek(0);
    const special = SPECIAL_SCORES[length];
    if (special === undefined && !input.has(1 + length)) return undefined;
    input.skip(1);
    return special ?? scoreOf(input.latin1(length));
  }
}

/** What the length of a text score means when it is none. */
const SPECIAL_SCORES: Readonly<Record<number, number>> = {
  253: Number.NaN,
  254: Number.POSITIVE_INFINITY,
  255: Number.NEGATIVE_INFINITY,
};

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** A score that stands as text. @throws {EncodingError} when it is no number */
export function scoreOf(text: string): number {
  if (DECIMAL.test(text)) return Number(text);
  const infinite = INFINITE.exec(text);
  if (infinite === null) throw new EncodingError("a score that is not a number");
  return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
