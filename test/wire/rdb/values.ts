import * as fc from "fast-check";
import type { Bytes } from "../../../src/base/bytes.ts";
import { unixMillis } from "../../../src/base/units.ts";
import type { RdbValue } from "../../../src/wire/rdb/record.ts";

/** Random values for properties. */

export const anyBytes: fc.Arbitrary<Bytes> = fc.oneof(
  fc.uint8Array({ maxLength: 30 }).map((some) => Buffer.from(some).toString("latin1")),
  fc.integer().map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 1000 }))
    .map(([piece, times]) => Buffer.alloc(piece.length * times, piece)),
);

/** Keys of containers are texts: long ones stay short enough to be one. */
const names = fc.uniqueArray(
  fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((some) => Buffer.from(some).toString("latin1")),
    fc.integer().map(String),
  ),
  { minLength: 1, maxLength: 30 },
);

export const anyScore = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 2 ** 53),
);

const fieldExpiry = fc.option(fc.integer({ min: 1, max: 2 ** 46 }).map(unixMillis), {
  nil: undefined,
});

export const anyContainer: fc.Arbitrary<RdbValue> = fc.oneof(
  fc.array(anyBytes, { minLength: 1, maxLength: 30 }).map((items) => {
    return { kind: "list", items } as const;
  }),
  names.map((members) => ({ kind: "set", members }) as const),
  fc
    .tuple(names, fc.array(anyBytes, { minLength: 30, maxLength: 30 }), fc.boolean())
    .chain(([fields, values, expires]) =>
      fc
        .array(expires ? fieldExpiry : fc.constant(undefined), { minLength: 30, maxLength: 30 })
        .map(
          (times) =>
            ({
              kind: "hash",
              fields: fields.map((field, at) => {
                return { field, value: values[at] ?? "", expireAt: times[at] };
              }),
            }) as const,
        ),
    ),
  fc.tuple(names, fc.array(anyScore, { minLength: 30, maxLength: 30 })).map(
    ([members, scores]) =>
      ({
        kind: "sorted-set",
        members: members.map((member, at) => ({ member, score: scores[at] ?? 0 })),
      }) as const,
  ),
);

export const anyValue: fc.Arbitrary<RdbValue> = fc.oneof(
  anyBytes.map((bytes) => ({ kind: "string", bytes }) as const),
  anyContainer,
);
