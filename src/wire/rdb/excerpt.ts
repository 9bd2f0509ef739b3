import type { Bytes } from "../../base/bytes.ts";
import { quote } from "../../base/quoted-words.ts";
import { typeName } from "./opcodes.ts";

const EXCERPT_CHARS = 64;

/** Foreign bytes for a message: quoted, escaped, the beginning only. */
export function excerpt(bytes: Bytes): string {
  const text = typeof bytes === "string" ? bytes : bytes.toString("latin1", 0, EXCERPT_CHARS + 1);
  const inner = quote(text.slice(0, EXCERPT_CHARS)).slice(1, -1);
  return text.length > EXCERPT_CHARS ? `'${inner}…'` : `'${inner}'`;
}

/** `type 4 (hash) of key 'h'` */
export function nameOf(type: number, key: Bytes): string {
  return `type ${type} (${typeName(type) ?? "unknown"}) of key ${excerpt(key)}`;
}
