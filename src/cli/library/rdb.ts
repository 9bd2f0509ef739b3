/**
 * RDB snapshots, read and written as streams: no more than one record is held.
 *
 * - `RdbReader`: `feed` chunks, take records with `next`; every fault is an `RdbError`
 * - `RdbWriter`: records to bytes
 */
export { RdbError } from "../../wire/rdb/errors.ts";
export { RdbReader } from "../../wire/rdb/rdb-reader.ts";
export { RdbWriter, type RdbWriterOptions } from "../../wire/rdb/rdb-writer.ts";
export type { RdbElements, RdbKey, RdbRecord, RdbValue } from "../../wire/rdb/record.ts";
