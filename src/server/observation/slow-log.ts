import type { Bytes } from "../../base/bytes.ts";

const SHOWN_ARGUMENTS = 32;
const SHOWN_BYTES = 128;

export interface SlowCall {
  readonly id: number;
  readonly unixSeconds: number;
  readonly micros: number;
  readonly args: readonly Bytes[];
  readonly address: string;
  readonly clientName: string;
}

/** The calls that took longer than `slowlog-log-slower-than`, newest first. */
export class SlowLog {
  #entries: SlowCall[] = [];
  #nextId = 0;

  get length(): number {
    return this.#entries.length;
  }

  add(call: Omit<SlowCall, "id">, maxLength: number): void {
    this.#entries.unshift({ ...call, id: this.#nextId++, args: shortened(call.args) });
    this.trim(maxLength);
  }

  trim(maxLength: number): void {
    if (this.#entries.length > maxLength) this.#entries.length = maxLength;
  }

  newest(count: number): readonly SlowCall[] {
    return this.#entries.slice(0, count);
  }

  reset(): void {
    this.#entries = [];
  }
}

/** So much of a request as is kept: 32 arguments, 128 bytes of each (server spec §4.11). */
function shortened(args: readonly Bytes[]): readonly Bytes[] {
  const shown = args.length > SHOWN_ARGUMENTS ? args.slice(0, SHOWN_ARGUMENTS - 1) : args;
  const words = shown.map((arg) => {
    if (arg.length <= SHOWN_BYTES) return arg;
    const begin = arg.slice(0, SHOWN_BYTES);
    const text = typeof begin === "string" ? begin : begin.toString("latin1");
    return `${text}... (${arg.length - SHOWN_BYTES} more bytes)`;
  });
  const left = args.length - shown.length;
  return left === 0 ? words : [...words, `... (${left} more arguments)`];
}
