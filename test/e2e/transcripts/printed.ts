import { textOf } from "../../../src/base/bytes.ts";
import { quote } from "../../../src/base/quoted-words.ts";
import type { Reply } from "../../../src/resp/reply.ts";
import { unreachable } from "../../../src/base/assert.ts";

/** A reply on one line, with its types: `+OK`, `$"text"`, `:1`, `*[...]`, `%{...}`. */
export function printed(reply: Reply): string {
  switch (reply.kind) {
    case "simple":
      return `+${reply.text}`;
    case "error":
      return `-${reply.text}`;
    case "integer":
      return `:${reply.value}`;
    case "bulk":
      return `$${quote(textOf(reply.bytes))}`;
    case "null":
      return "nil";
    case "null-array":
      return "nil-array";
    case "array":
      return `*${list(reply.items)}`;
    case "set":
      return `~${list(reply.items)}`;
    case "push":
      return `>${list(reply.items)}`;
    case "map":
      return `%{${reply.entries.map(([key, value]) => `${printed(key)}: ${printed(value)}`).join(", ")}}`;
    case "double":
      return `,${reply.value}`;
    case "boolean":
      return `#${reply.value ? "t" : "f"}`;
    case "big-number":
      return `(${reply.digits}`;
    case "verbatim":
      return `=${reply.format}:${quote(textOf(reply.bytes))}`;
    default:
      return unreachable(reply);
  }
}

function list(items: readonly Reply[]): string {
  return `[${items.map(printed).join(", ")}]`;
}
