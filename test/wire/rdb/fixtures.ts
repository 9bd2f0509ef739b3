import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RdbReader } from "../../../src/wire/rdb/rdb-reader.ts";
import type { RdbRecord } from "../../../src/wire/rdb/record.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "fixtures");

/** A dump of redis-server 7.0.15; see fixtures/README.md. */
export function fixture(name: string): Buffer {
  return readFileSync(join(folder, `${name}-7.0.rdb.bin`));
}

/** All records of a whole RDB fed in chunks of the given size. */
export function recordsOf(rdb: Buffer, chunkBytes = rdb.length): RdbRecord[] {
  const reader = new RdbReader();
  const records: RdbRecord[] = [];
  for (let at = 0; at < rdb.length; at += chunkBytes) {
    reader.feed(rdb.subarray(at, at + chunkBytes));
    for (let next = reader.next(); next !== undefined; next = reader.next()) records.push(next);
  }
  reader.endOfInput();
  return records;
}
