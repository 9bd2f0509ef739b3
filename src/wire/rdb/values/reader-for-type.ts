import { IntsetCursor } from "../encodings/intset.ts";
import { ListpackCursor } from "../encodings/listpack.ts";
import { ZiplistCursor } from "../encodings/ziplist.ts";
import { ZipmapCursor } from "../encodings/zipmap.ts";
import {
  EXPIRING_HASH_SHAPE,
  HASH_SHAPE,
  LIST_SHAPE,
  PackedContainer,
  SET_SHAPE,
  SORTED_SET_SHAPE,
} from "./packed-container.ts";
import {
  ExpiringFieldReader,
  FieldReader,
  ItemReader,
  PlainContainer,
  ScoredReader,
  WithBaseTime,
} from "./plain-container.ts";
import { Quicklist } from "./quicklist.ts";
import { StreamValue } from "./stream.ts";
import type { ValueReader, ValueSource } from "./value-reader.ts";

const intset = (packed: Buffer): IntsetCursor => new IntsetCursor(packed);
const listpack = (packed: Buffer): ListpackCursor => new ListpackCursor(packed);
const ziplist = (packed: Buffer): ZiplistCursor => new ZiplistCursor(packed);
const zipmap = (packed: Buffer): ZipmapCursor => new ZipmapCursor(packed);

/** The same moment told from the base on, 1 for the base itself. */
const FROM_BASE = -1;

/**
 * @param type of the value (spec server §3.5), other than a string
 * @returns undefined for types that we cannot hold
 */
export function readerForType(type: number, source: ValueSource): ValueReader | undefined {
  switch (type) {
    case 1:
      return new PlainContainer(source, new ItemReader(source, "list"));
    case 2:
      return new PlainContainer(source, new ItemReader(source, "set"));
    case 3:
      return new PlainContainer(source, new ScoredReader(source, "text"));
    case 4:
      return new PlainContainer(source, new FieldReader(source));
    case 5:
      return new PlainContainer(source, new ScoredReader(source, "binary"));
    case 9:
      return new PackedContainer(source, zipmap, HASH_SHAPE);
    case 10:
      return new PackedContainer(source, ziplist, LIST_SHAPE);
    case 11:
      return new PackedContainer(source, intset, SET_SHAPE);
    case 12:
      return new PackedContainer(source, ziplist, SORTED_SET_SHAPE);
    case 13:
      return new PackedContainer(source, ziplist, HASH_SHAPE);
    case 14:
      return new Quicklist(source, "ziplists");
    case 15:
    case 19:
    case 21:
      return new StreamValue(source, type);
    case 16:
      return new PackedContainer(source, listpack, HASH_SHAPE);
    case 17:
      return new PackedContainer(source, listpack, SORTED_SET_SHAPE);
    case 18:
      return new Quicklist(source, "listpacks");
    case 20:
      return new PackedContainer(source, listpack, SET_SHAPE);
    case 22:
      return new PlainContainer(source, new ExpiringFieldReader(source, () => 0));
    case 23:
      return new PackedContainer(source, listpack, EXPIRING_HASH_SHAPE);
    case 24:
      return new WithBaseTime(source, (base) => {
        const reader = new ExpiringFieldReader(source, () => base() + FROM_BASE);
        return new PlainContainer(source, reader);
      });
    case 25:
      return new WithBaseTime(
        source,
        () => new PackedContainer(source, listpack, EXPIRING_HASH_SHAPE),
      );
    default:
      return undefined;
  }
}
