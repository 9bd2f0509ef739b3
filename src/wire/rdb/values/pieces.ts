import { unreachable } from "../../../base/assert.ts";
import type { Bytes } from "../../../base/bytes.ts";
import { type UnixMillis, unixMillis } from "../../../base/units.ts";
import { EncodingError } from "../encodings/element-cursor.ts";
import type { HashField, RdbElements, ScoredMember } from "../record.ts";

/** Containers are handed over in pieces of about this many elements or bytes. */
const PIECE_ELEMENTS = 512;
const PIECE_BYTES = 1024 * 1024;

/** Gathers elements of a container until they are a piece. */
export interface Piece {
  readonly full: boolean;
  readonly elements: RdbElements;
}

abstract class Gathering {
  #left = PIECE_ELEMENTS;
  #bytes = 0;

  get full(): boolean {
    return this.#left <= 0 || this.#bytes >= PIECE_BYTES;
  }

  protected count(bytes: number): void {
    this.#left--;
    this.#bytes += bytes;
  }
}

export class ItemPiece extends Gathering implements Piece {
  readonly #kind: "list" | "set";
  readonly #items: Bytes[] = [];

  constructor(kind: "list" | "set") {
    super();
    this.#kind = kind;
  }

  add(item: Bytes): void {
    this.#items.push(item);
    this.count(item.length);
  }

  get elements(): RdbElements {
    return this.#kind === "list"
      ? { kind: "list", items: this.#items }
      : { kind: "set", members: this.#items };
  }
}

export class FieldPiece extends Gathering implements Piece {
  readonly #fields: HashField[] = [];

  add(field: Bytes, value: Bytes, expireAt: UnixMillis | undefined): void {
    this.#fields.push({ field, value, expireAt });
    this.count(field.length + value.length);
  }

  get elements(): RdbElements {
    return { kind: "hash", fields: this.#fields };
  }
}

export class ScoredPiece extends Gathering implements Piece {
  readonly #members: ScoredMember[] = [];

  /** @throws {EncodingError} when the score is no number */
  add(member: Bytes, score: number): void {
    if (Number.isNaN(score)) throw new EncodingError("a score that is not a number");
    this.#members.push({ member, score });
    this.count(member.length);
  }

  get elements(): RdbElements {
    return { kind: "sorted-set", members: this.#members };
  }
}

/** How many elements these are. */
export function sizeOf(elements: RdbElements): number {
  switch (elements.kind) {
    case "list":
      return elements.items.length;
    case "hash":
      return elements.fields.length;
    case "set":
    case "sorted-set":
      return elements.members.length;
    default:
      return unreachable(elements);
  }
}

/** @throws {EncodingError} when no server can mean this moment */
export function fieldExpiry(unixMs: number): UnixMillis {
  if (!Number.isSafeInteger(unixMs) || unixMs < 0) {
    throw new EncodingError("a field that expires at no possible time");
  }
  return unixMillis(unixMs);
}
