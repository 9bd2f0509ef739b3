import { unreachable } from "../../base/assert.ts";
import { textOf } from "../../base/bytes.ts";
import { splitQuotedWords } from "../../base/quoted-words.ts";
import { parsePort } from "../../wire/host.ts";
import { parseInteger } from "../../wire/integers.ts";
import { parsePsyncRequest } from "../../wire/psync.ts";
import type { Client } from "../client.ts";
import { type Command, flags, NO_KEYS } from "../command.ts";
import type { Arguments } from "../environment.ts";
import { ERRORS } from "../errors.ts";
import { log } from "../log.ts";
import { replyError, replyOk } from "../reply.ts";
import { sendAck } from "../replication/link-control.ts";
import type { LinkPhase } from "../replication/link-phase.ts";
import { attachReplica, onAck } from "../replication/master-side.ts";
import { nameOf, peerHost } from "../replication/peers.ts";
import { becomeMaster, becomeReplicaOf } from "../replication/roles.ts";
import type { ReplicaOptions } from "../replication/replica-options.ts";
import { type ReplicaRole, replicationOffset } from "../replication/state.ts";
import type { ServerState } from "../state.ts";

function replicaOf(state: ServerState, client: Client, args: Arguments): void {
  if (client.kind === "replica") {
    replyError(client, ERRORS.replicaofFromReplica);
    return;
  }
  if (state.replication.failover !== undefined) {
    replyError(client, ERRORS.replicaofInFailover);
    return;
  }
  const host = textOf(args[1] ?? "");
  const portText = textOf(args[2] ?? "");
  if (host.toLowerCase() === "no" && portText.toLowerCase() === "one") {
    if (becomeMaster(state)) {
      log(state, "notice", `MASTER MODE enabled (user request from '${describe(client)}')`);
    }
    replyOk(client);
    return;
  }
  const port = parsePort(portText);
  if (port === undefined) {
    replyError(client, ERRORS.badMasterPort);
    return;
  }
  if (!becomeReplicaOf(state, { host, port })) {
    client.reply.simple("OK Already connected to specified master");
    return;
  }
  log(
    state,
    "notice",
    `REPLICAOF ${host}:${port} enabled (user request from '${describe(client)}')`,
  );
  replyOk(client);
}

function describe(client: Client): string {
  const { connection } = client;
  return `id=${connection.id} addr=${connection.remoteAddress} name=${connection.name} user=${connection.user}`;
}

function sync(state: ServerState, client: Client): void {
  if (client.kind === "replica") return;
  if (refuseSync(state, client)) return;
  log(state, "notice", `Replica ${nameOf(client)} asks for synchronization`);
  attachReplica(state, client, "sync");
}

function psync(state: ServerState, client: Client, args: Arguments): void {
  if (client.kind === "replica") return;
  const replid = textOf(args[1] ?? "");
  if (
    textOf(args[3] ?? "").toUpperCase() === "FAILOVER" &&
    !acceptFailover(state, client, replid)
  ) {
    return;
  }
  if (refuseSync(state, client)) return;
  const request = parsePsyncRequest({ replid, offset: textOf(args[2] ?? "") });
  if (request === undefined) {
    log(
      state,
      "warning",
      `Replica ${nameOf(client)} asks for synchronization but with a wrong offset`,
    );
    replyError(client, ERRORS.notAnInteger);
    return;
  }
  log(state, "notice", `Replica ${nameOf(client)} asks for synchronization`);
  attachReplica(state, client, request);
}

/** Our master hands over to us: we become the master, and it a replica (server spec §2.6). */
function acceptFailover(state: ServerState, client: Client, replid: string): boolean {
  const { replication } = state;
  if (replication.role.kind === "master") {
    replyError(client, ERRORS.failoverToMaster);
    return false;
  }
  if (replid.toLowerCase() !== replication.replid) {
    replyError(client, ERRORS.failoverReplid);
    return false;
  }
  log(state, "warning", `Failover request received for replid ${replid}.`);
  becomeMaster(state);
  log(state, "notice", `MASTER MODE enabled (failover request from '${describe(client)}')`);
  return true;
}

/** @returns whether the request was answered with an error */
function refuseSync(state: ServerState, client: Client): boolean {
  const { role, failover } = state.replication;
  if (failover !== undefined) {
    replyError(client, ERRORS.noMasterLinkFailover);
    return true;
  }
  if (role.kind === "replica" && role.link.at !== "connected") {
    replyError(client, ERRORS.noMasterLinkSync);
    return true;
  }
  if (state.environment.hasUnsentReplies(client)) {
    replyError(client, ERRORS.pendingOutput);
    return true;
  }
  if (client.replicaOptions.rdbFilter === "functions" && !client.replicaOptions.eof) {
    replyError(client, ERRORS.filterWithoutEof);
    return true;
  }
  return false;
}

const LONGEST_ANNOUNCED_IP = 255;

/** Pairs of option and value, worked on from left to right (server spec §2.8). */
function replconf(state: ServerState, client: Client, args: Arguments): void {
  if (args.length % 2 === 0) {
    replyError(client, ERRORS.syntax);
    return;
  }
  for (let at = 1; at < args.length; at += 2) {
    const option = textOf(args[at] ?? "").toLowerCase();
    const value = textOf(args[at + 1] ?? "");
    if (option === "ack") {
      acknowledge(state, client, value, args.slice(at + 2));
      return;
    }
    const outcome = applyOption(state, client, option, value);
    if (outcome === "silent") return;
    if (outcome !== "known") {
      replyError(client, outcome);
      return;
    }
  }
  replyOk(client);
}

