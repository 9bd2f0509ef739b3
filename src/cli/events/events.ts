import { formatAddress } from "../../base/address.ts";
import { toneOfEvent } from "../../advice/event-tones.ts";
import { EXIT, type ExitStatus } from "../operator/exit-status.ts";
import { printable } from "../operator/printed.ts";
import { type Console, withSentinels } from "../operator/run-command.ts";
import {
  followSentinel,
  isAbout,
  type Listener,
  type ToldEvent,
} from "../operator/sentinel-events.ts";
import { groupsOf } from "../status/status.ts";
import type { EventsOptions } from "./command.ts";

/** @returns the exit status: 0 when the person or the time ends it */
export async function runEvents(options: EventsOptions): Promise<ExitStatus> {
  return withSentinels("events", options, async ({ set, access, console }) => {
    if (options.master !== undefined) await groupsOf(set, options.master);
    const ended = endOf(options.for);
    const width = Math.max(...set.conversations.map(({ name }) => name.length));
    const listener = printing(options, console, width);
    const listening = await Promise.allSettled(
      set.conversations.map(({ address }) =>
        followSentinel(address, { access, listener, signal: ended.signal }),
      ),
    );
    for (const [index, attempt] of listening.entries()) {
      if (attempt.status === "fulfilled") continue;
      listener.lost(set.conversations[index]?.name ?? "", String(attempt.reason));
    }
    for (const { address, reason } of set.unreached) listener.lost(formatAddress(address), reason);
    if (!options.json)
      console.err(`following ${set.conversations.length} sentinels; Ctrl-C ends it`);
    await ended.promise;
    return EXIT.well;
  });
}

/** Ctrl-C, the wish to end of whoever started us, or the time that was given. */
function endOf(seconds: number | undefined): {
  readonly signal: AbortSignal;
  readonly promise: Promise<void>;
} {
  const controller = new AbortController();
  const end = () => controller.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, end);
  // A reader that has enough (`| head`) closes the pipe.
  process.stdout.on("error", end);
  if (seconds !== undefined) setTimeout(end, seconds * 1_000);
  const promise = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return { signal: controller.signal, promise };
}

function printing({ json, master }: EventsOptions, console: Console, width: number): Listener {
  return {
    event: (event) => {
      if (master !== undefined && !isAbout(master, event)) return;
      console.out(json ? eventAsJson(event) : eventLine(event, console, width));
    },
    lost: (sentinel, reason) => console.err(printable(`lost ${sentinel}: ${reason}`)),
    back: (sentinel) => console.err(`following ${sentinel} again`),
  };
}

function eventAsJson({ at, sentinel, name, payload }: ToldEvent): string {
  return JSON.stringify({ at: at.toISOString(), sentinel, name, payload });
}

const NAME_WIDTH = 20;

function eventLine(
  { at, sentinel, name, payload }: ToldEvent,
  { paint }: Console,
  width: number,
): string {
  const clock = paint.faint(at.toISOString().slice(11, 23));
  const what = paint.tone(toneOfEvent(name), printable(name).padEnd(NAME_WIDTH));
  return `${clock}  ${sentinel.padEnd(width)}  ${what}  ${printable(payload)}`;
}
