import * as fc from "fast-check";
import { unreachable } from "../../src/base/assert.ts";
import { type Bytes, bufferOf } from "../../src/base/bytes.ts";
import type { Output } from "../../src/resp/buffered-writer.ts";
import { formatDouble } from "../../src/resp/double.ts";
import type { Reply } from "../../src/resp/reply.ts";
import { bytes, form } from "./slices.ts";

export function bufferOfOutput(output: Output): Buffer {
  return typeof output === "string"
    ? Buffer.from(output, "latin1")
    : Buffer.concat(output.map(bufferOf));
}

const line = fc.string({ unit: fc.constantFrom("a", "B", " ", "é", "'", "$", "*"), maxLength: 20 });
const digits = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map(String);
const integerValue = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

/** Any value RESP3 can carry. */
export const replies: fc.Arbitrary<Reply> = fc.letrec<{ reply: Reply }>((tie) => {
  const items = fc.array(tie("reply"), { maxLength: 5 });
  return {
    reply: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.record({ kind: fc.constant("simple"), text: line }),
      fc.record({ kind: fc.constant("error"), text: line }),
      fc.record({ kind: fc.constant("integer"), value: integerValue }),
      fc.record({ kind: fc.constant("bulk"), bytes }),
      fc.constant({ kind: "null" }),
      fc.record({ kind: fc.constant("double"), value: fc.double() }),
      fc.record({ kind: fc.constant("boolean"), value: fc.boolean() }),
      fc.record({ kind: fc.constant("big-number"), digits }),
      fc.record({ kind: fc.constant("verbatim"), format: fc.constantFrom("txt", "mkd"), bytes }),
      fc.record({ kind: fc.constantFrom("array", "set", "push"), items }),
      fc.record({
        kind: fc.constant("map"),
        entries: fc.array(fc.tuple(tie("reply"), tie("reply")), { maxLength: 4 }),
      }),
    ),
  };
}).reply;

/** What a RESP2 client gets to see of a reply (server spec §1.2). */
export function flattened(reply: Reply): Reply {
  switch (reply.kind) {
    case "array":
    case "set":
    case "push":
      return { kind: "array", items: reply.items.map(flattened) };
    case "map":
      return { kind: "array", items: reply.entries.flat().map(flattened) };
    case "double":
      return { kind: "bulk", bytes: formatDouble(reply.value) };
    case "boolean":
      return { kind: "integer", value: reply.value ? 1 : 0 };
    case "big-number":
      return { kind: "bulk", bytes: reply.digits };
    case "verbatim":
      return { kind: "bulk", bytes: reply.bytes };
    case "bulk":
    case "error":
    case "integer":
    case "null":
    case "null-array":
    case "simple":
      return reply;
    default:
      return unreachable(reply);
  }
}

/** The same tree with bytes as texts that name their form, for comparing. */
export function comparable(reply: Reply): unknown {
  return JSON.parse(JSON.stringify(reply, replaceValue)) as unknown;
}

function replaceValue(key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `bigint:${value}`;
  if (typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))) {
    return `number:${formatDouble(value)}`;
  }
  if (key === "bytes") return form(rebuilt(value));
  return value;
}

/** JSON.stringify shows a Buffer as what its toJSON gives. */
function rebuilt(value: unknown): Bytes {
  if (typeof value === "string") return value;
  return Buffer.from((value as { data: readonly number[] }).data);
}
