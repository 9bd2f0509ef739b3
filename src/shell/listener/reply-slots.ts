import type { Output } from "../../resp/buffered-writer.ts";

/** What a slot counts besides its bytes, so that many small replies are a load too. */
const SLOT_BYTES = 64;

/** A place in the order of replies, kept for one that is not known yet. */
export interface ReplySlot {
  /** Encoded; undefined while the reply is owed. */
  reply: Output | undefined;
}

interface Held {
  /** What was written before this slot and behind the one before. */
  before: Output;
  readonly slot: ReplySlot;
}

/** Output that waits behind replies which are owed, in order. */
export class ReplySlots {
  readonly #held: Held[] = [];
  /** Bytes held back here, with something for each slot. */
  heldBytes = 0;

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  /** @param before what was written since the last slot, and stays before this one */
  open(before: Output): ReplySlot {
    const slot: ReplySlot = { reply: undefined };
    this.#held.push({ before, slot });
    this.heldBytes += outputLength(before) + SLOT_BYTES;
    return slot;
  }

  /** Pays an owed reply; a second payment is ignored. */
  fill(slot: ReplySlot, reply: Output): void {
    if (slot.reply !== undefined) return;
    slot.reply = reply;
    this.heldBytes += outputLength(reply);
  }

  /** Takes out what stands before the first reply that is still owed. */
  takeReady(): Output[] {
    const ready: Output[] = [];
    let paid = 0;
    for (const held of this.#held) {
      ready.push(held.before);
      held.before = "";
      if (held.slot.reply === undefined) break;
      ready.push(held.slot.reply);
      paid++;
    }
    this.#held.splice(0, paid);
    this.heldBytes -= paid * SLOT_BYTES;
    for (const output of ready) this.heldBytes -= outputLength(output);
    return ready;
  }
}

/** Bytes of what is encoded. */
export function outputLength(output: Output): number {
  if (typeof output === "string") return output.length;
  let length = 0;
  for (const part of output) length += part.length;
  return length;
}
