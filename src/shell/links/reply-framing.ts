/** Bytes that may arrive without completing anything. INFO of a large server has some 100 kB. */
const UNANSWERED_BYTES_MAX = 4 * 1024 * 1024;
/** Values in one reply, on all levels together. The largest we ask for has ten. */
const VALUES_MAX = 10_000;
/** Elements of one aggregate: the receiver makes room for as many as the header claims. */
const ELEMENTS_MAX = 128;
const LINE_BYTES_MAX = 8 * 1024;
/** Digits of a length: more is refused before it is a number. */
const DIGITS_MAX = 7;
const VERBATIM_PREFIX_BYTES = 4;

const ONE_EACH = { least: 0, valuesEach: 1 };

const CR = 13;
const LF = 10;
const ZERO = 48;
const ONE = 49;
const NINE = 57;
const MINUS = 45;
/** Below any least length. */
const MALFORMED = -1;

/**
 * Reads along with ioredis, chunk by chunk before it, and tells when bytes are no RESP or ask for
 * more than a limit allows. ioredis' decoder takes lengths on trust: a negative one makes it read
 * the same bytes for ever, a large one makes room for what never comes, and neither ends in an error.
 *
 * Only the frame is read: where values begin and end, not what they are.
 */
export class ReplyFraming {
  #unansweredBytes = 0;
  #values = 0;
  /** Of the reply that has begun: values that are still to begin. */
  #valuesLeft = 0;
  /** Bytes of a bulk that are still to come, its line end included. */
  #bodyLeft = 0;
  /** The beginning of a line whose end is still to come. */
  #carried: Buffer | undefined;

  /** @returns what is wrong with the stream, as a phrase; undefined while nothing is */
  inspect(chunk: Buffer): string | undefined {
    this.#unansweredBytes += chunk.length;
    if (this.#unansweredBytes > UNANSWERED_BYTES_MAX) return "reply too long";
    if (this.#carried !== undefined) chunk = Buffer.concat([this.#carried, chunk]);
    this.#carried = undefined;

    let at = 0;
    while (at < chunk.length) {
      if (this.#bodyLeft > 0) {
        const end = at + Math.min(this.#bodyLeft, chunk.length - at);
        if (!this.#endsWell(chunk, at, end)) return "bulk without line end";
        at = end;
        continue;
      }
      const cr = chunk.indexOf(CR, at);
      if (cr === -1 || cr + 1 === chunk.length) {
        if (chunk.length - at > LINE_BYTES_MAX) return "line too long";
        this.#carried = chunk.subarray(at);
        return undefined;
      }
      if (chunk[cr + 1] !== LF) return "CR without LF";
      if (cr - at > LINE_BYTES_MAX) return "line too long";
      const fault = this.#readLine(chunk, at, cr);
      if (fault !== undefined) return fault;
      at = cr + 2;
    }
    return undefined;
  }

  /** Does the next byte begin a reply? */
  get isBetweenReplies(): boolean {
    return this.#valuesLeft === 0 && this.#bodyLeft === 0 && this.#carried === undefined;
  }

  /** Something was completed: a reply to a request, or a message. */
  completed(): void {
    this.#unansweredBytes = 0;
    this.#values = 0;
  }

  /** Takes [at, end) off the open bulk and checks those of its last two bytes that lie there. */
  #endsWell(chunk: Buffer, at: number, end: number): boolean {
    const leftBefore = this.#bodyLeft;
    this.#bodyLeft -= end - at;
    const crAt = at + leftBefore - 2;
    if (crAt >= at && crAt < end && chunk[crAt] !== CR) return false;
    return this.#bodyLeft > 0 || chunk[end - 1] === LF;
  }

  /** The line [at, cr): a whole value, or the head of a bulk or an aggregate. */
  #readLine(chunk: Buffer, at: number, cr: number): string | undefined {
    if (++this.#values > VALUES_MAX) return "too many values";
    if (this.#valuesLeft > 0) this.#valuesLeft--;
    switch (String.fromCharCode(chunk[at] ?? 0)) {
      case "+":
      case "-":
        return undefined;
      case ":":
      case ",":
      case "(":
        return cr - at > 1 ? undefined : "empty number";
      case "#":
        return cr - at === 2 ? undefined : "malformed boolean";
      case "_":
        return cr - at === 1 ? undefined : "malformed null";
      case "$":
        return isNull(chunk, at + 1, cr) ? undefined : this.#openBulk(chunk, at + 1, cr, 0);
      case "!":
        return this.#openBulk(chunk, at + 1, cr, 0);
      case "=":
        return this.#openBulk(chunk, at + 1, cr, VERBATIM_PREFIX_BYTES);
      case "*":
        return isNull(chunk, at + 1, cr) ? undefined : this.#open(chunk, at + 1, cr, ONE_EACH);
      case "~":
        return this.#open(chunk, at + 1, cr, ONE_EACH);
      case "%":
        return this.#open(chunk, at + 1, cr, { least: 0, valuesEach: 2 });
      case ">":
        return this.#open(chunk, at + 1, cr, { least: 1, valuesEach: 1 });
      default:
        return "not RESP";
    }
  }

  #openBulk(chunk: Buffer, at: number, end: number, least: number): string | undefined {
    const length = readLength(chunk, at, end);
    if (length < least) return "malformed length";
    this.#bodyLeft = length + 2;
    return undefined;
  }

  /** An aggregate begins. */
  #open(
    chunk: Buffer,
    at: number,
    end: number,
    { least, valuesEach }: typeof ONE_EACH,
  ): string | undefined {
    const count = readLength(chunk, at, end);
    if (count < least) return "malformed length";
    this.#valuesLeft += count * valuesEach;
    return count > ELEMENTS_MAX ? "aggregate too long" : undefined;
  }
}

/** `-1`, as RESP2 writes a null bulk or array. */
function isNull(chunk: Buffer, at: number, end: number): boolean {
  return end - at === 2 && chunk[at] === MINUS && chunk[at + 1] === ONE;
}

/** @returns the number in [at, end), MALFORMED for anything but digits */
function readLength(chunk: Buffer, at: number, end: number): number {
  if (end === at || end - at > DIGITS_MAX) return MALFORMED;
  let length = 0;
  for (; at < end; at++) {
    const byte = chunk[at] ?? 0;
    if (byte < ZERO || byte > NINE) return MALFORMED;
    length = length * 10 + byte - ZERO;
  }
  return length;
}
