import type { ClientId } from "../base/ids.ts";
import type { ReplyWriter } from "./reply-writer.ts";

/**
 * What a command sees of the client that sent it. The listener owns the object; the deciding floors
 * read it and write replies to it, and so open no socket themselves (design §2, §7).
 */
export interface Connection {
  readonly id: ClientId;
  /** `ip:port` of the client, `[v6]:port`, or the path of a unix socket with `:0`. */
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly reply: ReplyWriter;
  /** Set by CLIENT SETNAME or HELLO; empty when unset. */
  readonly name: string;
  /** The ACL user; `default` before AUTH. */
  readonly user: string;
  readonly authenticated: boolean;
  /** The user may not do everything: each request must be looked at. */
  readonly isRestricted: boolean;
  /** CLIENT NO-TOUCH: what it reads does not count as used. */
  readonly noTouch: boolean;
  /** Channels plus patterns. */
  readonly subscriptions: number;
  /** 0 for none: with so many unsent bytes the client is closed, and nothing of them is sent. */
  readonly outputLimitBytes: number;
  /** Sends what is encoded already, outside of the replies to this client's requests. */
  deliver(output: string): void;
  /** Sends what was written so far, then closes; nothing that follows is executed. */
  closeAfterReply(): void;
}
