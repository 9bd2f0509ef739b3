import type { RdbValue } from "./record.ts";
import { TYPE_EXPIRING_HASH } from "./opcodes.ts";
import { typeOf } from "./value-writer.ts";

/** What every server from Redis 5 on loads (D2): the version written unless a value needs more. */
export const PLAIN_RDB_VERSION = 9;
/** Libraries of functions came with it. */
export const FUNCTION_RDB_VERSION = 10;
/** Fields of hashes that expire came with it. */
export const EXPIRING_HASH_RDB_VERSION = 12;

/** The lowest version of an RDB in which such a value can stand, when that is above the plain one. */
const VERSION_OF_TYPE: Readonly<Record<number, number>> = {
  19: 10,
  21: 11,
  [TYPE_EXPIRING_HASH]: EXPIRING_HASH_RDB_VERSION,
};

/** The lowest version that we write in which the value can stand. */
export function versionFor(value: RdbValue): number {
  return VERSION_OF_TYPE[typeOf(value)] ?? PLAIN_RDB_VERSION;
}
