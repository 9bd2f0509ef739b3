import { quote, quoteWord } from "../../base/quoted-words.ts";
import type { Address } from "../../base/address.ts";
import { isHost, parsePort } from "../host.ts";
import { parseInteger } from "../integers.ts";
import {
  bad,
  formatMemory,
  good,
  notOneOf,
  oneWord,
  parseMemory,
  type Parsed,
  type ValueKind,
  WRONG_NUMBER_OF_ARGUMENTS,
} from "./value-kind.ts";

/** A kind of several words in one line, shown in CONFIG GET with blanks between. */
function manyWords<Value>(kind: {
  readonly parse: (words: readonly string[]) => Parsed<Value>;
  readonly words: (value: Value) => readonly string[];
}): ValueKind<Value> {
  const format = (value: Value) => kind.words(value).join(" ");
  return {
    arity: "many",
    parse: kind.parse,
    format,
    lines: (value, initial) => {
      const words = kind.words(value);
      return [
        {
          text: words.length === 0 ? '""' : words.map(quoteWord).join(" "),
          isDefault: format(value) === format(initial),
        },
      ];
    },
  };
}

/** Words as they are; a single empty one stands for none. */
export const words: ValueKind<readonly string[]> = manyWords<readonly string[]>({
  parse: (list) => {
    if (list.length === 0) return bad(WRONG_NUMBER_OF_ARGUMENTS);
    return good(list.filter((word) => word !== ""));
  },
  words: (value) => value,
});

/** A snapshot is due when `changes` happened in `seconds`. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** The first line of a file replaces the default, the following ones add to it. */
export const savePoints: ValueKind<readonly SavePoint[]> = {
  arity: "many",
  parse: (list, before) => {
    const kept = before.isSet ? before.value : [];
    if (list.length === 0) return good(kept);
    if (list.length === 1 && list[0] === "") return good([]);
    const points = parseSavePoints(list);
    return points === undefined ? bad("Invalid save parameters") : good([...kept, ...points]);
  },
  format: (value) => value.map(formatSavePoint).join(" "),
  lines: (value, initial) => {
    const isDefault = savePoints.format(value) === savePoints.format(initial);
    return value.length === 0
      ? [{ text: '""', isDefault }]
      : value.map((point) => ({ text: formatSavePoint(point), isDefault }));
  },
};

function formatSavePoint(point: SavePoint): string {
  return `${point.seconds} ${point.changes}`;
}

function parseSavePoints(list: readonly string[]): SavePoint[] | undefined {
  if (list.length % 2 !== 0) return undefined;
  const points: SavePoint[] = [];
  for (let at = 0; at < list.length; at += 2) {
    const seconds = parseInteger(list[at] ?? "");
    const changes = parseInteger(list[at + 1] ?? "");
    if (seconds === undefined || changes === undefined || seconds < 1 || changes < 0) {
      return undefined;
    }
    points.push({ seconds, changes });
  }
  return points;
}

/** When a slow reader is disconnected: at `hardBytes`, or above `softBytes` for `softSeconds`. */
export interface OutputBufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  readonly softSeconds: number;
}

export interface OutputBufferLimits {
  readonly normal: OutputBufferLimit;
  readonly replica: OutputBufferLimit;
  readonly pubsub: OutputBufferLimit;
}

type ClientClass = keyof OutputBufferLimits;

const CLIENT_CLASSES: readonly ClientClass[] = ["normal", "replica", "pubsub"];

/** Each line, and each group of four words in a line, sets one class and leaves the others. */
export const outputBufferLimits: ValueKind<OutputBufferLimits> = {
  arity: "many",
  parse: (list, before) => {
    if (list.length === 0 || list.length % 4 !== 0) {
      return bad("Wrong number of arguments in buffer limit configuration.");
    }
    let limits = before.value;
    for (let at = 0; at < list.length; at += 4) {
      const clientClass = parseClientClass(list[at] ?? "");
      if (clientClass === undefined) {
        return bad("Invalid client class specified in buffer limit configuration.");
      }
      const limit = parseLimit(list.slice(at + 1, at + 4));
      if (limit === undefined) {
        return bad("Error in hard, soft or soft_seconds setting in buffer limit configuration.");
      }
      limits = { ...limits, [clientClass]: limit };
    }
    return good(limits);
  },
  // The wire keeps the old word for replicas here, the file does not.
  format: ({ normal, replica, pubsub }) =>
    `normal ${bytesOf(normal)} slave ${bytesOf(replica)} pubsub ${bytesOf(pubsub)}`,
  lines: (value, initial) =>
    CLIENT_CLASSES.map((clientClass) => ({
      text: `${clientClass} ${formatLimit(value[clientClass])}`,
      isDefault: bytesOf(value[clientClass]) === bytesOf(initial[clientClass]),
    })),
};

