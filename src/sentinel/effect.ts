import type { Address } from "../base/address.ts";
import type { ClientId, LinkId, MasterName, QuestionId, RunId } from "../base/ids.ts";
import type { Epoch, Millis, SaveNumber } from "../base/units.ts";
import type { Reply } from "../resp/reply.ts";
import type { LogThreshold } from "../wire/sentinel-conf/durable-sentinel.ts";
import type { ServerOrder } from "../wire/server-order.ts";
import type { SentinelEvent } from "./events.ts";
import type { HistoryEntry } from "./receipts/receipt.ts";

/** Everything a sentinel wants done, in the order it must be done. */
export type Effect =
  /** Wake me then with `tick`; replaces the wake-up asked for before. */
  | { readonly kind: "wake-at"; readonly at: Millis }
  /** Read the sockets once, then `tick` with `afterPoll`: what waits there goes first (design §5). */
  | { readonly kind: "poll" }
  /** Look a host name up; answers `resolved` or `resolve-failed`, however late. */
  | { readonly kind: "resolve"; readonly question: QuestionId; readonly name: string }
  /** Connect; answers `link-opened` or `link-lost`. */
  | {
      readonly kind: "open-link";
      readonly link: LinkId;
      /** Its host is a literal address. */
      readonly address: Address;
      readonly purpose: "data" | "sentinel";
      readonly credentials: Credentials;
      /** Spec §2.8: words that the data server knows instead of the usual ones. */
      readonly renamedCommands: ReadonlyMap<string, string>;
    }
  /** Only after `subscription-lost`; answers `subscription-opened` or `subscription-lost`. */
  | { readonly kind: "open-subscription"; readonly link: LinkId }
  /** Forget the link: nothing more is heard of it, not even `link-lost`. */
  | { readonly kind: "close-link"; readonly link: LinkId }
  | {
      readonly kind: "send";
      readonly link: LinkId;
      readonly command: LinkCommand;
      /** Held until that save is done; 0 when nothing durable is revealed. */
      readonly afterSave: SaveNumber;
    }
  | {
      readonly kind: "reply";
      readonly client: ClientId;
      readonly request: number;
      readonly reply: ClientReply;
      readonly afterSave: SaveNumber;
      /** Sent instead when that save fails; the same reply when undefined. */
      readonly ifUnsaved: Reply | undefined;
    }
  | {
      readonly kind: "publish-event";
      readonly event: SentinelEvent;
      readonly afterSave: SaveNumber;
    }
  /**
   * Write the durable view of the state as it is when writing starts; answers `config-saved` or
   * `config-save-failed` with the highest number it carries. One write may carry many.
   */
  | { readonly kind: "save-config"; readonly save: SaveNumber }
  /**
   * Write down what is known of the servers' data (`rememberedView`), whenever there is time. Nothing
   * waits for it and nothing is answered.
   */
  | { readonly kind: "remember" }
  /**
   * Run a program in a process of its own; answers `script-started` and later `script-ended`, or
   * `script-failed`. Never holds up what else is to be done.
   */
  | {
      readonly kind: "run-script";
      readonly job: number;
      readonly argv: readonly [string, ...string[]];
      readonly afterSave: SaveNumber;
    }
  /** SIGKILL for the script and what it has started; `script-ended` follows. */
  | { readonly kind: "kill-script"; readonly job: number }
  /** Append it to the history; one that is there is replaced by what it has become. Never waited for. */
  | { readonly kind: "record"; readonly entry: HistoryEntry }
  /** A peer has delivered what waits here too; the words of its topic `delivered`. */
  | { readonly kind: "webhook-heard"; readonly words: readonly string[] }
  /** A line for the log only. */
  | { readonly kind: "log"; readonly level: LogLevel; readonly message: string }
  /** Log lines below that level are no longer written. */
  | { readonly kind: "set-log-level"; readonly level: LogThreshold }
  /** SIMULATE-FAILURE: die at once, exit status 99, no clean-up. */
  | { readonly kind: "crash" };

export type LogLevel = "debug" | "verbose" | "notice" | "warning";

export interface Credentials {
  readonly user: string | undefined;
  readonly password: string | undefined;
}

/** What goes out on a link. Dropped, never sent, when the save it waits for fails. */
export type LinkCommand =
  | { readonly name: "ping" }
  | { readonly name: "info" }
  | { readonly name: "hello"; readonly master: MasterName; readonly payload: string }
  /** `SENTINEL is-master-down-by-addr`; without a candidate it asks for an opinion, not a vote. */
  | {
      readonly name: "ask";
      readonly master: MasterName;
      readonly address: Address;
      readonly epoch: Epoch;
      readonly candidate: RunId | undefined;
    }
  /** The transaction of spec §6.8; `master` undefined is SLAVEOF NO ONE. */
  | { readonly name: "reconfigure"; readonly master: Address | undefined }
  | { readonly name: "script-kill" }
  /** `INFO server` of a sentinel: which program it is; answers `peer-info`. */
  | { readonly name: "peer-info" }
  /** `SENTINEL SENTINELS <master>`: whom the peer counts; answers `peer-sentinels`. */
  | { readonly name: "sentinels"; readonly master: MasterName }
  /** `SENTINEL MASTER <master>`: the peer's settings; answers `peer-master`. */
  | { readonly name: "master-fields"; readonly master: MasterName }
  /** `SENTINEL VEDETTE <topic> …`, only to a vedette that knows the topic; answers `vedette-reply`. */
  | { readonly name: "vedette"; readonly topic: string; readonly words: readonly string[] }
  /** `SENTINEL GET-MASTER-ADDR-BY-NAME`: where does this peer say the master is? (confirmation.ts) */
  | { readonly name: "where-is"; readonly master: MasterName; readonly round: number }
  /** A step of a planned switchover; answered by `order-reply`. */
  | { readonly name: "order"; readonly order: ServerOrder }
  /** `SENTINEL MASTER`: what a peer holds for this master. */
  | { readonly name: "ask-master"; readonly master: MasterName };

export type ClientReply =
  | { readonly kind: "value"; readonly reply: Reply }
  /** INFO: the shell adds the sections about the process; `sentinel` undefined when not asked for. */
  | {
      readonly kind: "info";
      readonly sections: readonly string[];
      readonly sentinel: string | undefined;
    };
