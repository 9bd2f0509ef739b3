import { createConnection, type Socket } from "node:net";
import type { Address } from "../../base/address.ts";
import type { TlsDialer } from "../tls/tls-dialer.ts";
import type { QuickReplies } from "./quick-replies.ts";
import type { ReplyFraming } from "./reply-framing.ts";
import { gatherWrites } from "./write-gathering.ts";

export interface SocketOptions {
  readonly address: Address;
  readonly localAddress: string | undefined;
  readonly tls: TlsDialer | undefined;
  readonly framing: ReplyFraming;
  readonly quickReplies: QuickReplies;
}

/**
 * All plain links read into the same memory: what arrived is copied out before anything else is
 * read. A buffer for each read, as streams have it, would be 64 KiB for the seven bytes of a PONG.
 */
const ARRIVALS = Buffer.allocUnsafeSlow(64 * 1024);

/** Starts to connect. Lets no chunk through to ioredis that is not RESP. */
export function openSocket(options: SocketOptions): Socket {
  const { address, localAddress, tls, framing } = options;
  const socket = tls?.connect({ ...address, localAddress, noDelay: true });
  if (socket === undefined) return openPlain(options);
  guardIncoming(socket, framing);
  gatherWrites(socket);
  return socket;
}

function openPlain({ address, localAddress, framing, quickReplies }: SocketOptions): Socket {
  const socket: Socket = createConnection({
    ...address,
    ...(localAddress === undefined ? {} : { localAddress }),
    onread: {
      buffer: ARRIVALS,
      callback: (length) => {
        const taken = framing.isBetweenReplies ? quickReplies.take(socket, ARRIVALS, length) : 0;
        if (taken === length) return true;
        const chunk = Buffer.from(ARRIVALS.subarray(taken, length));
        if (isAcceptable(socket, framing, chunk)) socket.emit("data", chunk);
        return true;
      },
    },
  });
  gatherWrites(socket);
  return socket;
}

/** The same where the bytes come out of a stream of their own. */
function guardIncoming(socket: Socket, framing: ReplyFraming): void {
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (Buffer.isBuffer(chunk) && !isAcceptable(socket, framing, chunk)) return false;
    return push(chunk, encoding);
  };
}

function isAcceptable(socket: Socket, framing: ReplyFraming, chunk: Buffer): boolean {
  const fault = framing.inspect(chunk);
  if (fault !== undefined) socket.destroy(new Error(`not a Redis server's reply: ${fault}`));
  return fault === undefined;
}
