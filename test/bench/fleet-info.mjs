// INFO of a fake server: the text of a real one, with the fields of this one's role in it.

const LINE_END = "\r\n";

export class InfoTemplate {
  #before;
  #after;

  /** @param {string} real what a real server answered to INFO */
  constructor(real) {
    const from = real.indexOf("# Replication");
    const to = real.indexOf("# CPU");
    if (from === -1 || to === -1) throw new Error("INFO without its replication section");
    this.#before = real.slice(0, from);
    this.#after = real.slice(to);
  }

  /**
   * @param {object} of
   * @param {string} of.runId
   * @param {number} of.port
   * @param {{ host: string, port: number } | undefined} of.master
   * @param {readonly { host: string, port: number }[]} of.replicas
   */
  text({ runId, port, master, replicas }) {
    const before = this.#before
      .replace(/^run_id:.*$/m, `run_id:${runId}`)
      .replace(/^tcp_port:.*$/m, `tcp_port:${port}`);
    const role = master === undefined ? masterLines(replicas) : replicaLines(master);
    const lines = ["# Replication", ...role, `master_replid:${runId}`, "master_repl_offset:1000"];
    return `${before}${lines.join(LINE_END)}${LINE_END}${LINE_END}${this.#after}`;
  }
}

/** @param {readonly { host: string, port: number }[]} replicas */
function masterLines(replicas) {
  return [
    "role:master",
    `connected_slaves:${replicas.length}`,
    ...replicas.map(
      ({ host, port }, index) =>
        `slave${index}:ip=${host},port=${port},state=online,offset=1000,lag=0`,
    ),
  ];
}

/** @param {{ host: string, port: number }} master */
function replicaLines({ host, port }) {
  return [
    "role:slave",
    `master_host:${host}`,
    `master_port:${port}`,
    "master_link_status:up",
    "master_last_io_seconds_ago:0",
    "master_sync_in_progress:0",
    "slave_read_repl_offset:1000",
    "slave_repl_offset:1000",
    "slave_priority:100",
    "slave_read_only:1",
    "replica_announced:1",
    "connected_slaves:0",
  ];
}
