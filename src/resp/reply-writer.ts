import type { Bytes } from "../base/bytes.ts";
import type { Reply } from "./reply.ts";

/** 2 or 3: how replies to one connection are encoded. */
export type Protocol = 2 | 3;

/**
 * Where a command writes its reply, straight into the connection's buffer. Headers (`array`, `map`,
 * `set`, `push`) announce a count and are followed by that many values (twice as many for a map).
 */
export interface ReplyWriter {
  readonly protocol: Protocol;
  simple(text: string): void;
  /** @param text with its code word first; CR and LF become blanks */
  error(text: string): void;
  integer(value: number | bigint): void;
  /** @param bytes a Buffer is kept by reference until it is sent: never change it afterwards */
  bulk(bytes: Bytes): void;
  null(): void;
  nullArray(): void;
  array(count: number): void;
  map(pairs: number): void;
  set(count: number): void;
  push(count: number): void;
  /** RESP3 only: so many pairs about the reply that follows them. */
  attribute(pairs: number): void;
  double(value: number): void;
  boolean(value: boolean): void;
  bigNumber(digits: string): void;
  verbatim(format: string, bytes: Bytes): void;
  /** A whole value of the tree form. */
  reply(reply: Reply): void;
}
