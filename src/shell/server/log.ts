import { appendFileSync } from "node:fs";
import type { LogLevel } from "../../server/effect.ts";
import type { Syslog } from "../syslog.ts";

/** Below this level nothing is written; `nothing` writes nothing at all. */
export type LogThreshold = LogLevel | "nothing";

/** Who writes: the master, a replica, a process that is no server yet, or a sentinel. */
export type LogRole = "M" | "S" | "C" | "X";

export type Logger = (level: LogLevel, text: string) => void;

const RANKS: Readonly<Record<LogThreshold, number>> = {
  debug: 0,
  verbose: 1,
  notice: 2,
  warning: 3,
  nothing: 4,
};
const MARKS: Readonly<Record<LogLevel, string>> = {
  debug: ".",
  verbose: "-",
  notice: "*",
  warning: "#",
};
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/**
 * Log lines in Redis' layout, which tools and test suites look for (server spec §2.19):
 * `<pid>:<role> <DD Mon YYYY HH:MM:SS.mmm> <mark> <text>`. Each line opens the file anew, so that
 * it may be moved away at any time.
 * @param options read at each line: level and role change while the server runs
 */
export function newLogger(options: {
  /** Empty for standard output. */
  readonly file: () => string;
  readonly threshold: () => LogThreshold;
  readonly role: () => LogRole;
  readonly syslog?: Syslog | undefined;
}): Logger {
  return (level, text) => {
    if (RANKS[level] < RANKS[options.threshold()]) return;
    const moment = formatMoment(new Date());
    const line = `${process.pid}:${options.role()} ${moment} ${MARKS[level]} ${text}\n`;
    const file = options.file();
    if (file === "") process.stdout.write(line);
    else appendLine(file, line);
    options.syslog?.write(level, text);
  };
}

/** A log that cannot be written must not stop the server. */
function appendLine(file: string, line: string): void {
  try {
    appendFileSync(file, line);
  } catch (error) {
    process.stderr.write(`cannot write to ${file}: ${String(error)}\n${line}`);
  }
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function formatMoment(date: Date): string {
  const day = `${two(date.getDate())} ${MONTHS[date.getMonth()] ?? ""} ${date.getFullYear()}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
