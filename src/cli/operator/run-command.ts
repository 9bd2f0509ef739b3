import { paintFor, type Paint } from "../paint.ts";
import { accessOf, type Access } from "./access.ts";
import { RefusedError, NoAnswerError } from "./conversation.ts";
import { EXIT, type ExitStatus, OperatorError } from "./exit-status.ts";
import type { ReachOptions } from "./options.ts";
import { placesOf } from "./places.ts";
import { printable } from "./printed.ts";
import { SentinelSet } from "./sentinel-set.ts";

/** Where a command prints: results to `out`, progress and questions to `err`. */
export interface Console {
  readonly out: (line: string) => void;
  readonly err: (line: string) => void;
  readonly paint: Paint;
}

const TERMINAL: Console = {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  paint: paintFor(process.stdout),
};

/** What every command that talks to sentinels is given. */
export interface Surroundings {
  readonly set: SentinelSet;
  readonly access: Access;
  readonly console: Console;
}

/**
 * Finds the sentinels, does the command, closes what was opened; failures become one line and their
 * exit status.
 */
export async function withSentinels(
  name: string,
  options: ReachOptions,
  perform: (surroundings: Surroundings) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  return reporting(name, async () => {
    const access = accessOf(options);
    const set = await SentinelSet.find(placesOf(options.from, "--from"), access);
    try {
      return await perform({ set, access, console: TERMINAL });
    } finally {
      set.close();
    }
  });
}

/** Failures of the user's or the world's making as one line; ours are thrown on. */
async function reporting(name: string, perform: () => Promise<ExitStatus>): Promise<ExitStatus> {
  try {
    return await perform();
  } catch (error) {
    const status = statusOf(error);
    if (status === undefined || !(error instanceof Error)) throw error;
    const text = error.message.split("\n").map(printable).join("\n");
    process.stderr.write(`vedette ${name}: ${text}\n`);
    return status;
  }
}

function statusOf(error: unknown): ExitStatus | undefined {
  if (error instanceof OperatorError) return error.status;
  if (error instanceof NoAnswerError) return EXIT.noAnswer;
  return error instanceof RefusedError ? EXIT.failed : undefined;
}
