import type { Socket } from "node:net";

/** Sockets with something gathered, in the order in which they began. */
let waiting: Gathering[] = [];

/**
 * What is written to the socket in one turn of the event loop leaves in one piece: a PING with the
 * hello and INFO that are due with it costs one system call, and one arrival at the other side.
 * Takes binary strings, one character a byte; anything else goes out at once, behind what waits.
 */
export function gatherWrites(socket: Socket): void {
  const gathering = new Gathering(socket);
  socket.write = (bytes: string | Uint8Array) => gathering.write(bytes);
}

class Gathering {
  readonly #write: (bytes: string | Uint8Array, encoding?: BufferEncoding) => boolean;
  #gathered = "";

  constructor(socket: Socket) {
    this.#write = socket.write.bind(socket);
  }

  write(bytes: string | Uint8Array): boolean {
    if (typeof bytes !== "string") {
      this.flush();
      return this.#write(bytes);
    }
    if (this.#gathered === "") {
      if (waiting.length === 0) process.nextTick(flushAll);
      waiting.push(this);
    }
    this.#gathered += bytes;
    return true;
  }

  flush(): void {
    if (this.#gathered === "") return;
    const bytes = this.#gathered;
    this.#gathered = "";
    this.#write(bytes, "latin1");
  }
}

function flushAll(): void {
  const sockets = waiting;
  waiting = [];
  for (const socket of sockets) socket.flush();
}
