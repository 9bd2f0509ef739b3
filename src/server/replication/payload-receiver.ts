import { unreachable } from "../../base/assert.ts";
import { parsePayloadHeader } from "../../wire/psync.ts";
import { LinkLines } from "./link-lines.ts";

/** How the end of the payload is known (server spec §2.4). */
export type PayloadFraming =
  | { readonly kind: "counted"; readonly bytes: number }
  | { readonly kind: "marked"; readonly marker: Buffer };

export type PayloadEvent =
  | { readonly kind: "begun"; readonly framing: PayloadFraming }
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "complete"; readonly rest: Buffer }
  | { readonly kind: "failed"; readonly reason: string };

/**
 * Cuts a master's snapshot out of the bytes of the link. Behind a counted one the stream begins at
 * once, possibly in the same chunk; a marked one ends with its marker, and nothing follows until
 * the first ACK, so only the tail needs comparing.
 */
export class PayloadReceiver {
  readonly #lines = new LinkLines();
  #framing: PayloadFraming | undefined;
  /** Of a marked payload: the last bytes, which may be the marker. */
  #tail: Buffer = Buffer.alloc(0);
  #received = 0;

  get framing(): PayloadFraming | undefined {
    return this.#framing;
  }

  /** Bytes of the payload received so far. */
  get received(): number {
    return this.#received;
  }

  feed(bytes: Buffer): PayloadEvent[] {
    if (this.#framing !== undefined) return this.#take(bytes, this.#framing);
    this.#lines.feed(bytes);
    return this.#readHeader();
  }

  #readHeader(): PayloadEvent[] {
    for (let line = this.#lines.next(); line !== undefined; line = this.#lines.next()) {
      const header = parsePayloadHeader(line);
      switch (header.kind) {
        case "keepalive":
          continue;
        case "failed":
          return [
            { kind: "failed", reason: `MASTER aborted replication with an error: ${header.text}` },
          ];
        case "bad-protocol":
          return [
            {
              kind: "failed",
              reason: `Bad protocol from MASTER, the first byte is not '$' (we received '${line.slice(0, 64)}')`,
            },
          ];
        case "counted":
          return this.#begin({ kind: "counted", bytes: header.bytes });
        case "marked":
          return this.#begin({ kind: "marked", marker: Buffer.from(header.marker, "latin1") });
        default:
          return unreachable(header);
      }
    }
    return this.#lines.isTooLong
      ? [{ kind: "failed", reason: "Bad protocol from MASTER, the payload's header has no end" }]
      : [];
  }

  #begin(framing: PayloadFraming): PayloadEvent[] {
    this.#framing = framing;
    return [{ kind: "begun", framing }, ...this.#take(this.#lines.takeRest(), framing)];
  }

  #take(bytes: Buffer, framing: PayloadFraming): PayloadEvent[] {
    return framing.kind === "counted"
      ? this.#takeCounted(bytes, framing.bytes)
      : this.#takeMarked(bytes, framing.marker);
  }

  #takeCounted(bytes: Buffer, total: number): PayloadEvent[] {
    const taken = bytes.subarray(0, total - this.#received);
    this.#received += taken.length;
    const events: PayloadEvent[] = taken.length === 0 ? [] : [{ kind: "bytes", bytes: taken }];
    if (this.#received < total) return events;
    return [...events, { kind: "complete", rest: bytes.subarray(taken.length) }];
  }

  #takeMarked(bytes: Buffer, marker: Buffer): PayloadEvent[] {
    const all = this.#tail.length === 0 ? bytes : Buffer.concat([this.#tail, bytes]);
    const sure = Math.max(0, all.length - marker.length);
    this.#tail = all.subarray(sure);
    this.#received += sure;
    const events: PayloadEvent[] = [];
    if (sure > 0) events.push({ kind: "bytes", bytes: all.subarray(0, sure) });
    if (this.#tail.equals(marker)) events.push({ kind: "complete", rest: Buffer.alloc(0) });
    return events;
  }
}
