import { textOf } from "../../src/base/bytes.ts";
import type { Reply } from "../../src/resp/reply.ts";

/** Replies whose elements come in no order that two servers would share. */
const UNORDERED: ReadonlySet<string> = new Set(
  "KEYS HKEYS HVALS SMEMBERS SINTER SUNION SDIFF".split(" "),
);
/** Names and values in turn, in no order. */
const UNORDERED_PAIRS: ReadonlySet<string> = new Set(["HGETALL"]);
/** A cursor, then elements in no order: alone, or with a value each. */
const SCANS: ReadonlySet<string> = new Set(["SCAN", "SSCAN"]);
const PAIR_SCANS: ReadonlySet<string> = new Set(["HSCAN", "ZSCAN"]);
/** Of these only the number of elements can be the same. */
const RANDOM: ReadonlySet<string> = new Set(["HRANDFIELD", "ZRANDMEMBER", "SRANDMEMBER"]);

/**
 * A reply in a form that is the same text for every right answer: what has no order is sorted, what
 * is drawn at random is counted, the encoding of a float that is whole (embstr in Redis, where INCR
 * would make an int of it) is that of an integer, and a double is its value, whatever its digits (Redis 7.0 prints
 * 17 of them, 7.2 as few as needed).
 */
export function formOf(command: readonly string[], reply: Reply): string {
  const name = (command[0] ?? "").toUpperCase();
  if (reply.kind === "error") return `error ${reply.text}`;
  if (name === "OBJECT") return plain(reply).replace('"int"', '"embstr"');
  if (RANDOM.has(name)) return shapeOf(reply);
  if (reply.kind === "array" && UNORDERED.has(name)) return sorted(reply.items.map(plain));
  if (reply.kind === "array" && UNORDERED_PAIRS.has(name)) return sorted(pairs(reply.items));
  if (reply.kind === "array" && (SCANS.has(name) || PAIR_SCANS.has(name))) {
    const [cursor, found] = reply.items;
    if (cursor === undefined || found?.kind !== "array") return plain(reply);
    const elements = PAIR_SCANS.has(name) ? pairs(found.items) : found.items.map(plain);
    return `${plain(cursor)} ${sorted(elements)}`;
  }
  return plain(reply);
}

function shapeOf(reply: Reply): string {
  return reply.kind === "array" ? `${reply.items.length} of ${shapes(reply.items)}` : reply.kind;
}

function shapes(items: readonly Reply[]): string {
  const [first] = items;
  return first === undefined ? "nothing" : shapeOf(first);
}

function pairs(items: readonly Reply[]): string[] {
  const found: string[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    found.push(
      items
        .slice(at, at + 2)
        .map(plain)
        .join("="),
    );
  }
  return found;
}

function sorted(texts: readonly string[]): string {
  return `{${texts.toSorted().join(", ")}}`;
}

const FRACTION = /^-?\d+\.\d+(?:e[+-]?\d+)?$|^-?\d+(?:\.\d+)?e[+-]?\d+$/;

function plain(reply: Reply): string {
  switch (reply.kind) {
    case "simple":
      return `+${reply.text}`;
    case "error":
      return `-${reply.text}`;
    case "integer":
      return `:${reply.value}`;
    case "bulk": {
      const text = textOf(reply.bytes);
      // Stored scores have no negative zero, computed ones may; which is nobody's concern.
      if (text === "-0") return '"0"';
      return FRACTION.test(text) ? JSON.stringify(String(Number(text))) : JSON.stringify(text);
    }
    case "double":
      return `,${reply.value === 0 ? 0 : reply.value}`;
    case "boolean":
      return `#${reply.value}`;
    case "big-number":
      return `(${reply.digits}`;
    case "verbatim":
      return JSON.stringify(textOf(reply.bytes));
    case "null":
    case "null-array":
      return reply.kind;
    case "array":
    case "push":
      return `[${reply.items.map(plain).join(", ")}]`;
    case "set":
      return sorted(reply.items.map(plain));
    case "map":
      return sorted(reply.entries.map(([key, value]) => `${plain(key)}=${plain(value)}`));
  }
}
