import { type Logger, pino } from "pino";
import { formatAddress } from "../base/address.ts";
import { displayText } from "../base/bytes.ts";
import type { LogLevel } from "../sentinel/effect.ts";
import type { EventSubject, SentinelEvent } from "../sentinel/events.ts";
import type { LogThreshold } from "../wire/sentinel-conf/durable-sentinel.ts";
import type { LogOutput } from "./log-output.ts";
import type { Syslog } from "./syslog.ts";

/** What a line may carry besides its message (style §7); never a secret. */
export interface LogFields {
  readonly addr?: string;
  readonly elapsedMs?: number;
  readonly reason?: string;
  readonly runId?: string;
  readonly err?: unknown;
}

const RANKS: Readonly<Record<LogThreshold, number>> = {
  debug: 0,
  verbose: 1,
  notice: 2,
  warning: 3,
  nothing: 4,
};

/** How our levels read for those who know pino's. */
const LABELS = { debug: "debug", verbose: "debug", notice: "info", warning: "warn" } as const;

/** The daemon's log: one JSON object per line. */
export class Log {
  threshold: LogThreshold;
  readonly #logger: Logger;
  readonly #output: LogOutput;
  /** Gets the same lines as text, where there is one. */
  syslog: Syslog | undefined;

  constructor(options: { readonly threshold: LogThreshold; readonly output: LogOutput }) {
    this.threshold = options.threshold;
    this.#output = options.output;
    this.#logger = pino(
      {
        level: "debug",
        base: { pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      options.output,
    );
  }

  /** A line as Redis writes it, with its level. */
  line(level: LogLevel, message: string, fields: LogFields = {}): void {
    if (!this.#isWritten(level)) return;
    this.#logger[LABELS[level]](fields, displayText(message));
    this.syslog?.write(level, withReason(message, fields));
  }

  /** Every Sentinel event is information; whether it is written goes by its own level. */
  event({ name, level, payload, about }: SentinelEvent): void {
    if (!this.#isWritten(level)) return;
    const fields = { event: name, ...subjectFields(about), payload: displayText(payload) };
    this.#logger.info(fields, "sentinel event");
    this.syslog?.write(level, `${name} ${displayText(payload)}`);
  }

  /** An operator must act. */
  error(message: string, fields: LogFields = {}): void {
    if (!this.#isWritten("warning")) return;
    this.#logger.error(fields, message);
    this.syslog?.write("warning", withReason(message, fields));
  }

  /** We are broken, and end. Written whatever the threshold, and at once. */
  fatal(message: string, fields: LogFields = {}): void {
    this.#logger.fatal(fields, message);
    this.#output.flushNow();
  }

  #isWritten(level: LogLevel): boolean {
    return RANKS[level] >= RANKS[this.threshold];
  }
}

function withReason(message: string, { reason }: LogFields): string {
  return displayText(reason === undefined ? message : `${message}: ${reason}`);
}

function subjectFields({ master, address, ...rest }: EventSubject): object {
  return {
    ...(master === undefined ? {} : { master: displayText(master) }),
    ...(address === undefined ? {} : { addr: formatAddress(address) }),
    ...rest,
  };
}
