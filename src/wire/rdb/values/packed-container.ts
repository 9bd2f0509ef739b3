import { bufferOf, textOf } from "../../../base/bytes.ts";
import { parseInteger } from "../../integers.ts";
import { type ElementCursor, EncodingError } from "../encodings/element-cursor.ts";
import { FieldPiece, fieldExpiry, ItemPiece, type Piece, ScoredPiece } from "./pieces.ts";
import { scoreOf } from "./plain-container.ts";
import type { ReadPiece, ValueReader, ValueSource } from "./value-reader.ts";

/** What the elements of a packed container stand for. */
export interface PackedShape<P extends Piece> {
  newPiece(): P;
  /** Takes the elements of one entry. @throws {EncodingError} */
  take(cursor: ElementCursor, piece: P): void;
}

/** A container packed into one string (types 9 to 13, 16, 17, 20, 23 and 25). */
export class PackedContainer<P extends Piece> implements ValueReader {
  readonly #source: ValueSource;
  readonly #open: (packed: Buffer) => ElementCursor;
  readonly #shape: PackedShape<P>;
  #cursor: ElementCursor | undefined;

  constructor(source: ValueSource, open: (packed: Buffer) => ElementCursor, shape: PackedShape<P>) {
    this.#source = source;
    this.#open = open;
    this.#shape = shape;
  }

  read(): ReadPiece | undefined {
    if (this.#cursor === undefined) {
      const packed = this.#source.strings.read();
      if (packed === undefined) return undefined;
      this.#cursor = this.#open(bufferOf(packed));
    }
    const cursor = this.#cursor;
    const piece = this.#shape.newPiece();
    while (!cursor.ended && !piece.full) this.#shape.take(cursor, piece);
    return { value: piece.elements, complete: cursor.ended };
  }
}

export const LIST_SHAPE: PackedShape<ItemPiece> = {
  newPiece: () => new ItemPiece("list"),
  take: (cursor, piece) => piece.add(cursor.next()),
};

export const SET_SHAPE: PackedShape<ItemPiece> = {
  newPiece: () => new ItemPiece("set"),
  take: (cursor, piece) => piece.add(cursor.next()),
};

/** Field and value in turn. */
export const HASH_SHAPE: PackedShape<FieldPiece> = {
  newPiece: () => new FieldPiece(),
  take: (cursor, piece) => {
    const field = cursor.next();
    piece.add(field, companion(cursor), undefined);
  },
};

/** Field, value, and Unix ms at which the field expires or 0. */
export const EXPIRING_HASH_SHAPE: PackedShape<FieldPiece> = {
  newPiece: () => new FieldPiece(),
  take: (cursor, piece) => {
    const field = cursor.next();
    const value = companion(cursor);
    const time = parseInteger(textOf(companion(cursor)));
    if (time === undefined) throw new EncodingError("a field that expires at no possible time");
    piece.add(field, value, time === 0 ? undefined : fieldExpiry(time));
  },
};

/** Member and score in turn. */
export const SORTED_SET_SHAPE: PackedShape<ScoredPiece> = {
  newPiece: () => new ScoredPiece(),
  take: (cursor, piece) => {
    const member = cursor.next();
    piece.add(member, scoreOf(textOf(companion(cursor))));
  },
};

/** The element that belongs to the one before. */
function companion(cursor: ElementCursor): ReturnType<ElementCursor["next"]> {
  if (cursor.ended) throw new EncodingError("an entry without all its elements");
  return cursor.next();
}
