import type { RdbInput } from "../rdb-input.ts";
import type { StringReader } from "../primitives.ts";
import type { OpaqueValue, RdbElements } from "../record.ts";

/** Where values are read from. */
export interface ValueSource {
  readonly input: RdbInput;
  readonly strings: StringReader;
}

export interface ReadPiece {
  readonly value: RdbElements | OpaqueValue;
  /** Whether this was the last of the value. */
  readonly complete: boolean;
}

/** Reads one value; what is half here stays in it. */
export interface ValueReader {
  /**
   * @returns the next piece, which may be empty; undefined when more input is needed
   * @throws {RdbError | EncodingError} corrupt
   */
  read(): ReadPiece | undefined;
}
