/**
 * The network of a test's set, in a thread of its own, so that a test that is busy slows nobody down:
 * a door for each node, and relays from there to where the node listens.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { parentPort } from "node:worker_threads";
import type { Cut, GateAnswer, GateOrder, NumberedOrder } from "./gate-orders.ts";
import { LOOPBACK, LOWEST_PORT, PORT_CHOICES } from "./loopback.ts";
import { Relay } from "./relay.ts";

interface Door {
  readonly server: Server;
  readonly port: number;
}

/** A relay, and the nodes at its ends; undefined is a client. */
interface Line {
  readonly relay: Relay;
  readonly from: number | undefined;
  readonly to: number;
}

const TRIES = 200;
const doors = new Map<number, Door>();
const sources = new Map<string, number>();
const lines = new Set<Line>();
let cuts: readonly Cut[] = [];

function isSilent({ from, to }: Omit<Line, "relay">): boolean {
  return cuts.some(({ one, other }) =>
    other === undefined
      ? one === to || one === from
      : (one === to && other === from) || (one === from && other === to),
  );
}

function review(): void {
  for (const line of lines) line.relay.isSilent = isSilent(line);
}

function join(front: Socket, node: number, target: number): void {
  const ends = { from: sources.get(front.remoteAddress ?? ""), to: node };
  const back = connect({ host: LOOPBACK, port: target, noDelay: true, allowHalfOpen: true });
  const line: Line = { ...ends, relay: new Relay(front, back, () => lines.delete(line)) };
  lines.add(line);
  line.relay.isSilent = isSilent(line);
}

async function open(order: GateOrder & { readonly kind: "open" }): Promise<number> {
  const { node, target, source } = order;
  if (source !== undefined) sources.set(source, node);
  for (let tries = 0; ; tries++) {
    const server = createServer({ noDelay: true, allowHalfOpen: true }, (front) => {
      join(front, node, target);
    });
    const port = order.port || LOWEST_PORT + Math.floor(Math.random() * PORT_CHOICES);
    try {
      server.listen(port, LOOPBACK);
      await once(server, "listening");
      doors.set(node, { server, port });
      return port;
    } catch (cause) {
      if (order.port !== 0 || tries >= TRIES) throw cause;
    }
  }
}

async function carryOut(order: GateOrder): Promise<number | undefined> {
  switch (order.kind) {
    case "open":
      return open(order);
    case "shut":
      doors.get(order.node)?.server.close();
      doors.delete(order.node);
      return undefined;
    case "cut":
      cuts = [...cuts, order.cut];
      review();
      return undefined;
    case "heal": {
      const { node } = order;
      cuts = node === undefined ? [] : cuts.filter((it) => it.one !== node && it.other !== node);
      review();
      return undefined;
    }
  }
}

function answer(content: GateAnswer): void {
  parentPort?.postMessage(content, []);
}

parentPort?.on("message", ({ id, order }: NumberedOrder) => {
  carryOut(order).then(
    (port) => answer({ id, port }),
    (cause: unknown) => answer({ id, failure: String(cause) }),
  );
});
