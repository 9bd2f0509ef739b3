import { splitQuotedWords } from "../../base/quoted-words.ts";
import type { OptionLine } from "../conf-document.ts";
import type { ConfLine } from "./conf-lines.ts";
import { type ConfigMistake, COMMAND_LINE } from "./config-mistake.ts";
import { mistakeAt } from "./conf-lines.ts";
import { isFileDirective } from "./conf-keys.ts";
import {
  findParameter,
  type ParameterName,
  parameterOf,
  type ParameterValues,
} from "./redis-parameters.ts";
import { bad, type Before, type Parsed, WRONG_NUMBER_OF_ARGUMENTS } from "./value-kind.ts";

/** What a program says about a value that Redis takes and it does not: the message, or undefined. */
export type Refusal = (name: ParameterName, value: unknown) => string | undefined;

export interface ParameterReading {
  readonly values: ParameterValues;
  /** Which parameters a line set, and the last one that did. */
  readonly setBy: ReadonlyMap<ParameterName, ConfLine>;
  readonly mistakes: readonly ConfigMistake[];
}

/** Reads the lines that set parameters; lines of file directives are the caller's business. */
export function readParameterLines(
  lines: readonly ConfLine[],
  { initial, refusal }: { readonly initial: ParameterValues; readonly refusal: Refusal },
): ParameterReading {
  const values: Record<string, unknown> = { ...initial };
  const setBy = new Map<ParameterName, ConfLine>();
  const mistakes: ConfigMistake[] = [];
  for (const line of lines) {
    const name = findParameter(line.directive);
    if (name === undefined) {
      if (!isFileDirective(line.directive)) mistakes.push(mistakeAt(line, UNKNOWN_DIRECTIVE));
      continue;
    }
    const before = { value: values[name], isSet: setBy.has(name) };
    const parsed = parseParameter(name, line.words, before);
    if (parsed.ok) values[name] = parsed.value;
    else mistakes.push(mistakeAt(line, parsed.message));
    setBy.set(name, line);
  }
  // Only what holds in the end can be refused: a later line or the command line may take it back.
  for (const [name, line] of setBy) {
    const message = refusal(name, values[name]);
    if (message !== undefined) mistakes.push(mistakeAt(line, message));
  }
  return { values: values as ParameterValues, setBy, mistakes };
}

export const UNKNOWN_DIRECTIVE = "Bad directive or wrong number of arguments";

/** @param words without the name; a single word may hold several, separated by blanks */
export function parseParameter(
  name: ParameterName,
  words: readonly string[],
  before: Before<unknown>,
): Parsed<unknown> {
  const { kind } = parameterOf(name);
  if (kind.arity === "one") return kind.parse(words, before);
  const [only] = words;
  if (words.length !== 1 || only === undefined || only === "") return kind.parse(words, before);
  const several = splitQuotedWords(only);
  return several === undefined ? bad(WRONG_NUMBER_OF_ARGUMENTS) : kind.parse(several, before);
}

/**
 * The lines of a parameter in a rewritten file.
 * @param initial what holds without a line
 */
export function parameterLines(
  name: ParameterName,
  values: ParameterValues,
  initial: ParameterValues,
): OptionLine[] {
  return parameterOf(name)
    .kind.lines(values[name], initial[name])
    .map((line) => ({
      key: name,
      text: `${name} ${line.text}`,
      isForced: !line.isDefault,
      belongsTogether: name === "save",
    }));
}

/** The parameters that the command line set: they are written into the file at the next save. */
export function setOnCommandLine(reading: ParameterReading): ParameterName[] {
  return [...reading.setBy].filter(([, line]) => line.file === COMMAND_LINE).map(([name]) => name);
}
