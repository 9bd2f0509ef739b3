import type { RunId } from "../../base/ids.ts";
import type { Effect, LinkCommand } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import { HELLO_CHANNEL } from "../../wire/hello.ts";
import { readCredentialFault } from "../../wire/ping-reply.ts";
import type { RecentHellos } from "../../wire/recent-hellos.ts";
import type { TlsDialer } from "../tls/tls-dialer.ts";
import { Connection } from "./connection.ts";
import { sendCommand } from "./link-commands.ts";
import { isError } from "./replies.ts";
import type { LinkReply } from "./request.ts";

export type LinkTarget = Extract<Effect, { readonly kind: "open-link" }>;

/** What all links of a sentinel have in common. */
export interface LinkOptions {
  readonly myId: RunId;
  /** Where the connections come from (`bind-source-addr`); undefined leaves it to the system. */
  readonly localAddress?: string | undefined;
  /** Encrypts all links (`tls-replication`); undefined leaves them plain. */
  readonly tls?: TlsDialer | undefined;
  /** Shared by all links. */
  readonly hellos: RecentHellos;
  /** Takes what happens on the links; must not throw. */
  readonly report: (input: Input) => void;
}

/** What the log wants to know of one link, and the core does not. */
export interface LinkNotes {
  /** Told with each connection; undefined when the server took the password, or none was given. */
  passwordRefused(reason: string | undefined): void;
}

/** How many characters of our id are in the names of our connections (spec sentinel §2.4). */
const ID_IN_NAME = 8;

/** What the system says when a living host has nobody who listens at that port. */
const REFUSED = "connect ECONNREFUSED";

/** The same for a host, or what stands before it, that takes a connection only to end it. */
const TURNED_AWAY = /ECONNRESET|^connection closed$/;

const NO_RENAMED_COMMANDS: ReadonlyMap<string, string> = new Map();

/**
 * A link of the core: a connection for commands, and for a data server the subscription to hellos,
 * on the same connection under RESP3 and on a second one under RESP2.
 */
export class Link {
  readonly #target: LinkTarget;
  readonly #options: LinkOptions & LinkNotes;
  readonly #commands: Connection;
  /** The second connection, if there is one. */
  #messages: Connection | undefined;

  /** Starts to connect; reports `link-opened` or `link-lost`. */
  constructor(target: LinkTarget, options: LinkOptions & LinkNotes) {
    this.#target = target;
    this.#options = options;
    this.#commands = this.#connect({
      suffix: "cmd",
      protocol: target.purpose === "data" ? 3 : 2,
      opened: () => this.#onOpened(),
      lost: (reason) => this.#onLost(reason),
    });
  }

  send(command: LinkCommand): void {
    sendCommand(this.#commands, this.#target.link, command, this.#options.report);
  }

  /** Subscribes (again); reports `subscription-opened` or `subscription-lost`. */
  openSubscription(): void {
    if (this.#commands.protocol === 3) {
      this.#commands.subscribe(HELLO_CHANNEL, (reply) => this.#onSubscribed(reply));
      return;
    }
    this.#messages?.close();
    const messages = this.#connect({
      suffix: "pubsub",
      protocol: 2,
      opened: () => messages.subscribe(HELLO_CHANNEL, (reply) => this.#onSubscribed(reply)),
      lost: (reason) => this.#onSubscriptionLost(reason),
    });
    this.#messages = messages;
  }

  /** Ends the link; nothing more is reported of it. */
  close(): void {
    this.#commands.close();
    this.#messages?.close();
  }

  #connect(how: {
    readonly suffix: "cmd" | "pubsub";
    readonly protocol: 2 | 3;
    readonly opened: () => void;
    readonly lost: (reason: string) => void;
  }): Connection {
    const { address, credentials, purpose, renamedCommands } = this.#target;
    const { myId, localAddress, tls } = this.#options;
    return new Connection({
      address,
      localAddress,
      tls,
      ...credentials,
      protocol: how.protocol,
      name: `sentinel-${myId.slice(0, ID_IN_NAME)}-${how.suffix}`,
      // Peers never rename commands for one master (W-21).
      renamedCommands: purpose === "data" ? renamedCommands : NO_RENAMED_COMMANDS,
      events: {
        opened: how.opened,
        lost: how.lost,
        message: (channel, payload) => this.#onMessage(channel, payload),
      },
    });
  }

  #onOpened(): void {
    const { link, purpose } = this.#target;
    const subscribed = purpose === "data" && this.#commands.protocol === 3;
    this.#options.passwordRefused(this.#commands.passwordRefusal);
    if (subscribed) {
      this.#commands.subscribe(HELLO_CHANNEL, (reply) => {
        if (isError(reply)) this.#onSubscriptionLost(reply.message);
      });
    }
    this.#options.report({
      kind: "link-opened",
      link,
      localHost: this.#commands.localHost,
      subscribed,
    });
  }

  #onLost(reason: string): void {
    this.#messages?.close();
    const refused = reason.startsWith(REFUSED);
    const credentialFault = readCredentialFault(reason);
    const { link } = this.#target;
    const turnedAway = refused || TURNED_AWAY.test(reason);
    const lost = { kind: "link-lost", link, reason, refused, credentialFault } as const;
    this.#options.report(turnedAway ? { ...lost, turnedAway } : lost);
  }

  #onSubscribed(reply: LinkReply): void {
    if (isError(reply)) {
      this.#onSubscriptionLost(reply.message);
      return;
    }
    this.#options.report({ kind: "subscription-opened", link: this.#target.link });
  }

  #onSubscriptionLost(reason: string): void {
    this.#messages?.close();
    this.#messages = undefined;
    this.#options.report({ kind: "subscription-lost", link: this.#target.link, reason });
  }

  #onMessage(channel: string, payload: string): void {
    if (channel !== HELLO_CHANNEL) return;
    const message = this.#options.hellos.read(payload);
    const { link } = this.#target;
    this.#options.report(
      message.kind === "hello"
        ? { kind: "hello-received", link, hello: message }
        : { kind: "hello-ignored", link, reason: message.reason },
    );
  }
}
