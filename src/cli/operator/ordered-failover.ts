import { durationText } from "../../base/quantity-text.ts";
import { formatAddress } from "../../base/address.ts";
import { toneOfEvent } from "../../advice/event-tones.ts";
import type { Paint } from "../paint.ts";
import { type Conversation, NoAnswerError } from "./conversation.ts";
import { EXIT, type ExitStatus } from "./exit-status.ts";
import { FailoverProgress } from "./failover-progress.ts";
import type { GroupView } from "./group-view.ts";
import { jsonText, printable } from "./printed.ts";
import type { Surroundings } from "./run-command.ts";
import { followSentinel, type Listener, type ToldEvent } from "./sentinel-events.ts";

export interface Order {
  readonly group: GroupView;
  /** Who is asked to do it. */
  readonly sentinel: Conversation;
  readonly words: readonly string[];
  /** Without loss or not at all. */
  readonly isCoordinated?: boolean;
  readonly limitMs: number;
  readonly json: boolean;
}

/**
 * Gives the order and tells what becomes of it, until all sentinels name the new master, or it is
 * given up, or the time is over.
 * @throws RefusedError when the sentinel refuses
 */
export async function orderAndFollow(
  { set, access, console }: Surroundings,
  { group, sentinel, words, isCoordinated = false, limitMs, json }: Order,
): Promise<ExitStatus> {
  const progress = new FailoverProgress(
    group.name,
    set.conversations
      .map(({ name }) => name)
      .filter((name) => group.sentinels.some((each) => isWatching(each, name))),
    { isCoordinated },
  );
  const ended = new AbortController();
  const over = new Promise<void>((resolve) => {
    ended.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  const told: ToldEvent[] = [];
  let startedAtMs = performance.now();
  const sinceStart = () => performance.now() - startedAtMs;
  const listener: Listener = {
    event: (event) => {
      if (!progress.take(event)) return;
      told.push(event);
      if (!json) console.err(progressLine(event, sinceStart(), console.paint));
      if (progress.isOver) ended.abort();
    },
    lost: (name, reason) => {
      progress.forget(name);
      if (!json) console.err(printable(`lost ${name}: ${reason}`));
      if (progress.isOver) ended.abort();
    },
    back: () => undefined,
  };
  const timer = setTimeout(() => ended.abort(), limitMs);
  try {
    await Promise.allSettled(
      set.conversations.map(({ address, name }) =>
        followSentinel(address, { access, listener, signal: ended.signal }).catch(
          (cause: unknown) => listener.lost(name, String(cause)),
        ),
      ),
    );
    startedAtMs = performance.now();
    try {
      await sentinel.askPatiently(words, limitMs);
    } catch (cause) {
      if (!(cause instanceof NoAnswerError)) throw cause;
      // It may have begun, and others carry on what has begun.
      console.err(printable(`${sentinel.name} did not answer the order: ${cause.message}`));
    }
    await over;
  } finally {
    clearTimeout(timer);
    ended.abort();
  }
  const tookMs = sinceStart();
  const { outcome } = progress;
  const from = formatAddress(group.address);
  if (json) {
    const events = told.map(({ at, ...event }) => ({ at: at.toISOString(), ...event }));
    console.out(
      jsonText({ master: group.name, from, ...outcome, tookMs: Math.round(tookMs), events }),
    );
  } else {
    console.out(outcomeText(group.name, from, outcome, tookMs));
  }
  if (outcome.kind !== "switched") return EXIT.failed;
  return outcome.saidBy < outcome.of ? EXIT.degraded : EXIT.well;
}

function isWatching({ address, names }: GroupView["sentinels"][number], name: string): boolean {
  return names !== undefined && formatAddress(address) === name;
}

const NAME_WIDTH = 36;

function progressLine(event: ToldEvent, atMs: number, paint: Paint): string {
  const { name, sentinel, payload } = event;
  const what = paint.tone(toneOfEvent(name), printable(name).padEnd(NAME_WIDTH));
  return `${String(Math.round(atMs)).padStart(7)} ms  ${what} ${sentinel}  ${paint.faint(printable(payload))}`;
}

function outcomeText(
  name: string,
  from: string,
  outcome: FailoverProgress["outcome"],
  tookMs: number,
): string {
  const after = durationText(tookMs);
  switch (outcome.kind) {
    case "switched":
      return printable(
        `${name}: ${outcome.to} is the master in place of ${from}, said by ${outcome.saidBy} of ${outcome.of} sentinels after ${after}`,
      );
    case "aborted":
      return printable(
        `${name}: given up after ${after}: ${outcome.why}; ${from} is still the master`,
      );
    case "under-way":
      return printable(
        `${name}: not over after ${after}; vedette status ${name} tells how it stands`,
      );
  }
}
