import { unreachable } from "../base/assert.ts";
import { textOf } from "../base/bytes.ts";
import { type UnixMillis, unixMillis } from "../base/units.ts";
import type { ContainerHead } from "../wire/rdb/value-writer.ts";
import type { RdbWriter } from "../wire/rdb/rdb-writer.ts";
import type { RdbElements } from "../wire/rdb/record.ts";
import { stored } from "./strings.ts";
import type { Hash } from "./values/hash.ts";
import type { Container } from "./values/value.ts";

/** Elements written between two moments at which the slice may end. */
const ELEMENTS_PER_PIECE = 256;

/**
 * Writes a container as a record of an RDB, in pieces: it must be one that nobody changes, since
 * the slice may end between two pieces.
 */
export function* writeContainer(
  writer: RdbWriter,
  key: string,
  { value, expireAt }: { readonly value: Container; readonly expireAt: UnixMillis | undefined },
): Generator<void, void> {
  writer.container(key, expireAt, headOf(value));
  let written = 0;
  switch (value.kind) {
    case "list":
      for (const element of value.range()) {
        writer.item(element);
        if (++written % ELEMENTS_PER_PIECE === 0) yield;
      }
      return;
    case "set":
      for (const member of value) {
        writer.item(member);
        if (++written % ELEMENTS_PER_PIECE === 0) yield;
      }
      return;
    case "hash":
      for (const [field, held] of value) {
        if (value.expiringFields === 0) writer.field(field, held);
        else writer.expiringField(field, held, expiryOf(value, field));
        if (++written % ELEMENTS_PER_PIECE === 0) yield;
      }
      return;
    case "sorted-set":
      // The highest first, as Redis does: each goes to the front of the list that a reader builds.
      for (const { member, score } of value.reversed()) {
        writer.scored(member, score);
        if (++written % ELEMENTS_PER_PIECE === 0) yield;
      }
      return;
    default:
      unreachable(value);
  }
}

/**
 * Adds elements that were read from an RDB to a container of their kind.
 * @returns false when the container is of another kind, or has one of the elements already
 */
export function addElements(container: Container, elements: RdbElements): boolean {
  if (container.kind === "list" && elements.kind === "list") {
    for (const item of elements.items) container.pushTail(stored(item));
    return true;
  }
  if (container.kind === "set" && elements.kind === "set") {
    return elements.members.every((member) => container.add(textOf(member)));
  }
  if (container.kind === "hash" && elements.kind === "hash") {
    return elements.fields.every(({ field, value, expireAt }) => {
      const name = textOf(field);
      const isNew = container.set(name, stored(value));
      if (expireAt !== undefined) container.setExpiry(name, expireAt);
      return isNew;
    });
  }
  if (container.kind === "sorted-set" && elements.kind === "sorted-set") {
    return elements.members.every(
      ({ member, score }) => container.set(textOf(member), score) === "added",
    );
  }
  return false;
}

function headOf(value: Container): ContainerHead {
  const { kind, size } = value;
  if (kind !== "hash") return { kind, size };
  const earliest = value.earliestExpiry();
  if (earliest === undefined) return { kind, size };
  return { kind: "expiring-hash", size, earliest: unixMillis(earliest) };
}

function expiryOf(hash: Hash, field: string): UnixMillis | undefined {
  const at = hash.expireAt(field);
  return at === undefined ? undefined : unixMillis(at);
}
