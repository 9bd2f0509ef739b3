import type { Address } from "../base/address.ts";
import type { Reply } from "../resp/reply.ts";
import type { ServerOrder } from "../wire/server-order.ts";
import type { PublishedHello } from "./hello-texts.ts";
import type { StreamEntry } from "./replication-log.ts";

/** What a data server understands; text is parsed for real where a decision hangs on it. */
export type ServerCommand =
  /** HELLO 3 and SUBSCRIBE: one connection for commands and hellos. */
  | { readonly name: "hello-3-subscribe" }
  | { readonly name: "subscribe" }
  | { readonly name: "ping" }
  | { readonly name: "info" }
  | { readonly name: "role" }
  | { readonly name: "publish"; readonly hello: PublishedHello }
  /** The transaction of sentinel spec §6.8; undefined is SLAVEOF NO ONE. */
  | { readonly name: "reconfigure"; readonly master: Address | undefined }
  | { readonly name: "script-kill" }
  /** A client's write, known by its number. */
  | { readonly name: "write"; readonly write: number }
  /** How many replicas have all writes so far, as soon as it is that many or the time is up. */
  | { readonly name: "wait"; readonly replicas: number; readonly timeoutMs: number }
  /** From a replica: the history it has and the offset behind its last entry. */
  | {
      readonly name: "psync";
      readonly replid: string;
      readonly offset: number;
      readonly address: Address;
      /** PSYNC … FAILOVER: become a master first. */
      readonly promotes?: boolean;
    }
  /** A step of a planned switchover. Answered by an array, an item for each of its commands. */
  | { readonly name: "order"; readonly order: ServerOrder }
  | { readonly name: "replconf-ack"; readonly offset: number };

/** What goes over a connection, one unit of delivery each. */
export type Message =
  | { readonly kind: "server-command"; readonly command: ServerCommand }
  /** To a sentinel: the words of a command. */
  | { readonly kind: "sentinel-command"; readonly args: readonly [string, ...string[]] }
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "hello"; readonly hello: PublishedHello }
  /** Replication, master to replica. */
  | { readonly kind: "full-resync" }
  | {
      readonly kind: "snapshot";
      readonly replid: string;
      readonly offset: number;
      readonly writes: readonly number[];
    }
  | {
      readonly kind: "continue";
      readonly replid: string;
      readonly entries: readonly StreamEntry[];
    }
  | { readonly kind: "stream"; readonly entry: StreamEntry };
