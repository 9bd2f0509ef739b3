import { textOf } from "../../base/bytes.ts";
import type { Reply } from "../../resp/reply.ts";

/** A reply as JSON has it; an error is none of these (`HttpError` carries it). */
export type JsonValue =
  string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** Maps become objects, sets arrays, texts are read as UTF-8. */
export function replyValue(reply: Reply): JsonValue {
  switch (reply.kind) {
    case "simple":
    case "error":
      return reply.text;
    case "integer":
      return Number(reply.value);
    case "double":
    case "boolean":
      return reply.value;
    case "bulk":
    case "verbatim":
      return readableText(textOf(reply.bytes));
    case "big-number":
      return reply.digits;
    case "null":
    case "null-array":
      return null;
    case "array":
    case "set":
    case "push":
      return reply.items.map(replyValue);
    case "map":
      return Object.fromEntries(
        reply.entries.map(([key, value]) => [wordOf(replyValue(key)), replyValue(value)]),
      );
  }
}

/** Names and texts are binary strings inside; people wrote UTF-8. What is no UTF-8 stays latin1. */
export function readableText(binary: string): string {
  if (!NOT_ASCII.test(binary)) return binary;
  const text = Buffer.from(binary, "latin1").toString("utf8");
  return text.includes("\uFFFD") ? binary : text;
}

/** The way back, for names in addresses and bodies. */
export function binaryText(text: string): string {
  return NOT_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

const NOT_ASCII = /[^\p{ASCII}]/u;

/** A single value as a text; empty for anything else. */
export function wordOf(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
