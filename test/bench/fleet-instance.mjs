// One fake Redis server of a fleet: the roles, the replies and the pub/sub channel that a sentinel
// needs, and nothing else.

/** @typedef {import("node:net").Socket} Socket */

/**
 * A connection to an instance.
 * @typedef {object} Peer
 * @property {Socket} socket
 * @property {2 | 3} protocol
 * @property {boolean} isSubscribed
 * @property {string[][] | undefined} queued requests since MULTI
 * @property {string} output not written yet, latin1
 */

const OK = "+OK\r\n";
const PUSH_TYPES = { 2: "*", 3: ">" };

export class FleetInstance {
  /** @type {Set<Peer>} */
  peers = new Set();
  #host;
  #port;
  /** @type {{ host: string, port: number } | undefined} */
  #master;
  /** @type {readonly { host: string, port: number }[]} */
  #replicas;
  #runId;
  #template;
  /** @type {string | undefined} */
  #info;

  /**
   * @param {object} options
   * @param {string} options.host
   * @param {number} options.port
   * @param {{ host: string, port: number }} [options.master] of a replica
   * @param {readonly { host: string, port: number }[]} options.replicas
   * @param {string} options.runId
   * @param {import("./fleet-info.mjs").InfoTemplate} options.template
   */
  constructor({ host, port, master, replicas, runId, template }) {
    this.#host = host;
    this.#port = port;
    this.#master = master;
    this.#replicas = replicas;
    this.#runId = runId;
    this.#template = template;
  }

  get isHeard() {
    for (const peer of this.peers) if (peer.isSubscribed) return true;
    return false;
  }

  /**
   * @param {Peer} peer
   * @param {string[]} words
   * @returns {string} the reply
   */
  answer(peer, words) {
    const name = (words[0] ?? "").toUpperCase();
    if (name === "MULTI") {
      peer.queued = [];
      return OK;
    }
    if (name === "EXEC") {
      const queued = peer.queued ?? [];
      peer.queued = undefined;
      return `*${queued.length}\r\n${queued.map((each) => this.#execute(peer, each)).join("")}`;
    }
    if (peer.queued !== undefined) {
      peer.queued.push(words);
      return "+QUEUED\r\n";
    }
    return this.#execute(peer, words);
  }

  /**
   * @param {Peer} peer
   * @param {string[]} words
   */
  #execute(peer, words) {
    const [name = "", first = "", second = ""] = words;
    switch (name.toUpperCase()) {
      case "PING":
        return "+PONG\r\n";
      case "INFO":
        return this.#infoReply();
      case "PUBLISH":
        return this.#publish(first, second);
      case "HELLO":
        peer.protocol = first === "3" ? 3 : 2;
        return greeting(peer.protocol);
      case "SUBSCRIBE":
        peer.isSubscribed = true;
        return `${PUSH_TYPES[peer.protocol]}3\r\n${bulk("subscribe")}${bulk(first)}:1\r\n`;
      case "SLAVEOF":
        this.#follow(first, second);
        return OK;
      case "CLIENT":
        if (first.toUpperCase() === "KILL") return this.#kill(peer, words[3] ?? "");
        return OK;
      case "AUTH":
      case "CONFIG":
        return OK;
      default:
        return `-ERR unknown command '${name}'\r\n`;
    }
  }

  #infoReply() {
    this.#info ??= bulk(
      this.#template.text({
        runId: this.#runId,
        port: this.#port,
        master: this.#master,
        replicas: this.#replicas,
      }),
    );
    return this.#info;
  }

  /**
   * @param {string} channel
   * @param {string} payload
   */
  #publish(channel, payload) {
    const message = `3\r\n${bulk("message")}${bulk(channel)}${bulk(payload)}`;
    let receivers = 0;
    for (const peer of this.peers) {
      if (!peer.isSubscribed) continue;
      send(peer, PUSH_TYPES[peer.protocol] + message);
      receivers++;
    }
    return `:${receivers}\r\n`;
  }

  /**
   * @param {string} host or NO
   * @param {string} port or ONE
   */
  #follow(host, port) {
    this.#master = host.toUpperCase() === "NO" ? undefined : { host, port: Number(port) };
    this.#info = undefined;
  }

  /**
   * CLIENT KILL TYPE normal|pubsub: everybody's but the caller's own.
   * @param {Peer} caller
   * @param {string} type
   */
  #kill(caller, type) {
    let killed = 0;
    for (const peer of this.peers) {
      if (peer === caller || peer.isSubscribed !== (type.toLowerCase() === "pubsub")) continue;
      peer.socket.destroy();
      killed++;
    }
    return `:${killed}\r\n`;
  }

  toString() {
    return `${this.#host}:${this.#port}`;
  }
}

/**
 * What is sent to a peer in one turn of the event loop leaves in one write, as a real server's does.
 * @param {Peer} peer
 * @param {string} output
 */
export function send(peer, output) {
  if (peer.output === "") process.nextTick(flush, peer);
  peer.output += output;
}

/** @param {Peer} peer */
function flush(peer) {
  const { output } = peer;
  peer.output = "";
  peer.socket.write(output, "latin1");
}

/** @param {string} text latin1 */
function bulk(text) {
  return `$${text.length}\r\n${text}\r\n`;
}

/** @param {2 | 3} protocol */
function greeting(protocol) {
  const fields = [
    ["server", bulk("redis")],
    ["version", bulk("7.0.15")],
    ["proto", `:${protocol}\r\n`],
    ["id", ":1\r\n"],
    ["mode", bulk("standalone")],
    ["role", bulk("master")],
    ["modules", "*0\r\n"],
  ];
  const head = protocol === 3 ? `%${fields.length}` : `*${2 * fields.length}`;
  return `${head}\r\n${fields.map(([name = "", value]) => bulk(name) + value).join("")}`;
}
