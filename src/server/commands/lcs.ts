import { type Bytes, bufferOf, textOf } from "../../base/bytes.ts";
import type { Client } from "../client.ts";
import { type Command, flags, FIRST_TWO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { lookup } from "../expiry.ts";
import { replyError } from "../reply.ts";
import type { ServerState } from "../state.ts";
import { roughIntegerOf } from "../strings.ts";
import { isString } from "../values/value.ts";
import { keyAt } from "./strings.ts";

/** LCS: what two strings have in common, in order. */

interface Options {
  lengthOnly: boolean;
  ranges: boolean;
  withLengths: boolean;
  leastLength: number;
}

/** Bytes `a[aFrom…aFrom+length)` are bytes `b[bFrom…)`. */
interface Match {
  readonly aFrom: number;
  readonly bFrom: number;
  readonly length: number;
}

const CELL_BYTES = 4;

function lcs(state: ServerState, client: Client, args: Arguments): void {
  const [a, b] = [1, 2].map((at) => lookup(state, client, keyAt(args, at))?.value ?? "");
  if (a === undefined || b === undefined || !isString(a) || !isString(b)) {
    replyError(client, ERRORS.lcsNotStrings);
    return;
  }
  const options = readOptions(args);
  if (typeof options === "string") {
    replyError(client, options);
    return;
  }
  const cells = (a.length + 1) * (b.length + 1);
  if (cells * CELL_BYTES > state.settings.maxBulkBytes) {
    replyError(client, ERRORS.lcsTooLarge);
    return;
  }
  reply(client, bufferOf(a), bufferOf(b), options);
}

/** @returns the error's text for something else */
function readOptions(args: Arguments): Options | string {
  const options: Options = { lengthOnly: false, ranges: false, withLengths: false, leastLength: 0 };
  for (let at = 3; at < args.length; at++) {
    const word = textOf(args[at] ?? "").toUpperCase();
    if (word === "LEN") {
      options.lengthOnly = true;
    } else if (word === "IDX") {
      options.ranges = true;
    } else if (word === "WITHMATCHLEN") {
      options.withLengths = true;
    } else if (word === "MINMATCHLEN" && at + 1 < args.length) {
      const length = roughIntegerOf(args[++at] ?? "");
      if (length === undefined) return ERRORS.notAnInteger;
      options.leastLength = length;
    } else {
      return ERRORS.syntax;
    }
  }
  return options.lengthOnly && options.ranges ? ERRORS.lcsLengthAndRanges : options;
}

function reply(client: Client, a: Buffer, b: Buffer, options: Options): void {
  const matches = matchesOf(a, b);
  const length = matches.reduce((sum, match) => sum + match.length, 0);
  if (options.lengthOnly) {
    client.reply.integer(length);
  } else if (options.ranges) {
    replyRanges(client, matches, { length, options });
  } else {
    const parts: Bytes[] = matches.map(({ aFrom, length: bytes }) =>
      a.subarray(aFrom, aFrom + bytes),
    );
    client.reply.bulk(Buffer.concat(parts.toReversed().map(bufferOf)));
  }
}

function replyRanges(
  client: Client,
  matches: readonly Match[],
  { length, options }: { readonly length: number; readonly options: Options },
): void {
  const { reply: to } = client;
  const shown = matches.filter((match) => match.length >= options.leastLength);
  to.map(2);
  to.bulk("matches");
  to.array(shown.length);
  for (const match of shown) {
    to.array(options.withLengths ? 3 : 2);
    for (const from of [match.aFrom, match.bFrom]) {
      to.array(2);
      to.integer(from);
      to.integer(from + match.length - 1);
    }
    if (options.withLengths) to.integer(match.length);
  }
  to.bulk("len");
  to.integer(length);
}

/** The runs of a longest common subsequence, the last first. */
function matchesOf(a: Buffer, b: Buffer): Match[] {
  const width = b.length + 1;
  const lengths = lengthsOf(a, b);
  const matches: Match[] = [];
  let [i, j, run] = [a.length, b.length, 0];
  const endRun = (): void => {
    if (run > 0) matches.push({ aFrom: i, bFrom: j, length: run });
    run = 0;
  };
  while (i > 0 && j > 0) {
    if (a[i - 1] === b[j - 1]) {
      i--;
      j--;
      run++;
      continue;
    }
    endRun();
    const withoutA = lengths[(i - 1) * width + j] ?? 0;
    const withoutB = lengths[i * width + j - 1] ?? 0;
    if (withoutA > withoutB) i--;
    else j--;
  }
  endRun();
  return matches;
}

/** At `i * (b.length + 1) + j`, how much the first `i` bytes of `a` share with the first `j` of `b`. */
function lengthsOf(a: Buffer, b: Buffer): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    const row = i * width;
    for (let j = 1; j < width; j++) {
      const above = row - width + j;
      lengths[row + j] =
        a[i - 1] === b[j - 1]
          ? (lengths[above - 1] ?? 0) + 1
          : Math.max(lengths[above] ?? 0, lengths[row + j - 1] ?? 0);
    }
  }
  return lengths;
}

export const LCS_COMMANDS: readonly Command[] = [
  { name: "lcs", arity: -3, flags: flags("r"), keys: FIRST_TWO_KEYS, group: "string", run: lcs },
];
