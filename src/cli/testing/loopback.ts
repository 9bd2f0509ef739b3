import { once } from "node:events";
import { createServer } from "node:net";

/** Where every node of a test's set listens: nothing outside this machine can reach it. */
export const LOOPBACK = "127.0.0.1";

/**
 * Below the range from which systems take ports for outgoing connections: a node that is started
 * again finds its port still free.
 */
export const LOWEST_PORT = 11_000;
export const PORT_CHOICES = 20_000;
const TRIES = 200;

const given = new Set<number>();

/** @returns a port that nobody listens on, never the same twice in this process */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORT_CHOICES);
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(LOOPBACK, port)) return port;
  }
  throw new Error(`no free port found on ${LOOPBACK} in ${TRIES} tries`);
}

/**
 * The address from which a node's own connections come, so that a cut between two nodes knows whose
 * they are. Linux and Windows have all of 127.0.0.0/8; elsewhere these must be added by hand.
 */
export function sourceAddress(number: number): string {
  return `127.77.0.${number + 1}`;
}

/** Whether this machine has source addresses. */
export function hasSourceAddresses(): Promise<boolean> {
  return canListen(sourceAddress(0), 0);
}

async function canListen(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
