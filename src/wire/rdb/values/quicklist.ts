import { bufferOf } from "../../../base/bytes.ts";
import { type ElementCursor, EncodingError } from "../encodings/element-cursor.ts";
import { ListpackCursor } from "../encodings/listpack.ts";
import { ZiplistCursor } from "../encodings/ziplist.ts";
import { readLength } from "../primitives.ts";
import { ItemPiece } from "./pieces.ts";
import type { ReadPiece, ValueReader, ValueSource } from "./value-reader.ts";

/** What a node of the newer kind holds: one long element as it is, or a listpack. */
const PLAIN = 1;
const PACKED = 2;

/** A list as a list of ziplists (type 14), or of listpacks and single elements (type 18). */
export class Quicklist implements ValueReader {
  readonly #source: ValueSource;
  readonly #nodes: "ziplists" | "listpacks";
  /** Nodes to come; undefined before the count was read. */
  #left: number | undefined;
  /** Of the next node. */
  #container: number | undefined;
  /** In the node that is being read. */
  #cursor: ElementCursor | undefined;
  #piece = new ItemPiece("list");

  constructor(source: ValueSource, nodes: "ziplists" | "listpacks") {
    this.#source = source;
    this.#nodes = nodes;
  }

  read(): ReadPiece | undefined {
    this.#left ??= readLength(this.#source.input);
    if (this.#left === undefined) return undefined;
    while (!this.#piece.full) {
      if (this.#cursor !== undefined) this.#drain(this.#cursor);
      else if (this.#left === 0) break;
      else if (!this.#readNode()) return undefined;
      else this.#left--;
    }
    const value = this.#piece.elements;
    this.#piece = new ItemPiece("list");
    return { value, complete: this.#left === 0 && this.#cursor === undefined };
  }

  #drain(cursor: ElementCursor): void {
    while (!cursor.ended && !this.#piece.full) this.#piece.add(cursor.next());
    if (cursor.ended) this.#cursor = undefined;
  }

  /** @returns whether all of the node was there */
  #readNode(): boolean {
    const { input, strings } = this.#source;
    if (this.#nodes === "listpacks") {
      this.#container ??= readLength(input);
      if (this.#container === undefined) return false;
      if (this.#container !== PLAIN && this.#container !== PACKED) {
        throw new EncodingError(`a list node of unknown kind ${this.#container}`);
      }
    }
    const node = strings.read();
    if (node === undefined) return false;
    if (node.length === 0) throw new EncodingError("a list node without anything");
    if (this.#container === PLAIN) this.#piece.add(node);
    else this.#cursor = this.#open(bufferOf(node));
    this.#container = undefined;
    return true;
  }

  #open(node: Buffer): ElementCursor {
    return this.#nodes === "ziplists" ? new ZiplistCursor(node) : new ListpackCursor(node);
  }
}
