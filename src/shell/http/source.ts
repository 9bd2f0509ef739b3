import type { Address } from "../../base/address.ts";
import type { Millis } from "../../base/units.ts";
import type { Reply } from "../../resp/reply.ts";
import type { SentinelState } from "../../sentinel/state.ts";
import type { Log } from "../log.ts";
import type { Requester } from "../../sentinel/receipts/receipt.ts";
import type { EventFeed } from "../sentinel/event-feed.ts";
import type { WebhookFigures } from "../webhooks/figures.ts";

/** What HTTP needs of the daemon that it shows. It reads, and asks as any client does. */
export interface HttpSource {
  readonly state: SentinelState;
  readonly now: () => Millis;
  readonly feed: EventFeed;
  /** A request as a client of the listener sends it; the answer may come later, or never at the end. */
  readonly ask: (
    words: readonly [string, ...string[]],
    from: Requester | undefined,
    onReply: (reply: Reply) => void,
  ) => void;
  readonly log: Log;
  readonly facts: HttpFacts;
  /** What the listener counts, for metrics. */
  readonly counts: () => ListenerCounts;
  readonly webhooks: WebhookFigures;
}

export interface HttpFacts {
  readonly version: string;
  readonly configFile: string;
  /** Wall clock, milliseconds since 1970. */
  readonly startedAtMs: number;
}

export interface ListenerCounts {
  readonly clients: number;
  readonly commands: number;
  readonly subscribers: number;
}

/** A connection that could not be accepted (no file handles, say) is one line of the log, no more. */
export function tellAcceptFault({ log }: HttpSource, cause: Error): void {
  log.line("warning", "HTTP: a connection could not be accepted", { reason: cause.message });
}

/** Where this sentinel says that it is. */
export function ownAddress({ settings, ownHost }: SentinelState): Address | undefined {
  const host = settings.announceIp ?? ownHost;
  if (host === undefined) return undefined;
  return { host, port: settings.announcePort === 0 ? settings.port : settings.announcePort };
}
