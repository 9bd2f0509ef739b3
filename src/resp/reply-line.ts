import { parseDouble } from "./double.ts";
import { ProtocolError } from "./errors.ts";
import { NULL, type Reply } from "./reply.ts";

const DECIMAL = /^[+-]?\d{1,19}$/;
const LENGTH = /^\d{1,19}$/;

/**
 * The reply that is a line and nothing more.
 * @param mark the first byte of the line; `text` is the rest
 * @returns undefined for a mark that opens something longer, or none at all
 * @throws {ProtocolError} when the text is not what the mark announces
 */
export function lineReply(mark: string, text: string): Reply | undefined {
  switch (mark) {
    case "+":
      return { kind: "simple", text };
    case "-":
      return { kind: "error", text };
    case ":":
      return { kind: "integer", value: parseInteger(text) };
    case "_":
      return NULL;
    case ",":
      return { kind: "double", value: parseDouble(text) ?? refuse("invalid double") };
    case "#":
      if (text !== "t" && text !== "f") throw new ProtocolError("invalid boolean");
      return { kind: "boolean", value: text === "t" };
    case "(":
      if (!/^[+-]?\d+$/.test(text)) throw new ProtocolError("invalid big number");
      return { kind: "big-number", digits: text };
    default:
      return undefined;
  }
}

/** @throws {ProtocolError} with `reason` unless the text is a number of 0..`limit` */
export function parseLength(text: string, limit: number, reason: string): number {
  const length = LENGTH.test(text) ? Number(text) : Number.NaN;
  return length <= limit ? length : refuse(reason);
}

/** A number where that is exact, else a bigint. */
function parseInteger(text: string): number | bigint {
  if (!DECIMAL.test(text)) throw new ProtocolError("invalid integer");
  const value = Number(text);
  return Number.isSafeInteger(value) ? value + 0 : BigInt(text);
}

function refuse(reason: string): never {
  throw new ProtocolError(reason);
}
