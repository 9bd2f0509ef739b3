import type { Socket } from "node:net";

/** How long a closed connection still swallows input, in ms. */
const LINGER_MS = 1000;

/**
 * Ends a connection without losing what was written last. Closing a socket that has unread input
 * resets it, and the reset may overtake the reply; so the end is announced first, and for a moment
 * input is thrown away until the other side has ended too.
 * @param onSent called when everything written is with the kernel
 */
export function endGracefully(socket: Socket, onSent?: () => void): void {
  socket.resume();
  socket.end(() => {
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
    onSent?.();
  });
}
