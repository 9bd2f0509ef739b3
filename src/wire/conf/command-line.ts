import { quote } from "../../base/quoted-words.ts";

/** What stands on the command line of `redis-server` and `redis-sentinel`. */
export interface CommandLine {
  /** Path of the configuration file; `-` is standard input. */
  readonly file: string | undefined;
  /** The `--directive value …` words as configuration lines. */
  readonly text: string;
}

/** `--sentinel` chooses the mode and needs no value; words behind it are a `sentinel` line. */
const NEEDS_NO_VALUE: ReadonlySet<string> = new Set(["--save", "--sentinel"]);

/**
 * Turns `[FILE] --directive value … --directive value …` into lines of a configuration file.
 * The word behind a directive is its value even when it begins with `--`, except behind `--save`,
 * which without a value means `save ""`, and `--sentinel`. Observed with redis-server 7.0.15.
 * @param argv the words behind the program's name, as latin1 binary texts
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const [first, ...others] = argv;
  const isFile = first !== undefined && (first === "-" || !first.startsWith("-"));
  const words = isFile ? others : argv;

  const lines: string[][] = [];
  let directive: string | undefined;
  for (const word of words) {
    const isValue = directive !== undefined && !NEEDS_NO_VALUE.has(directive);
    if (word.startsWith("--") && !isValue) {
      lines.push([word.slice("--".length)]);
      // `"--port 7000"` is a whole line already.
      directive = word.includes(" ") ? undefined : word.toLowerCase();
    } else {
      if (lines.length === 0) lines.push([]);
      lines.at(-1)?.push(quote(word));
      directive = undefined;
    }
  }
  const text = lines.map((line) => `${formatLine(line)}\n`).join("");
  return { file: isFile ? first : undefined, text };
}

function formatLine(line: readonly string[]): string {
  const isBareSave = line.length === 1 && line[0]?.toLowerCase() === "save";
  return isBareSave ? 'save ""' : line.join(" ");
}
