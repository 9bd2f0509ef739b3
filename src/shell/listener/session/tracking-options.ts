import { parseInteger } from "../../../wire/integers.ts";
import { NOT_AN_INTEGER, SYNTAX_ERROR } from "./session-errors.ts";

const NO_SUCH_CLIENT = "ERR The client ID you want redirect to does not exist";

/**
 * What is wrong with the options of CLIENT TRACKING, in Redis' words; undefined if nothing is.
 * @param words behind ON or OFF
 * @param isClient whether a connection has this number
 */
export function trackingMistake(
  words: readonly string[],
  isClient: (id: number) => boolean,
): string | undefined {
  for (let at = 0; at < words.length; at++) {
    const option = words[at]?.toLowerCase() ?? "";
    if (FLAGS.has(option)) continue;
    const value = words[++at];
    if (value === undefined || !VALUED.has(option)) return SYNTAX_ERROR;
    if (option === "prefix") continue;
    const id = parseInteger(value);
    if (id === undefined) return NOT_AN_INTEGER;
    if (!isClient(id)) return NO_SUCH_CLIENT;
  }
  return undefined;
}

const FLAGS: ReadonlySet<string> = new Set(["bcast", "optin", "optout", "noloop"]);
const VALUED: ReadonlySet<string> = new Set(["redirect", "prefix"]);
