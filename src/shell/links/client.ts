import type { Socket } from "node:net";
import { AbstractConnector, type Command, Redis } from "ioredis";
import type { Address } from "../../base/address.ts";
import type { TlsDialer } from "../tls/tls-dialer.ts";
import { takeFaults } from "./ioredis-faults.ts";
import { openSocket } from "./link-socket.ts";
import { encodeRenamed, type Request } from "./request.ts";
import type { QuickReplies } from "./quick-replies.ts";
import type { ReplyFraming } from "./reply-framing.ts";

export interface ClientOptions {
  readonly address: Address;
  /** Where the connection comes from; undefined leaves it to the system. */
  readonly localAddress: string | undefined;
  /** undefined: not encrypted. */
  readonly tls: TlsDialer | undefined;
  /** Binary strings. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** 3 is tried first and given up where the server has only 2. */
  readonly protocol: 2 | 3;
  /** What CLIENT SETNAME tells the server. */
  readonly name: string;
  /** Old command word (lower case) to the word that this server knows (spec sentinel §2.8). */
  readonly renamedCommands: ReadonlyMap<string, string>;
  readonly framing: ReplyFraming;
  readonly quickReplies: QuickReplies;
}

/** Idle connections are probed after this, as Redis does it. */
const KEEP_ALIVE_MS = 300_000;

/** AUTH at a server that wants none: Redis since 6.0, before 6.0, and two words before 6.0. */
const NEEDLESS_AUTH = [
  "without any password configured for the default user",
  "no password is set",
  "wrong number of arguments for 'auth' command",
];

/** Since Redis 6, and before. */
const WRONG_PASSWORD = /^(?:WRONGPASS |ERR invalid password)/;

/**
 * Makes the ioredis client of a link, its own initiative off: it connects when told, says HELLO or
 * AUTH and CLIENT SETNAME, and then only what it is given. It never reconnects, queues, resends,
 * checks or writes to the console; the core decides all that (style §10).
 */
export function createClient(options: ClientOptions): LinkClient {
  return new LinkClient(options);
}

export class LinkClient extends Redis {
  /** The server took us in as the default user, for the password is not its own; its words. */
  passwordRefusal: string | undefined;
  readonly #renamedCommands: ReadonlyMap<string, string>;
  readonly #name: string;

  constructor(options: ClientOptions) {
    super({
      Connector: connectorTo(options),
      lazyConnect: true,
      protocol: options.protocol,
      connectionName: options.name,
      ...(options.user === undefined ? {} : { username: options.user }),
      ...(options.password === undefined ? {} : { password: options.password }),
      // Connected is then what has done its handshake; how, is the connector's business.
      ...(options.tls === undefined ? {} : { tls: {} }),
      enableReadyCheck: false,
      disableClientInfo: true,
      enableOfflineQueue: false,
      autoResubscribe: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      // The core keeps the deadline of a connection attempt.
      connectTimeout: 0,
      noDelay: true,
      keepAlive: KEEP_ALIVE_MS,
    });
    this.#renamedCommands = options.renamedCommands;
    this.#name = options.name;
    takeFaults(this);
  }

  /** As `sendCommand` has it where the connection is ready, without what a plain request never needs. */
  send(request: Request): void {
    const command = request.asCommand();
    if (!request.isPlain || this.status !== "ready" || !this.stream.writable) {
      super.sendCommand(command);
      return;
    }
    this.stream.write(request.toWritable());
    this.commandQueue.push({ command, stream: this.stream, select: 0 });
  }

  /** Ours come encoded; what ioredis itself says first (HELLO, AUTH, CLIENT SETNAME) is seen to here. */
  override sendCommand(command: Command, stream?: never): unknown {
    if (this.status !== "ready") this.#prepareHandshake(command);
    return super.sendCommand(command, stream);
  }

  endByFault(cause: unknown): void {
    const fault = cause instanceof Error ? cause.message : String(cause);
    this.stream.destroy(new Error(`reply out of place: ${fault}`));
  }

  #prepareHandshake(command: Command): void {
    const words = [command.name, ...command.args.map(String)];
    command.toWritable = () => encodeRenamed(words, this.#renamedCommands);
    if (command.name !== "auth" && words[2] !== "AUTH") return;
    const { reject, resolve } = command;
    command.reject = (cause) => {
      // ioredis would say so on the console at each attempt; a needless password harms nobody.
      if (NEEDLESS_AUTH.some((text) => cause.message.includes(text))) resolve("OK");
      else if (!WRONG_PASSWORD.test(cause.message)) reject(cause);
      else this.#goOnWithout(command.name, cause).then(resolve, reject);
    };
  }

  /**
   * Redis' sentinels ignore the answer to AUTH: where the default user needs no password, a wrong one
   * harms nobody. Where it needs one, the next command is refused too.
   * @throws the refusal of the password
   */
  async #goOnWithout(command: string, refusal: Error): Promise<unknown> {
    try {
      const greeting =
        command === "auth" ? await this.client("SETNAME", this.#name) : await this.hello(3);
      this.passwordRefusal = refusal.message;
      return greeting;
    } catch {
      throw refusal;
    }
  }
}

/** ioredis makes its connector from a class; this one knows its target and guards what comes in. */
function connectorTo({ address, localAddress, tls, framing, quickReplies }: ClientOptions) {
  return class LinkConnector extends AbstractConnector {
    constructor() {
      super(0);
    }

    override async connect(): Promise<Socket> {
      this.connecting = true;
      const socket = openSocket({ address, localAddress, tls, framing, quickReplies });
      this.stream = socket;
      socket.once("error", (cause) => {
        this.firstError = cause;
      });
      return socket;
    }

    /** At once: nothing that is still on its way matters. */
    override disconnect(): void {
      this.connecting = false;
      this.stream.destroy();
    }
  };
}
