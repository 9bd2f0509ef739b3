import type { Socket } from "node:net";
import type { Bytes } from "../../base/bytes.ts";
import type { ClientId } from "../../base/ids.ts";
import type { Millis } from "../../base/units.ts";
import type { BufferedWriter, Output } from "../../resp/buffered-writer.ts";
import type { Connection } from "../../resp/connection.ts";
import { ProtocolError } from "../../resp/errors.ts";
import type { Protocol } from "../../resp/reply-writer.ts";
import type { Reply } from "../../resp/reply.ts";
import type { User } from "../../wire/acl/user.ts";
import type { ClientHost } from "./client-host.ts";
import { clientLine, NO_DAEMON_FACTS } from "./client-line.ts";
import { ClientOutput, type DeferredReply, type ReplyMode } from "./client-output.ts";
import { readFrom } from "./client-socket.ts";
import { isCrossProtocolRequest } from "./cross-protocol.ts";
import { endGracefully } from "./linger.ts";
import type { ListedClient } from "./listed-client.ts";
import { type ClientClass, OutputLimitWatch } from "./output-limit.ts";
import type { Subscriber } from "./pub-sub.ts";
import type { ReplicaStream } from "./replica-stream.ts";
import { RequestReader } from "./request-reader.ts";
import { fileDescriptorOf, type SocketAddresses } from "./socket-facts.ts";

/** Unsent bytes above which a client's requests wait: it has to read its replies first. */
const THROTTLE_BYTES = 1024 * 1024;
/** Replies are sent in the middle of a pipeline when so many bytes have gathered. */
const FLUSH_BYTES = 64 * 1024;
/** Limit of unparsed input before authentication (server spec §1.1). */
const UNAUTHENTICATED_INPUT_BYTES = 1024 * 1024;
/** Replies up to this length never count against a limit: Redis has a fixed buffer for them. */
const UNLIMITED_BYTES = 16 * 1024;
const OUTPUT_LIMIT_REASON = "overcoming of output buffer limits.";

/**
 * One accepted connection: reads requests, hands them to the daemon one by one and in order, sends
 * what it replies. Nothing the other side does throws out of here.
 */
export class ClientConnection implements Connection, Subscriber, ListedClient {
  readonly id: ClientId;
  readonly remoteAddress: string;
  readonly localAddress: string;
  readonly connectedAt: Millis;
  /** Always the same object, so that a daemon may keep it. */
  readonly reply: BufferedWriter;

  name = "";
  libraryName = "";
  libraryVersion = "";
  noEvict = false;
  noTouch = false;
  /** `get` or `client|list`; the daemon's dispatch sets it. */
  lastCommand = "";
  /** Bytes of commands queued by MULTI, set by the daemon: they count as unparsed input. */
  queuedCommandBytes = 0;
  /** Whose permissions hold: the default user's before AUTH. */
  account: User;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly shardChannels = new Set<string>();

  readonly #host: ClientHost;
  readonly #socket: Socket;
  readonly #addresses: SocketAddresses;
  readonly #reader: RequestReader;
  readonly #output: ClientOutput;
  readonly #limitWatch = new OutputLimitWatch();
  readonly #execute = (args: readonly Bytes[]): void => this.#executeRequest(args);
  #lastActiveAt: Millis;
  #authenticated: boolean;
  #replica: ReplicaStream | undefined;
  /** Nothing is written any more; what was written is on its way. */
  #ended = false;
  #gone = false;
  #flushIsDue = false;

