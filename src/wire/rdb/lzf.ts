/**
 * LZF, the compression of long strings in an RDB (spec server §3.3). A control byte below 32 is
 * followed by that many literals plus one; any other is a length and a distance back into what was
 * written already.
 */

const MAX_LITERALS = 32;
const MAX_DISTANCE = 8192;
const MAX_MATCH = 264;
/** The longest match is told in 3 bytes. */
const MAX_EXPANSION = MAX_MATCH / 3;

/**
 * @param length of the result in bytes, as the writer stated it
 * @returns undefined when the input is corrupt: it refers to before its start or does not make
 *   exactly `length` bytes. A lie about `length` costs no more memory than the input could fill.
 */
export function decompressLzf(input: Uint8Array, length: number): Buffer | undefined {
  if (length > input.length * MAX_EXPANSION) return undefined;
  const output = Buffer.allocUnsafe(length);
  let read = 0;
  let written = 0;
  while (read < input.length) {
    const control = input[read++] ?? 0;
    if (control < MAX_LITERALS) {
      const count = control + 1;
      if (read + count > input.length || written + count > length) return undefined;
      for (let copied = 0; copied < count; copied++) output[written++] = input[read++] ?? 0;
      continue;
    }
    let count = (control >> 5) + 2;
    if (count === 9) count += input[read++] ?? 0;
    if (read >= input.length) return undefined;
    let from = written - (((control & 31) << 8) | (input[read++] ?? 0)) - 1;
    if (from < 0 || written + count > length) return undefined;
    // Byte by byte: source and target may overlap, which is how runs are told.
    for (let copied = 0; copied < count; copied++) output[written++] = output[from++] ?? 0;
  }
  return written === length ? output : undefined;
}

const HASH_BITS = 13;

/** Compresses one string after the other, keeping its table of positions between them. */
export class LzfCompressor {
  /** Where three bytes with this hash were last seen, counted over all strings; 0 is never. */
  readonly #seen = new Int32Array(1 << HASH_BITS);
  /** Count of the bytes of earlier strings, so that the table needs no clearing. */
  #base = 1;

  /**
   * @param output gets the compressed bytes
   * @returns their count, or undefined when they would not fit into `output`
   */
  compress(input: Uint8Array, output: Uint8Array): number | undefined {
    if (this.#base + input.length > 0x7fffffff) {
      this.#seen.fill(0);
      this.#base = 1;
    }
    const base = this.#base;
    this.#base += input.length;
    const writer = new LzfWriter(output);
    let literalsFrom = 0;
    let at = 0;
    while (at + 2 < input.length) {
      const hash = hashOfThree(input, at);
      const candidate = (this.#seen[hash] ?? 0) - base;
      this.#seen[hash] = base + at;
      const count = matchLength(input, candidate, at);
      if (count < 3) {
        at++;
        continue;
      }
      writer.literals(input, literalsFrom, at);
      writer.match(count, at - candidate);
      at += count;
      literalsFrom = at;
    }
    writer.literals(input, literalsFrom, input.length);
    return writer.written <= output.length ? writer.written : undefined;
  }
}

function hashOfThree(input: Uint8Array, at: number): number {
  const three = ((input[at] ?? 0) << 16) | ((input[at + 1] ?? 0) << 8) | (input[at + 2] ?? 0);
  return Math.imul(three, 0x9e3779b1) >>> (32 - HASH_BITS);
}

/** How many bytes from `at` repeat those from `candidate`, which may lie before the string. */
function matchLength(input: Uint8Array, candidate: number, at: number): number {
  if (candidate < 0 || at - candidate > MAX_DISTANCE) return 0;
  const limit = Math.min(MAX_MATCH, input.length - at);
  let count = 0;
  while (count < limit && input[candidate + count] === input[at + count]) count++;
  return count;
}

/** Writes past the end of the output are dropped by the typed array; `written` tells of them. */
class LzfWriter {
  readonly #output: Uint8Array;
  written = 0;

  constructor(output: Uint8Array) {
    this.#output = output;
  }

  literals(input: Uint8Array, from: number, to: number): void {
    for (let start = from; start < to; start += MAX_LITERALS) {
      const end = Math.min(start + MAX_LITERALS, to);
      this.#output[this.written++] = end - start - 1;
      for (let at = start; at < end; at++) this.#output[this.written++] = input[at] ?? 0;
    }
  }

  match(count: number, distance: number): void {
    const back = distance - 1;
    const length = count - 2;
    this.#output[this.written++] = (Math.min(length, 7) << 5) | (back >> 8);
    if (length >= 7) this.#output[this.written++] = length - 7;
    this.#output[this.written++] = back & 255;
  }
}
