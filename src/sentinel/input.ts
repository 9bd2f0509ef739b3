import type { RememberedGroup } from "../wire/instance-memory.ts";
import type { Address } from "../base/address.ts";
import type { ClientId, LinkId, MasterName, QuestionId, RunId } from "../base/ids.ts";
import type { Epoch, SaveNumber, UnixMillis } from "../base/units.ts";
import type { HelloContent } from "../wire/hello.ts";
import type { InfoReport } from "../wire/info.ts";
import type { HistoryEntry, Requester } from "./receipts/receipt.ts";
import type { ServerOrder } from "../wire/server-order.ts";
import type { OutsideSecrets } from "./outside-secrets.ts";
import type { PingReply } from "../wire/ping-reply.ts";
import type { PeerView } from "../wire/peer-view.ts";

/** Everything that can happen to a sentinel. Data: prints, compares, records and replays. */
export type Input =
  /** The daemon is about to serve: emits `+monitor`, opens links. Once. */
  | { readonly kind: "start" }
  /**
   * The wake-up asked for by `wake-at`, or what follows the effect `poll` (`afterPoll`): the
   * sockets have been read once since the wake-up.
   */
  | { readonly kind: "tick"; readonly afterPoll: boolean }
  | {
      readonly kind: "link-opened";
      readonly link: LinkId;
      /** Our address as that instance sees it: what a hello announces (spec §4.1). */
      readonly localHost: string;
      /** Data links: subscribed on the same connection (RESP3) or waiting for a second one. */
      readonly subscribed: boolean;
    }
  | {
      readonly kind: "link-lost";
      readonly link: LinkId;
      readonly reason: string;
      /** A living host answered that nobody listens there. */
      readonly refused?: boolean;
      /** It turned the connection away, by refusing, resetting or closing it. */
      readonly turnedAway?: boolean;
      /** The server refused the password: its word, such as `WRONGPASS`. */
      readonly credentialFault?: string | undefined;
    }
  /** Only where a second connection carries the subscription (RESP2). */
  | { readonly kind: "subscription-opened"; readonly link: LinkId }
  | { readonly kind: "subscription-lost"; readonly link: LinkId; readonly reason: string }
  | { readonly kind: "ping-reply"; readonly link: LinkId; readonly reply: PingReply }
  | {
      readonly kind: "info-reply";
      readonly link: LinkId;
      /** Undefined when INFO was answered by an error. */
      readonly info: InfoReport | undefined;
    }
  | {
      readonly kind: "hello-reply";
      readonly link: LinkId;
      readonly master: MasterName;
      readonly accepted: boolean;
    }
  | {
      readonly kind: "ask-reply";
      readonly link: LinkId;
      readonly master: MasterName;
      /** The epoch and candidate of the question. */
      readonly asked: { readonly epoch: Epoch; readonly candidate: RunId | undefined };
      /** Undefined when the answer was an error or not of the expected shape. */
      readonly answer: AskAnswer | undefined;
    }
  | {
      readonly kind: "place-reply";
      readonly link: LinkId;
      readonly master: MasterName;
      /** Of the question. */
      readonly round: number;
      /** Undefined when the peer does not know the master, refused, or said something else. */
      readonly place: Address | undefined;
    }
  | {
      readonly kind: "reconfigure-reply";
      readonly link: LinkId;
      /** The error of the first command that failed; undefined when all went well. */
      readonly refusal: string | undefined;
    }
  | {
      readonly kind: "peer-info";
      readonly link: LinkId;
      /** Undefined: not a vedette, or it does not tell. */
      readonly vedetteVersion: string | undefined;
    }
  | {
      readonly kind: "peer-sentinels";
      readonly link: LinkId;
      readonly master: MasterName;
      /** Undefined when the answer was an error or none that one can read. */
      readonly runIds: readonly RunId[] | undefined;
    }
  | {
      readonly kind: "peer-master";
      readonly link: LinkId;
      readonly master: MasterName;
      /** Undefined when it does not watch that master. */
      readonly fields: ReadonlyMap<string, string> | undefined;
    }
  | {
      readonly kind: "vedette-reply";
      readonly link: LinkId;
      readonly topic: string;
      /** What was asked. */
      readonly words: readonly string[];
      /** Undefined when it was answered by an error or by something else than a list of words. */
      readonly answer: readonly string[] | undefined;
    }
  | {
      readonly kind: "order-reply";
      readonly link: LinkId;
      readonly order: ServerOrder;
      /** For each command of the order, its error; undefined where it went well. */
      readonly refusals: readonly (string | undefined)[];
    }
  | {
      readonly kind: "master-reply";
      readonly link: LinkId;
      readonly master: MasterName;
      /** Undefined when the peer does not know the master or answered something else. */
      readonly view: PeerView | undefined;
    }
  /** A receiver of webhooks has taken what all sentinels of the master had to tell; the words are for them. */
  | {
      readonly kind: "webhook-delivered";
      readonly master: MasterName;
      readonly words: readonly string[];
    }
  /** From a subscription (`link`) or a PUBLISH of a client (`link` undefined). */
  | {
      readonly kind: "hello-received";
      readonly link: LinkId | undefined;
      readonly hello: HelloContent;
    }
  /** What came on a subscription and is no hello; the reason is a phrase. */
  | { readonly kind: "hello-ignored"; readonly link: LinkId; readonly reason: string }
  /** SENTINEL, ROLE, PUBLISH or INFO; arguments as sent, binary strings, command word first. */
  | {
      readonly kind: "client-request";
      readonly client: ClientId;
      readonly request: number;
      readonly args: readonly [string, ...string[]];
      /** Paths among the words of SENTINEL SET at which there is a program; others are refused. */
      readonly executables?: ReadonlySet<string>;
      /** Who asks: user and address; what is not known is no client of a listener. */
      readonly from?: Requester;
    }
  | { readonly kind: "script-started"; readonly job: number; readonly pid: number }
  /** `signal` 0 when it exited, else what killed it, and then `exitCode` is 0. */
  | {
      readonly kind: "script-ended";
      readonly job: number;
      readonly exitCode: number;
      readonly signal: number;
    }
  /** There is no process for it: too many, too little memory. */
  | { readonly kind: "script-failed"; readonly job: number; readonly reason: string }
  /** All addresses of a name, in the resolver's order. */
  | { readonly kind: "resolved"; readonly question: QuestionId; readonly ips: readonly string[] }
  | {
      readonly kind: "resolve-failed";
      readonly question: QuestionId;
      /** There is no such name; else the resolver is out of order. */
      readonly isGone: boolean;
      readonly reason: string;
    }
  /** For connections from now on: those that are open have proved themselves. */
  | { readonly kind: "secrets-changed"; readonly secrets: OutsideSecrets }
  /** What earlier lives of this sentinel kept, oldest first; before `start`, or when the disk gives it. */
  | {
      readonly kind: "history-loaded";
      readonly entries: readonly HistoryEntry[];
      /** Not read yet: audit entries are numbered above this, so that none takes the place of an earlier one. */
      readonly auditsAbove?: number;
    }
  /** What an earlier process wrote down of the servers' data; before `start`, or when the disk gives it. */
  | { readonly kind: "memory-loaded"; readonly groups: readonly RememberedGroup[] }
  /** The wall clock was looked at: now and then, for it may be set. */
  | { readonly kind: "wall-clock"; readonly unixMs: UnixMillis }
  | { readonly kind: "config-saved"; readonly save: SaveNumber }
  | { readonly kind: "config-save-failed"; readonly save: SaveNumber; readonly reason: string };

/** The answer to `SENTINEL is-master-down-by-addr`, validated. */
export interface AskAnswer {
  readonly down: boolean;
  /** Undefined for `*`. */
  readonly leader: RunId | undefined;
  readonly leaderEpoch: Epoch;
}