  constructor(options: {
    readonly socket: Socket;
    readonly id: ClientId;
    readonly addresses: SocketAddresses;
    readonly host: ClientHost;
  }) {
    const { socket, host, addresses } = options;
    this.#host = host;
    this.#socket = socket;
    this.#addresses = addresses;
    this.id = options.id;
    this.remoteAddress = addresses.remote;
    this.localAddress = addresses.local;
    this.connectedAt = host.now();
    this.#lastActiveAt = this.connectedAt;
    this.account = host.access.users.default;
    this.#authenticated = !host.access.isRequired;
    this.#reader = new RequestReader(host.settings);
    this.#output = new ClientOutput(socket, (text) => host.stats.countError(text));
    this.reply = this.#output.writer;
    readFrom(socket, (chunk) => this.#onData(chunk));
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("error", () => this.#disappear());
    socket.on("close", () => this.#disappear());
  }

  get protocol(): Protocol {
    return this.reply.protocol;
  }

  get type(): ClientClass {
    if (this.#replica !== undefined) return "replica";
    return this.subscriptions > 0 ? "pubsub" : "normal";
  }

  get subscriptions(): number {
    return this.channels.size + this.patterns.size + this.shardChannels.size;
  }

  get user(): string {
    return this.account.name;
  }

  get isRestricted(): boolean {
    return this.account.isRestricted;
  }

  /** True as well where nobody needs to authenticate. */
  get authenticated(): boolean {
    return this.#authenticated || !this.#host.access.isRequired;
  }

  /** The connection belongs to this user from now on. */
  authenticateAs(user: User): void {
    this.account = user;
    this.#authenticated = true;
  }

  /** CLIENT REPLY, from the next reply on. */
  set replyMode(mode: ReplyMode) {
    this.#output.replyMode = mode;
  }

  get replyMode(): ReplyMode {
    return this.#output.replyMode;
  }

  /** What follows is encoded in the other protocol. */
  switchProtocol(protocol: Protocol): void {
    this.reply.switchProtocol(protocol);
  }

  /** RESET: as if just connected; subscriptions are the caller's to end (server spec §1.3). */
  reset(): void {
    this.name = "";
    this.account = this.#host.access.users.default;
    this.#authenticated = !this.#host.access.isRequired;
    this.noEvict = false;
    this.noTouch = false;
    this.replyMode = "on";
    this.switchProtocol(2);
  }

  /**
   * Owes the reply to the current request: it is written later, and all replies and pushes that
   * come meanwhile stay behind it.
   */
  deferReply(): DeferredReply {
    return this.#output.defer(() => this.flushSoon());
  }

  /** A push that answers a command (`subscribe`): CLIENT REPLY does not hold it back. */
  confirm(push: Reply): void {
    this.#output.confirm(push);
  }

  /**
   * Sends an encoded push; behind the reply when this very client's command caused it. A client that
   * is about to be closed gets nothing more.
   */
  deliver(output: Output): void {
    if (this.#reader.closed) return;
    this.#output.push(output);
    this.flushSoon();
  }

  get outputLimitBytes(): number {
    return this.#host.settings.outputLimits[this.type].hardBytes;
  }

  /** To be called after writing to `reply` outside of a request. */
  flushSoon(): void {
    if (this.#flushIsDue || this.#gone || this.#output.isExecuting) return;
    this.#flushIsDue = true;
    this.#host.flushSoon(this);
  }

  /** Sends what is written, as far as no owed reply holds it back. */
  flush(): void {
    this.#flushIsDue = false;
    if (this.#gone || this.#ended) return;
    // What is over the limit is not sent in parts either.
    if (this.reply.byteLength > UNLIMITED_BYTES && this.#isOverLimit) {
      this.#checkOutput();
      return;
    }
    const sentBytes = this.#output.flush();
    if (sentBytes > 0) {
      const { stats } = this.#host;
      stats.netOutputBytes += sentBytes;
      stats.writes++;
    }
    if (this.#reader.throttled || this.#output.unsentBytes > 0) this.#checkOutput();
    if (this.#reader.closed && !this.#output.isWaiting) this.#end();
  }

  /** No request is executed behind the current one until `resume`. */
  suspend(): void {
    this.#reader.suspended = true;
  }

  /**
   * Requests that waited are executed, once the caller is done with what it is doing.
   * @param first the one that was put off when the client was suspended
   */
  resume(first?: readonly Bytes[]): void {
    if (!this.#reader.suspended) return;
    this.#reader.suspended = false;
    process.nextTick(() => {
      if (first !== undefined && !this.#gone) this.#executeRequest(first);
      this.#continue(this.#host.now());
    });
  }

  closeAfterReply(): void {
    this.#reader.closed = true;
    this.flushSoon();
  }

  /** Closes at once, and what was not sent is lost; the client's own command is answered first. */
  kill(): void {
    if (this.#output.isExecuting) {
      this.closeAfterReply();
      return;
    }
    this.#disappear();
  }

  /** The connection gets a stream of bytes from now on; replies to its requests are dropped. */
  becomeReplica({ noDelay }: { readonly noDelay: boolean }): ReplicaStream {
    const output = this.#output;
    this.#socket.setNoDelay(noDelay);
    this.replyMode = "off";
    this.#reader.throttled = false;
    this.#replica ??= {
      write: (bytes) => this.deliver(bytes),
      checkLimits: () => this.#checkOutput(),
      get unsentBytes() {
        return output.unsentBytes;
      },
      onDrain: undefined,
      heldBytes: undefined,
    };
    return this.#replica;
  }

  /** To be called once a second: closes the client when a limit of time has passed. */
  checkTimeLimits(now: Millis): void {
    // What is held for a replica grows without anything being written to it.
    if (this.#limitWatch.isPending || this.#replica !== undefined) this.#checkOutput();
    const timeoutMs = this.#host.settings.idleTimeoutSeconds * 1000;
    if (timeoutMs === 0 || this.type !== "normal" || this.#reader.suspended) return;
    if (now - this.#lastActiveAt <= timeoutMs) return;
    this.#host.log("debug", "Closing idle client");
    this.kill();
  }

  /** What waits here to be executed or sent. */
  get bufferedBytes(): number {
    return this.#reader.waitingBytes + this.queuedCommandBytes + this.#output.unsentBytes;
  }

  describe(now: Millis): string {
    const output = this.#output;
    return clientLine({
      id: this.id,
      remoteAddress: this.remoteAddress,
      localAddress: this.localAddress,
      fileDescriptor: fileDescriptorOf(this.#socket),
      name: this.name,
      ageSeconds: Math.floor((now - this.connectedAt) / 1000),
      idleSeconds: Math.floor((now - this.#lastActiveAt) / 1000),
      flags: this.#flags(),
      channels: this.channels.size,
      patterns: this.patterns.size,
      shardChannels: this.shardChannels.size,
      unparsedBytes:
        this.#reader.waitingBytes + (output.isExecuting ? this.#reader.requestBytes : 0),
      argumentBytes: output.isExecuting ? this.#reader.requestBytes : 0,
      queuedCommandBytes: this.queuedCommandBytes,
      replyBytes: this.reply.byteLength,
      unsentBytes: output.unsentBytes - this.reply.byteLength,
      command: this.lastCommand,
      user: this.user,
      protocol: this.protocol,
      libraryName: this.libraryName,
      libraryVersion: this.libraryVersion,
      daemon: this.#host.handler.describe?.(this) ?? NO_DAEMON_FACTS,
    });
  }

  #flags(): string {
    return (
      (this.#replica === undefined ? "" : "S") +
      (this.subscriptions > 0 ? "P" : "") +
      (this.#reader.closed ? "c" : "") +
      (this.#addresses.overUnixSocket ? "U" : "") +
      (this.noEvict ? "e" : "") +
      (this.noTouch ? "T" : "")
    );
  }

  #onData(chunk: Buffer): void {
    // What comes behind the last request is swallowed while the connection lingers.
    if (this.#reader.closed) return;
    this.#lastActiveAt = this.#host.now();
    const { stats } = this.#host;
    stats.netInputBytes += chunk.length;
    stats.reads++;
    this.#reader.feed(chunk);
    this.#continue(this.#lastActiveAt);
    this.#reader.keepRest();
  }

  /** Executes what has arrived, as far as nothing stands in the way; then sends the replies. */
  #continue(now: Millis): void {
    if (this.#gone) return;
    this.#host.handler.onTurn?.(now);
    this.#reader.unauthenticated = !this.authenticated;
    try {
      const end = this.#reader.run(this.#execute, this.#host.now);
      if (end === "turn-over") setImmediate(() => this.#continue(this.#host.now()));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#host.log("debug", `Protocol error from client ${this.remoteAddress}: ${error.message}`);
      this.reply.error(error.errorText);
      this.#reader.closed = true;
    }
    this.flush();
    this.#checkInput();
  }

  #executeRequest(args: readonly Bytes[]): void {
    const { handler } = this.#host;
    if (args.length === 0) {
      handler.onEmptyRequest?.(this);
      return;
    }
    if (isCrossProtocolRequest(args)) {
      this.#host.log("warning", `Possible cross-protocol attack from ${this.remoteAddress}`);
      this.#disappear();
      return;
    }
    this.#output.beginRequest();
    handler.onRequest(this, args);
    this.#output.endRequest();
    if (this.#reader.unauthenticated) this.#reader.unauthenticated = !this.authenticated;
    if (this.reply.byteLength > FLUSH_BYTES && this.outputLimitBytes === 0) this.flush();
  }

  #checkInput(): void {
    const { stats, settings, log, now } = this.#host;
    const limit = this.authenticated ? settings.queryBufferLimit : UNAUTHENTICATED_INPUT_BYTES;
    if (this.#reader.waitingBytes + this.queuedCommandBytes > limit && !this.#reader.closed) {
      stats.queryBufferDisconnections++;
      const line = this.describe(now());
      log("warning", `Closing client that reached max query buffer length: ${line}`);
      this.#disappear();
    }
    this.#readOrPause();
  }

  get #isOverLimit(): boolean {
    const limit = this.outputLimitBytes;
    return limit > 0 && this.#output.unsentBytes >= limit;
  }

  /** A replica may lag behind as far as its limit allows; anybody else has to read first. */
  #checkOutput(): void {
    const { stats, settings, log, now } = this.#host;
    const unsent = this.#output.unsentBytes + (this.#replica?.heldBytes?.() ?? 0);
    if (this.#limitWatch.isExceeded(unsent, settings.outputLimits[this.type], now())) {
      stats.outputBufferDisconnections++;
      const line = this.describe(now());
      log("warning", `Client ${line} scheduled to be closed ASAP for ${OUTPUT_LIMIT_REASON}`);
      this.#disappear();
      return;
    }
    const wasThrottled = this.#reader.throttled;
    this.#reader.throttled = this.#replica === undefined && unsent > THROTTLE_BYTES;
    if (wasThrottled && !this.#reader.throttled)
      process.nextTick(() => this.#continue(this.#host.now()));
  }

  #onDrain(): void {
    this.#output.pump();
    this.flush();
    if (this.#output.unsentBytes === 0) this.#replica?.onDrain?.();
  }

  #onEnd(): void {
    if (this.#reader.suspended || this.#replica !== undefined) this.#disappear();
    else this.closeAfterReply();
  }

  #readOrPause(): void {
    if (this.#reader.wantsInput === !this.#socket.isPaused()) return;
    if (this.#reader.wantsInput) this.#socket.resume();
    else this.#socket.pause();
  }

  #end(): void {
    this.#ended = true;
    endGracefully(this.#socket, () => this.#leave());
  }

  #disappear(): void {
    this.#socket.destroy();
    this.#leave();
  }

  #leave(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#reader.closed = true;
    this.#host.onGone(this);
  }
}
