import { type Bytes, textOf } from "../../base/bytes.ts";

const LETTER_O = "O".charCodeAt(0);
const LOWER_CASE = 0x20;

/**
 * A browser that was led here by a page sends HTTP; its first line or header would be an unknown
 * command, and what follows might be a real one (server spec §1.1).
 */
export function isCrossProtocolRequest(args: readonly Bytes[]): boolean {
  const name = args[0] ?? "";
  // Two lengths and the second letter spare nearly every command the comparison.
  if (name.length !== 4 && name.length !== 5) return false;
  const second = typeof name === "string" ? name.charCodeAt(1) : (name[1] ?? 0);
  if ((second & ~LOWER_CASE) !== LETTER_O) return false;
  const word = textOf(name).toLowerCase();
  return word === "post" || word === "host:";
}
