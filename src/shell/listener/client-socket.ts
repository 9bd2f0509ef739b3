import { Socket } from "node:net";

/** The kernel is asked for so many bytes at a time, as Node does on its own. */
const READ_BYTES = 64 * 1024;

/**
 * What all connections are read into, one after the other: a buffer of its own for each read costs
 * more than the request in it.
 */
const SHARED = Buffer.allocUnsafeSlow(READ_BYTES);

interface Receiver {
  /** The chunk's memory is used again as soon as the call is over. */
  receive: ((chunk: Buffer) => void) | undefined;
}

/** An accepted connection that is read into the shared buffer instead of through `data` events. */
export class ClientSocket extends Socket {
  readonly #receiver: Receiver;

  private constructor(handle: unknown) {
    const receiver: Receiver = { receive: undefined };
    const options = {
      handle,
      allowHalfOpen: true,
      onread: {
        buffer: SHARED,
        callback: (length: number) => {
          receiver.receive?.(SHARED.subarray(0, length));
          return true;
        },
      },
    };
    super(options);
    this.#receiver = receiver;
  }

  /**
   * Takes over what a server has accepted with `pauseOnConnect`: Node reads into a given buffer only
   * where it opens the connection itself. Where it keeps its handle for itself, nothing changes.
   */
  static takeOver(accepted: Socket): Socket {
    const handle: unknown = Reflect.get(accepted, "_handle");
    if (typeof handle !== "object" || handle === null) return accepted;
    Reflect.set(accepted, "_handle", null);
    accepted.destroy();
    return new ClientSocket(handle).setNoDelay(true);
  }

  set onChunk(receive: (chunk: Buffer) => void) {
    this.#receiver.receive = receive;
  }
}

/** Begins to read. @param receive must not keep the chunk: its memory is used again */
export function readFrom(socket: Socket, receive: (chunk: Buffer) => void): void {
  if (socket instanceof ClientSocket) {
    socket.onChunk = receive;
    socket.resume();
  } else {
    socket.on("data", receive);
    socket.resume();
  }
}
