import { unreachable } from "../base/assert.ts";
import type { Reply } from "./reply.ts";

const KINDS = { "*": "array", "~": "set", ">": "push", "%": "map", "|": "attribute" } as const;

export type AggregateMark = keyof typeof KINDS;

/** An aggregate whose values are still arriving. */
export interface OpenAggregate {
  readonly kind: (typeof KINDS)[AggregateMark];
  /** Values that make it whole; keys and values of a map count one each. */
  readonly count: number;
  readonly items: Reply[];
}

/** @param length as the header says it: values, or pairs of them */
export function openAggregate(mark: AggregateMark, length: number): OpenAggregate {
  const kind = KINDS[mark];
  const count = kind === "map" || kind === "attribute" ? 2 * length : length;
  return { kind, count, items: [] };
}

export function isAggregateMark(mark: string): mark is AggregateMark {
  return Object.hasOwn(KINDS, mark);
}

/** The whole value; an attribute only comments on the next value and is none itself. */
export function closeAggregate({ kind, items }: OpenAggregate): Reply | undefined {
  switch (kind) {
    case "array":
    case "set":
    case "push":
      return { kind, items };
    case "map":
      return { kind, entries: pairsOf(items) };
    case "attribute":
      return undefined;
    default:
      return unreachable(kind);
  }
}

function pairsOf(items: readonly Reply[]): (readonly [Reply, Reply])[] {
  const pairs: (readonly [Reply, Reply])[] = [];
  for (let at = 0; at + 1 < items.length; at += 2) {
    const [key, value] = items.slice(at, at + 2);
    if (key !== undefined && value !== undefined) pairs.push([key, value]);
  }
  return pairs;
}