/** `ACK <offset> [FACK <offset>]`, which gets no reply. */
function acknowledge(
  state: ServerState,
  client: Client,
  offset: string,
  [option, onDisk]: Arguments,
): void {
  if (client.kind !== "replica") return;
  const hasFile = textOf(option ?? "").toLowerCase() === "fack";
  onAck(state, client, {
    applied: parseInteger(offset) ?? 0,
    onDisk: hasFile ? (parseInteger(textOf(onDisk ?? "")) ?? 0) : 0,
  });
}

type OptionOutcome = "known" | "silent" | `ERR ${string}`;

function applyOption(
  state: ServerState,
  client: Client,
  option: string,
  value: string,
): OptionOutcome {
  const options = client.replicaOptions;
  switch (option) {
    case "listening-port": {
      const port = parseInteger(value);
      if (port === undefined) return ERRORS.notAnInteger;
      options.listeningPort = port;
      return "known";
    }
    case "ip-address":
      if (value.length > LONGEST_ANNOUNCED_IP) {
        return `ERR REPLCONF ip-address provided by replica instance is too long: ${value.length} bytes`;
      }
      options.announcedIp = value;
      return "known";
    case "capa":
      if (value.toLowerCase() === "eof") options.eof = true;
      else if (value.toLowerCase() === "psync2") options.psync2 = true;
      return "known";
    case "rdb-only": {
      const wish = parseInteger(value);
      if (wish === undefined) return ERRORS.notAnInteger;
      if (wish < 0 || wish > 1) return ERRORS.zeroOrOne;
      options.rdbOnly = wish === 1;
      return "known";
    }
    case "rdb-filter-only":
      return filterBy(options, value);
    case "version":
      return "known";
    case "getack": {
      const { role } = state.replication;
      if (client.kind === "master" && role.kind === "replica") sendAck(state, role);
      return "silent";
    }
    default:
      return `ERR Unrecognized REPLCONF option: ${option}`;
  }
}

/** What the snapshot is to contain: nothing, or functions, of which there are none here. */
function filterBy(options: ReplicaOptions, value: string): OptionOutcome {
  const words = splitQuotedWords(value);
  if (words === undefined) return "ERR Missing rdb-filter-only values";
  const unknown = words.find((word) => word.toLowerCase() !== "functions");
  if (unknown !== undefined) return `ERR Unsupported rdb-filter-only option: ${unknown}`;
  options.rdbFilter = "functions";
  return "known";
}

/** Ports and offsets are texts here; only online replicas are shown (server spec §4.2). */
function roleCommand(state: ServerState, client: Client): void {
  const { replication } = state;
  const { reply } = client;
  if (replication.role.kind === "replica") {
    roleOfReplica(state, client, replication.role);
    return;
  }
  // As in INFO: also those that have everything and have yet to say so.
  const online = [...replication.peers.values()].filter(
    ({ phase }) => phase.kind === "online" || phase.kind === "awaiting-ack",
  );
  reply.array(3);
  reply.bulk("master");
  reply.integer(replicationOffset(replication));
  reply.array(online.length);
  for (const peer of online) {
    reply.array(3);
    reply.bulk(peerHost(peer.client));
    reply.bulk(String(peer.client.replicaOptions.listeningPort));
    reply.bulk(String(peer.ackOffset));
  }
}

function roleOfReplica(state: ServerState, client: Client, own: ReplicaRole): void {
  const { reply } = client;
  reply.array(5);
  reply.bulk("slave");
  reply.bulk(own.master.host);
  reply.integer(own.master.port);
  reply.bulk(linkStateWord(own.link));
  reply.integer(own.link.at === "connected" ? replicationOffset(state.replication) : -1);
}

/** The words of ROLE (server spec §2.2). */
function linkStateWord(phase: LinkPhase): string {
  switch (phase.at) {
    case "waiting":
      return "connect";
    case "transfer":
    case "loading":
      return "sync";
    case "connecting":
    case "handshake":
    case "connected":
      return phase.at;
    default:
      return unreachable(phase);
  }
}

const SERVER = "server";

export const REPLICATION_COMMANDS: readonly Command[] = [
  {
    name: "replicaof",
    arity: 3,
    flags: flags("asTA"),
    keys: NO_KEYS,
    group: SERVER,
    run: replicaOf,
  },
  { name: "slaveof", arity: 3, flags: flags("asTA"), keys: NO_KEYS, group: SERVER, run: replicaOf },
  { name: "sync", arity: 1, flags: flags("asXA"), keys: NO_KEYS, group: SERVER, run: sync },
  { name: "psync", arity: -3, flags: flags("asXA"), keys: NO_KEYS, group: SERVER, run: psync },
  {
    name: "replconf",
    arity: -1,
    flags: flags("asLTB"),
    keys: NO_KEYS,
    group: SERVER,
    run: replconf,
  },
  { name: "role", arity: 1, flags: flags("sLTF"), keys: NO_KEYS, group: SERVER, run: roleCommand },
];
