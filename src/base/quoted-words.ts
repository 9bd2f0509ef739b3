/**
 * Words with shell-like quoting, as inline commands and configuration lines use them: `"..."`
 * understands `\n \r \t \b \a \\ \" \xHH`, `'...'` only `\'`; a closing quote must be followed by
 * a blank or the end.
 * Source: server spec §1.1, sentinel spec §9.1.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  a: "\x07",
};
const DOUBLE_QUOTE = 34;
const SINGLE_QUOTE = 39;
const HEX_PAIR = /^[0-9a-fA-F]{2}$/;

/** @returns the words, or undefined when quotes are unbalanced */
export function splitQuotedWords(line: string): string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < line.length && isBlank(line, at)) at++;
    if (at >= line.length) return words;
    const word = readWord(line, at);
    if (word === undefined) return undefined;
    words.push(word.text);
    at = word.end;
  }
}

interface Word {
  readonly text: string;
  readonly end: number;
}

function readWord(line: string, start: number): Word | undefined {
  let at = start;
  while (at < line.length && !isBlank(line, at)) {
    const char = line.charCodeAt(at);
    if (char !== DOUBLE_QUOTE && char !== SINGLE_QUOTE) {
      at++;
      continue;
    }
    const quoted =
      char === DOUBLE_QUOTE ? readDoubleQuoted(line, at + 1) : readSingleQuoted(line, at + 1);
    if (quoted === undefined) return undefined;
    if (quoted.end < line.length && !isBlank(line, quoted.end)) return undefined;
    return { text: line.slice(start, at) + quoted.text, end: quoted.end };
  }
  return { text: line.slice(start, at), end: at };
}

function readDoubleQuoted(line: string, start: number): Word | undefined {
  let text = "";
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === '"') return { text, end: at + 1 };
    if (char !== "\\" || at + 1 >= line.length) {
      text += char;
      continue;
    }
    const hex = line.slice(at + 2, at + 4);
    if (line.charAt(at + 1) === "x" && HEX_PAIR.test(hex)) {
      text += String.fromCharCode(Number.parseInt(hex, 16));
      at += 3;
    } else {
      const escaped = line.charAt(at + 1);
      text += ESCAPES[escaped] ?? escaped;
      at += 1;
    }
  }
  return undefined;
}

function readSingleQuoted(line: string, start: number): Word | undefined {
  let text = "";
  for (let at = start; at < line.length; at++) {
    const char = line.charAt(at);
    if (char === "'") return { text, end: at + 1 };
    if (char === "\\" && line.charAt(at + 1) === "'") {
      text += "'";
      at++;
    } else {
      text += char;
    }
  }
  return undefined;
}

/** Space, `\t \n \v \f \r`, and NUL. */
function isBlank(line: string, at: number): boolean {
  const code = line.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || code === 0;
}

/** Printable ASCII without quotes and backslash; `#` only behind the first character. */
const PLAIN_WORD = /^[!$-&(-[\]-~][!#-&(-[\]-~]*$/;

/** The word as it may stand in a configuration line: itself when plain, double-quoted otherwise. */
export function quoteWord(word: string): string {
  return PLAIN_WORD.test(word) ? word : quote(word);
}

/** The word in double quotes, everything that is not printable ASCII escaped. */
export function quote(word: string): string {
  let text = '"';
  for (const char of word) text += escapeChar(char);
  return text + '"';
}

function escapeChar(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  for (const [letter, escaped] of Object.entries(ESCAPES))
    if (char === escaped) return `\\${letter}`;
  const code = char.charCodeAt(0);
  if (code >= 0x20 && code < 0x7f) return char;
  return `\\x${code.toString(16).padStart(2, "0")}`;
}
