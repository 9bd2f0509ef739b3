import { splitQuotedWords } from "../../base/quoted-words.ts";
import { COMMAND_LINE, type ConfigMistake } from "./config-mistake.ts";

/** A configuration file's name and its bytes (latin1). */
export interface ConfFile {
  readonly name: string;
  readonly text: string;
}

/** One directive with its words, and where it stands. */
export interface ConfLine {
  readonly source: "main" | "include" | "command-line";
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** The first word in lower case. */
  readonly directive: string;
  /** The words behind the first. */
  readonly words: readonly string[];
}

export interface ConfLines {
  readonly lines: readonly ConfLine[];
  readonly mistakes: readonly ConfigMistake[];
}

/** What an `include` brings: the files its pattern names (none is fine for a glob), or why not. */
export type IncludedFiles =
  | { readonly kind: "files"; readonly files: readonly ConfFile[] }
  | { readonly kind: "unreadable"; readonly reason: string };

export interface ConfSource {
  /** undefined for a program started without a file. */
  readonly main: ConfFile | undefined;
  /** Lines of the command line, see `parseCommandLine`. They come last and so override the file. */
  readonly commandLine: string;
  /** Reads the files of an `include PATTERN`. */
  readonly include: (pattern: string) => IncludedFiles;
}

/** Deeper nesting is a loop of files that include each other. */
const DEEPEST_INCLUDE = 16;

/** Every line of the file, of what it includes (in place) and of the command line. */
export function readConfLines(source: ConfSource): ConfLines {
  const lines: ConfLine[] = [];
  const mistakes: ConfigMistake[] = [];

  function read(
    file: ConfFile,
    place: { source: ConfLine["source"]; from: number; depth: number },
  ) {
    for (const [index, raw] of file.text.split("\n").entries()) {
      const text = trimBlanks(raw);
      if (text === "" || text.startsWith("#")) continue;
      const at = { source: place.source, file: file.name, line: place.from + index, text };
      const [first, ...words] = splitQuotedWords(text) ?? [];
      if (first === undefined) {
        mistakes.push({ ...at, directive: firstWord(text), ...UNBALANCED });
        continue;
      }
      const line: ConfLine = { ...at, directive: first.toLowerCase(), words };
      const [pattern] = words;
      if (line.directive !== "include" || pattern === undefined || words.length > 1) {
        lines.push(line);
      } else if (place.depth >= DEEPEST_INCLUDE) {
        mistakes.push(mistakeAt(line, "The files include each other."));
      } else {
        readIncluded(line, pattern, place.depth + 1);
      }
    }
  }

  function readIncluded(line: ConfLine, pattern: string, depth: number) {
    const included = source.include(pattern);
    if (included.kind === "unreadable") {
      const message = `Fatal error, can't open config file '${pattern}': ${included.reason}`;
      mistakes.push(mistakeAt(line, message));
      return;
    }
    for (const file of included.files) read(file, { source: "include", from: 1, depth });
  }

  if (source.main !== undefined) read(source.main, { source: "main", from: 1, depth: 0 });
  read(
    { name: COMMAND_LINE, text: source.commandLine },
    { source: "command-line", from: lineBehind(source.main), depth: 0 },
  );
  return { lines, mistakes };
}

const UNBALANCED = {
  message: "Unbalanced quotes in configuration line",
  expected: "a closing quote, followed by a blank or the end of the line",
};

/** Redis puts the command line behind the file's text and a line break, and counts on. */
function lineBehind(main: ConfFile | undefined): number {
  return (main?.text ?? "").split("\n").length + 1;
}

/** Without the blanks around it: what a configuration line is reduced to before it is read. */
export function trimBlanks(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && isBlank(line, start)) start++;
  while (end > start && isBlank(line, end - 1)) end--;
  return line.slice(start, end);
}

/** Space, `\t`, `\r`, `\n`. */
function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || code === 9 || code === 10 || code === 13;
}

function firstWord(text: string): string {
  return (/^[^ \t]*/.exec(text)?.[0] ?? "").toLowerCase();
}

/** @param expected what should stand there, where the message does not say it */
export function mistakeAt(line: ConfLine, message: string, expected?: string): ConfigMistake {
  const { file, line: number, text, directive } = line;
  return { file, line: number, text, directive, message, expected };
}