function parseClientClass(word: string): ClientClass | undefined {
  const name = word.toLowerCase();
  return name === "slave" ? "replica" : CLIENT_CLASSES.find((known) => known === name);
}

function parseLimit([hard, soft, seconds]: readonly string[]): OutputBufferLimit | undefined {
  const hardBytes = parseMemory(hard ?? "-");
  const softBytes = parseMemory(soft ?? "-");
  const softSeconds = parseInteger(seconds ?? "");
  if (hardBytes === undefined || softBytes === undefined) return undefined;
  if (softSeconds === undefined || softSeconds < 0) return undefined;
  return { hardBytes: Number(hardBytes), softBytes: Number(softBytes), softSeconds };
}

function bytesOf({ hardBytes, softBytes, softSeconds }: OutputBufferLimit): string {
  return `${hardBytes} ${softBytes} ${softSeconds}`;
}

function formatLimit({ hardBytes, softBytes, softSeconds }: OutputBufferLimit): string {
  return `${formatMemory(hardBytes)} ${formatMemory(softBytes)} ${softSeconds}`;
}

/** Letters of keyspace event classes that `A` stands for. */
const ALL_EVENTS = "g$lshzxetd";
const EVENT_LETTERS = `${ALL_EVENTS}nKEm`;

/** The letters in a defined order, `A` for the whole of them; empty when no event is published. */
export const keyspaceEvents: ValueKind<string> = oneWord({
  parse: (word) => {
    const letters = new Set(word.replaceAll("A", ALL_EVENTS));
    for (const letter of letters) {
      if (!EVENT_LETTERS.includes(letter)) {
        return bad("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
      }
    }
    const inOrder = EVENT_LETTERS.split("")
      .filter((letter) => letters.has(letter))
      .join("");
    return good(inOrder.replace(ALL_EVENTS, "A"));
  },
  format: (value) => value,
  formatInFile: quote,
});

const PERCENTILE = /^[0-9]{1,3}(?:\.[0-9]{1,12})?$/;
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?$/;

/** Numbers of 0..100. */
export const percentiles: ValueKind<readonly number[]> = manyWords<readonly number[]>({
  parse: (list) => {
    const given = list.filter((word) => word !== "");
    if (!given.every((word) => NUMBER.test(word))) {
      return bad("Invalid latency-tracking-info-percentiles parameters");
    }
    if (!given.every((word) => PERCENTILE.test(word) && Number(word) <= 100)) {
      return bad("latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
    }
    return good(given.map(Number));
  },
  words: (value) => value.map(String),
});

/** Scores of master, replica and background processes for the kernel's out-of-memory killer. */
export const oomScores: ValueKind<readonly number[]> = manyWords<readonly number[]>({
  parse: (list) => {
    if (list.length !== 3) return bad(WRONG_NUMBER_OF_ARGUMENTS);
    const scores = list.map(parseInteger).filter((score) => score !== undefined);
    return scores.length === 3 && scores.every((score) => Math.abs(score) <= 2000)
      ? good(scores)
      : bad("Invalid oom-score-adj-values, elements must be between -2000 and 2000.");
  },
  words: (value) => value.map(String),
});

export type ShutdownOption = "default" | "save" | "nosave" | "now" | "force";

const SHUTDOWN_OPTIONS: readonly ShutdownOption[] = ["default", "save", "nosave", "now", "force"];

/** What SHUTDOWN does on a signal. */
export const shutdownOptions: ValueKind<readonly ShutdownOption[]> = manyWords<
  readonly ShutdownOption[]
>({
  parse: (list) => {
    const given = new Set(list.map((word) => word.toLowerCase()));
    const options = SHUTDOWN_OPTIONS.filter((option) => given.has(option));
    if (options.length === 0 || options.length < given.size) return bad(notOneOf(SHUTDOWN_OPTIONS));
    if (given.has("save") && given.has("nosave")) {
      return bad("shutdown options SAVE and NOSAVE can't be used simultaneously");
    }
    return good(options.length > 1 ? options.filter((option) => option !== "default") : options);
  },
  words: (value) => value,
});

/** The master to follow; `no one` is none, and then no line of a file says so. */
export const masterAddress: ValueKind<Address | undefined> = {
  arity: "many",
  parse: (list) => {
    const [host = "", portText = "", ...more] = list;
    if (list.length === 1 && host === "") return good(undefined);
    if (portText === "" || more.length > 0) return bad(WRONG_NUMBER_OF_ARGUMENTS);
    if (host.toLowerCase() === "no" && portText.toLowerCase() === "one") return good(undefined);
    const port = parsePort(portText);
    if (port === undefined) return bad("Invalid master port");
    return isHost(host) ? good({ host, port }) : bad("Invalid master host");
  },
  format: (value) => (value === undefined ? "" : `${value.host} ${value.port}`),
  lines: (value) =>
    value === undefined ? [] : [{ text: `${value.host} ${value.port}`, isDefault: false }],
};
