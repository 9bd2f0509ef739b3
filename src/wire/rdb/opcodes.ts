/** The bytes that open each part of an RDB (spec server §3.4, §3.5). */

export const OPCODE = {
  slotInfo: 0xf4,
  function: 0xf5,
  preReleaseFunction: 0xf6,
  moduleAux: 0xf7,
  idle: 0xf8,
  frequency: 0xf9,
  aux: 0xfa,
  resizeDb: 0xfb,
  expiryMs: 0xfc,
  expirySeconds: 0xfd,
  selectDb: 0xfe,
  end: 0xff,
} as const;

/** Value types that are written, and those that are told apart when read. */
export const TYPE_STRING = 0;
export const TYPE_LIST = 1;
export const TYPE_SET = 2;
export const TYPE_HASH = 4;
export const TYPE_SORTED_SET = 5;
export const TYPE_MODULE = 7;
export const TYPE_EXPIRING_HASH = 24;

/** What a person calls each value type; a byte that is neither here nor an opcode is unknown. */
const TYPE_NAMES: Readonly<Record<number, string>> = {
  0: "string",
  1: "list",
  2: "set",
  3: "sorted set with text scores",
  4: "hash",
  5: "sorted set",
  6: "pre-release module",
  7: "module",
  9: "hash zipmap",
  10: "list ziplist",
  11: "set intset",
  12: "sorted set ziplist",
  13: "hash ziplist",
  14: "list quicklist",
  15: "stream",
  16: "hash listpack",
  17: "sorted set listpack",
  18: "list quicklist2",
  19: "stream v2",
  20: "set listpack",
  21: "stream v3",
  22: "pre-release hash with field expiry",
  23: "pre-release hash listpack with field expiry",
  24: "hash with field expiry",
  25: "hash listpack with field expiry",
};

/** @returns undefined when no RDB version up to 12 has such a value type */
export function typeName(type: number): string | undefined {
  return TYPE_NAMES[type];
}
