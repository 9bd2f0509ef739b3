import { setTimeout as pause } from "node:timers/promises";
import { type Address, formatAddress } from "../../base/address.ts";
import type { Access } from "./access.ts";
import { Conversation, NoAnswerError, RefusedError } from "./conversation.ts";

/** One event as one sentinel published it. */
export interface ToldEvent {
  readonly at: Date;
  /** `host:port` of the sentinel. */
  readonly sentinel: string;
  readonly name: string;
  readonly payload: string;
}

export interface Listener {
  readonly event: (event: ToldEvent) => void;
  /** A sentinel's connection was lost, and why; or is there again. */
  readonly lost: (sentinel: string, reason: string) => void;
  readonly back: (sentinel: string) => void;
}

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/**
 * Follows what one sentinel publishes until the signal comes, over lost connections too.
 * @returns a promise for the first subscription
 * @throws NoAnswerError when it cannot even be subscribed the first time
 */
export async function followSentinel(
  address: Address,
  {
    access,
    listener,
    signal,
  }: {
    readonly access: Access;
    readonly listener: Listener;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const sentinel = formatAddress(address);
  const subscribe = async (): Promise<Conversation> => {
    const conversation = await Conversation.open(address, access);
    signal.addEventListener("abort", () => conversation.close(), { once: true });
    await conversation.listen(["*"], (name, payload) => {
      if (!signal.aborted) listener.event({ at: new Date(), sentinel, name, payload });
    });
    return conversation;
  };
  const goOn = async (first: Conversation): Promise<void> => {
    let conversation = first;
    while (!signal.aborted) {
      const reason = await conversation.ended();
      if (signal.aborted) return;
      listener.lost(sentinel, reason);
      conversation = await again(subscribe, signal);
      if (!signal.aborted) listener.back(sentinel);
    }
  };
  const first = await subscribe();
  goOn(first).catch((cause: unknown) => {
    if (!signal.aborted) listener.lost(sentinel, cause instanceof Error ? cause.message : "");
  });
}

/** Tries with growing pauses until it works; an error when the signal comes first. */
async function again(
  subscribe: () => Promise<Conversation>,
  signal: AbortSignal,
): Promise<Conversation> {
  for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LAST_RETRY_MS)) {
    await pause(waitMs, undefined, { signal });
    try {
      return await subscribe();
    } catch (cause) {
      if (!(cause instanceof NoAnswerError || cause instanceof RefusedError)) throw cause;
    }
  }
}

/** Whether the event is about this master: its name tells where the payload has that of the master. */
export function isAbout(
  master: string,
  { name, payload }: Pick<ToldEvent, "name" | "payload">,
): boolean {
  const words = payload.split(" ");
  switch (name) {
    case "+switch-master":
      return words[0] === master;
    case "+vedette-receipt":
      // `mymaster,7,auto completed`
      return words[0]?.replace(/,\d+,[^,]*$/, "") === master;
    case "+vedette-audit":
      // `default 127.0.0.1:36356 SENTINEL PAUSE mymaster … #OK`
      return words[2] === "SENTINEL" && words[4] === master;
  }
  const at = words.indexOf("@");
  if (at >= 0) return words[at + 1] === master;
  return words[0] === "master" && words[1] === master;
}
