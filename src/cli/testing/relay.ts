import type { Socket } from "node:net";

/**
 * Carries bytes between two sockets, and the end of either to the other. While it is silenced nothing
 * passes, neither bytes nor an end: each side sees a peer that says nothing, as across a broken
 * network.
 */
export class Relay {
  readonly #front: Socket;
  readonly #back: Socket;
  readonly #withheld: (() => void)[] = [];
  #isSilent = false;

  constructor(front: Socket, back: Socket, onGone: () => void) {
    this.#front = front;
    this.#back = back;
    this.#carry(front, back);
    this.#carry(back, front);
    let open = 2;
    for (const socket of [front, back]) {
      // What became of it is told by `close`.
      socket.on("error", () => undefined);
      socket.on("close", () => --open === 0 && onGone());
    }
  }

  set isSilent(isSilent: boolean) {
    if (isSilent === this.#isSilent) return;
    this.#isSilent = isSilent;
    if (isSilent) {
      this.#front.pause();
      this.#back.pause();
      return;
    }
    for (const happens of this.#withheld.splice(0)) happens();
    this.#front.resume();
    this.#back.resume();
  }

  #carry(from: Socket, to: Socket): void {
    from.on("data", (chunk: Buffer) => this.#unlessSilent(() => this.#pass(chunk, from, to)));
    from.on("end", () => this.#unlessSilent(() => to.end()));
    from.on("close", (hadError) =>
      this.#unlessSilent(() => void (hadError ? to.resetAndDestroy() : to.destroySoon())),
    );
    to.on("drain", () => this.#isSilent || from.resume());
  }

  #pass(chunk: Buffer, from: Socket, to: Socket): void {
    if (to.writable && !to.write(chunk)) from.pause();
  }

  #unlessSilent(happens: () => void): void {
    if (this.#isSilent) this.#withheld.push(happens);
    else happens();
  }
}
