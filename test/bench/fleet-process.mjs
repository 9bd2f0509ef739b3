// A process that is many Redis servers at once: one listener for all of them, each at an address of
// its own in 127.0.0.0/8. Started by fleet.mjs, which says over IPC what it is.
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { FleetInstance, send } from "./fleet-instance.mjs";
import { InfoTemplate } from "./fleet-info.mjs";

/** @typedef {import("./fleet-instance.mjs").Peer} Peer */
/** @typedef {import("./fleet.mjs").FleetOrder} FleetOrder */

const PING = "*1\r\n$4\r\nPING\r\n";
const BACKLOG = 4096;

/** @type {Map<string, FleetInstance>} */
const instances = new Map();

/** @param {FleetOrder} order */
function populate({ port, members, info }) {
  const template = new InfoTemplate(info);
  for (const { host, master, replicas } of members) {
    const runId = createHash("sha1").update(`${host}:${port}`).digest("hex");
    const given = { host, port, replicas, runId, template };
    instances.set(host, new FleetInstance(master === undefined ? given : { ...given, master }));
  }
}

const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => undefined);
  const instance = instances.get((socket.localAddress ?? "").replace("::ffff:", ""));
  if (instance === undefined) {
    socket.destroy();
    return;
  }
  /** @type {Peer} */
  const peer = { socket, protocol: 2, isSubscribed: false, queued: undefined, output: "" };
  instance.peers.add(peer);
  socket.on("close", () => instance.peers.delete(peer));
  socket.setEncoding("latin1");
  let waiting = "";
  socket.on("data", (chunk) => {
    const text = waiting + String(chunk);
    if (text === PING) {
      send(peer, "+PONG\r\n");
      return;
    }
    const { requests, rest } = readRequests(text);
    waiting = rest;
    for (const words of requests) send(peer, instance.answer(peer, words));
  });
});

/**
 * @param {string} text latin1
 * @returns {{ requests: string[][], rest: string }}
 */
function readRequests(text) {
  /** @type {string[][]} */
  const requests = [];
  let done = 0;
  for (;;) {
    const read = readRequest(text, done);
    if (read === undefined) return { requests, rest: text.slice(done) };
    requests.push(read.words);
    done = read.end;
  }
}

/**
 * @param {string} text
 * @param {number} at
 */
function readRequest(text, at) {
  const headEnd = text.indexOf("\r\n", at);
  if (headEnd === -1) return undefined;
  const count = Number(text.slice(at + 1, headEnd));
  /** @type {string[]} */
  const words = [];
  let end = headEnd + 2;
  while (words.length < count) {
    const lengthEnd = text.indexOf("\r\n", end);
    if (lengthEnd === -1) return undefined;
    const length = Number(text.slice(end + 1, lengthEnd));
    const from = lengthEnd + 2;
    if (text.length < from + length + 2) return undefined;
    words.push(text.slice(from, from + length));
    end = from + length + 2;
  }
  return { words, end };
}

process.on("message", (message) => {
  if (message === "heard") {
    const heard = [...instances.values()].filter((instance) => instance.isHeard).length;
    process.send?.({ heard });
    return;
  }
  const order = /** @type {FleetOrder} */ (message);
  populate(order);
  server.listen({ port: order.port, host: "0.0.0.0", backlog: BACKLOG }, () => {
    process.send?.({ listening: true });
  });
});
process.on("disconnect", () => process.exit());
