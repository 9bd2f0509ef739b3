import type { Address } from "../../base/address.ts";
import { unreachable } from "../../base/assert.ts";
import { type Bytes, textOf } from "../../base/bytes.ts";
import { type ClientId, clientId } from "../../base/ids.ts";
import type { Reply } from "../../resp/reply.ts";
import type { ReplyWriter } from "../../resp/reply-writer.ts";
import type { ClientReply, Effect } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import type { Requester } from "../../sentinel/receipts/receipt.ts";
import { unknownCommand } from "../../server/errors.ts";
import { denialError } from "../../wire/acl/permission.ts";
import { AddressReplies } from "./address-replies.ts";
import { isExecutable } from "./executables.ts";
import { RequestPause } from "./request-pause.ts";
import { parseShutdownOptions } from "./shutdown-options.ts";
import type { ClientConnection } from "../listener/client-connection.ts";
import type { RequestHandler } from "../listener/request-handler.ts";
import type { SessionContext } from "../listener/session/session-command.ts";
import { SENTINEL_SESSION_COMMANDS } from "../listener/session/session-commands.ts";
import {
  NOAUTH,
  notForSubscribers,
  unknownSubcommand,
  wrongArity,
} from "../listener/session/session-errors.ts";
import { isBarredFrom } from "../listener/session/subscriptions.ts";
import { answerCommand } from "./command-command.ts";
import { type CommandNames, withTrueName } from "../renamed-commands.ts";
import { findCommand, type FoundFacts, needsNoAuthentication } from "./command-table.ts";

export interface RequestOptions {
  /** What AUTH, HELLO, CLIENT and the subscriptions need; read when one comes. */
  readonly session: () => SessionContext;
  /** Where a master is, as far as the core may say so without a step. */
  readonly knownAddress: (name: string) => Address | undefined;
  /** Takes the inputs for the core; must not throw. */
  readonly deliver: (input: Input) => void;
  /** SENTINEL VEDETTE WEBHOOK …: the words behind it. */
  readonly webhookCommand: (words: readonly string[]) => Reply;
  /** The text of INFO, see `ProcessInfo.compose`. */
  readonly composeInfo: (sections: readonly string[], sentinel: string | undefined) => string;
  /** `rename-command` */
  readonly renamed: CommandNames;
  /** SHUTDOWN: the process ends. */
  readonly shutdown: () => void;
}

type ReplyEffect = Extract<Effect, { readonly kind: "reply" }>;

/** Where the core's answer to a request goes. */
type Answered = (reply: ClientReply) => void;

/** A request that the core is asked about right now. */
interface Asked {
  readonly request: number;
  readonly answered: Answered;
}

/** In the core's eyes all requests that come by another door than the listener's are of one client. */
const OTHER_DOOR = clientId(0);

/**
 * The sentinel behind the listener: checks each request in Redis' order (there is such a command, it
 * has as many words, the client has authenticated, its user may call it, also while it has subscriptions), and
 * answers it or asks the core (spec sentinel §7.1).
 */
export class SentinelRequests implements RequestHandler {
  /** Commands executed so far, for INFO. */
  processed = 0;
  readonly #options: RequestOptions;
  #lastRequest = 0;
  #asked: Asked | undefined;
  readonly #addresses = new AddressReplies();
  /** CLIENT PAUSE */
  readonly pause = new RequestPause();
  /** Replies that the core owes, by request: mostly because a save must be done first. */
  readonly #owed = new Map<number, Answered>();

  constructor(options: RequestOptions) {
    this.#options = options;
  }

  onRequest(client: ClientConnection, request: readonly Bytes[]): void {
    const args = withTrueName(this.#options.renamed, request);
    const found = findCommand(args);
    const refusal =
      found.kind === "command" ? this.#refuse(client, found, args) : errorOf(found, request);
    if (found.kind !== "command" || refusal !== undefined) {
      client.reply.error(refusal ?? "");
      return;
    }
    if (this.pause.holds(client, found.meant.name, request)) return;
    this.processed++;
    if (
      found.meant.name === "sentinel|vedette" &&
      textOf(args[2] ?? "").toLowerCase() === "webhook"
    ) {
      client.reply.reply(this.#options.webhookCommand(args.slice(3).map(textOf)));
      return;
    }
    if (ADDRESS_QUERIES.has(found.meant.name) && this.#tellAddress(client, args)) return;
    this.#execute(client, found.command.name, args);
  }

  onDisconnect(client: ClientConnection): void {
    this.pause.forget(client);
  }

  /** Performs the core's `reply`. */
  reply({ request, reply }: ReplyEffect): void {
    if (this.#asked?.request === request) {
      const { answered } = this.#asked;
      this.#asked = undefined;
      answered(reply);
      return;
    }
    const owed = this.#owed.get(request);
    this.#owed.delete(request);
    owed?.(reply);
  }

  /**
   * A request that does not come over the listener (HTTP): whoever passes it on has seen to it that its
   * sender may.
   */
  ask(args: readonly [string, ...string[]], from: Requester | undefined, answered: Answered): void {
    this.processed++;
    this.#deliver({ client: OTHER_DOOR, args, from, answered, later: () => answered });
  }

  /** @returns the text of the first error in Redis' order of checks */
  #refuse(
    client: ClientConnection,
    { command, meant }: Extract<FoundFacts, { readonly kind: "command" }>,
    args: readonly Bytes[],
  ): string | undefined {
    client.lastCommand = meant.name;
    const isOpen = needsNoAuthentication(command);
    if (!client.authenticated && !isOpen) return NOAUTH;
    if (client.isRestricted && !isOpen) {
      const { access } = this.#options.session();
      const denial = access.authorize(client, meant.name, args, "toplevel");
      if (denial !== undefined) return denialError(denial);
    }
    return isBarredFrom(client, command.name) ? notForSubscribers(meant.name) : undefined;
  }

  #execute(client: ClientConnection, name: string, args: readonly Bytes[]): void {
    switch (name) {
      case "sentinel":
      case "info":
      case "publish":
      case "role":
        this.#ask(client, args);
        return;
      case "command":
        client.reply.reply(answerCommand(args.slice(1).map(textOf)));
        return;
      case "shutdown":
        this.#shutdown(client, args.slice(1).map(textOf));
        return;
      default:
        SENTINEL_SESSION_COMMANDS.get(name)?.(client, args, this.#options.session());
    }
  }

  /** @returns false where the core has to be asked */
  #tellAddress(client: ClientConnection, args: readonly Bytes[]): boolean {
    const address = this.#options.knownAddress(textOf(args[2] ?? ""));
    if (address === undefined) return false;
    client.reply.encoded(this.#addresses.of(address));
    return true;
  }

  #ask(client: ClientConnection, args: readonly Bytes[]): void {
    const [first = "", ...rest] = args.map(textOf);
    this.#deliver({
      client: client.id,
      args: [first, ...rest],
      from: { user: client.user, address: client.remoteAddress },
      answered: (reply) => this.#write(client.reply, reply),
      later: () => {
        const deferred = client.deferReply();
        return (reply) => deferred.write((writer) => this.#write(writer, reply));
      },
    });
  }

  /**
   * Most answers come before this returns; one that does not keeps its place among the replies.
   * @param given.later called when the answer is not there at once: where it goes then
   */
  #deliver(given: {
    readonly client: ClientId;
    readonly args: readonly [string, ...string[]];
    readonly from: Requester | undefined;
    readonly answered: Answered;
    readonly later: () => Answered;
  }): void {
    const { client, args, from } = given;
    const request = ++this.#lastRequest;
    const [first, ...rest] = args;
    this.#asked = { request, answered: given.answered };
    const executables = executablesIn(first, rest);
    this.#options.deliver({
      kind: "client-request",
      client,
      request,
      args,
      executables,
      ...(from === undefined ? {} : { from }),
    });
    if (this.#asked === undefined) return;
    this.#asked = undefined;
    this.#owed.set(request, given.later());
  }

  #write(writer: ReplyWriter, reply: ClientReply): void {
    if (reply.kind === "value") writer.reply(reply.reply);
    else writer.bulk(this.#options.composeInfo(reply.sections, reply.sentinel));
  }

  #shutdown(client: ClientConnection, words: readonly string[]): void {
    const meant = parseShutdownOptions(words);
    if (meant.kind === "refused") {
      client.reply.error(meant.error);
      return;
    }
    client.closeAfterReply();
    this.#options.shutdown();
  }
}

const ADDRESS_QUERIES: ReadonlySet<string> = new Set([
  "sentinel|get-master-addr-by-name",
  "sentinel|get-primary-addr-by-name",
]);

const SCRIPT_SETTINGS: ReadonlySet<string> = new Set([
  "notification-script",
  "client-reconfig-script",
]);

/** The programs among the words of SENTINEL SET: the core knows no files. */
function executablesIn(command: string, words: readonly string[]): ReadonlySet<string> {
  if (command.toLowerCase() !== "sentinel" || words[0]?.toLowerCase() !== "set") return NONE;
  const paths = words.filter((_, at) => SCRIPT_SETTINGS.has(words[at - 1]?.toLowerCase() ?? ""));
  return new Set(paths.filter((path) => isExecutable(path)));
}

const NONE: ReadonlySet<string> = new Set();

/** A request that calls nothing, or with the wrong number of words. */
function errorOf(
  found: Exclude<FoundFacts, { readonly kind: "command" }>,
  args: readonly Bytes[],
): string {
  const [word = "", ...others] = args.map(textOf);
  switch (found.kind) {
    case "unknown":
      return unknownCommand(word, others);
    case "unknown-subcommand":
      return unknownSubcommand(found.command.name, others[0] ?? "");
    case "wrong-arity":
      return wrongArity(found.of.name);
    default:
      return unreachable(found);
  }
}
