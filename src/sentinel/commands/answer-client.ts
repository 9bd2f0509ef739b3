import { array, bulk, error, integer } from "../../resp/reply.ts";
import { HELLO_CHANNEL, parseHello } from "../../wire/hello.ts";
import { ignoreHello, takeHello } from "../hello-exchange.ts";
import type { Turn } from "../turn.ts";
import { failover, flushConfig, monitor, remove, reset } from "./actions.ts";
import { audit } from "./audit.ts";
import { config } from "./config.ts";
import { confirm } from "./confirm.ts";
import { debug, simulateFailure } from "./debug.ts";
import { acknowledge, downtime } from "./downtime.ts";
import { unknownSubcommand } from "./errors.ts";
import { forget } from "./forget.ts";
import { help } from "./help.ts";
import { history, plan } from "./history.ts";
import { pause, resume } from "./pause.ts";
import {
  checkQuorum,
  getMasterAddress,
  infoCache,
  infoSection,
  master,
  masters,
  replicas,
  sentinels,
} from "./queries.ts";
import { type ClientRequest, push, reply } from "./request.ts";
import { pendingScripts } from "./scripts.ts";
import { set } from "./set.ts";
import { refuseSubcommand } from "./subcommands.ts";
import { vedette } from "./vedette.ts";
import { isMasterDownByAddress } from "./votes.ts";

/** Answers what the listener passes on: the commands whose replies depend on the sentinel's state. */
export function answerClient(turn: Turn, request: ClientRequest): void {
  const [command, ...args] = request.args;
  switch (command.toLowerCase()) {
    case "sentinel":
      answerSentinel(turn, request, args);
      audit(turn, request, args);
      return undefined;
    case "role":
      return answerRole(turn, request);
    case "publish":
      return answerPublish(turn, request, args);
    case "info":
      return answerInfo(turn, request, args);
    default:
      return reply(turn, request, error(`ERR unknown command '${command.slice(0, 128)}'`));
  }
}

function answerSentinel(turn: Turn, request: ClientRequest, words: readonly string[]): void {
  const refusal = refuseSubcommand(words);
  if (refusal !== undefined) return reply(turn, request, refusal);
  const [subcommand = "", ...args] = words;
  const name = subcommand.toLowerCase();
  const [first = ""] = args;
  switch (name) {
    case "acknowledge":
      return acknowledge(turn, request, args);
    case "ckquorum":
      return reply(turn, request, checkQuorum(turn, first));
    case "config":
      return config(turn, request, args);
    case "confirm":
      return confirm(turn, request, args);
    case "debug":
      return reply(turn, request, debug(turn, args));
    case "downtime":
      return downtime(turn, request, args);
    case "failover":
      return failover(turn, request, args);
    case "flushconfig":
      return flushConfig(turn, request);
    case "forget":
      return forget(turn, request, args);
    case "get-master-addr-by-name":
    case "get-primary-addr-by-name":
      return reply(turn, request, getMasterAddress(turn, first));
    case "history":
      return reply(turn, request, history(turn, args));
    case "info-cache":
      return reply(turn, request, infoCache(turn, args));
    case "pause":
      return pause(turn, request, args);
    case "pending-scripts":
      return reply(turn, request, pendingScripts(turn));
    case "help":
      return reply(turn, request, help());
    case "is-master-down-by-addr":
    case "is-primary-down-by-addr":
      return isMasterDownByAddress(turn, request, args);
    case "master":
    case "primary":
      return reply(turn, request, master(turn, first));
    case "plan":
      return reply(turn, request, plan(turn, first));
    case "masters":
    case "primaries":
      return reply(turn, request, masters(turn));
    case "monitor":
      return monitor(turn, request, args);
    case "myid":
      return reply(turn, request, bulk(turn.state.myId));
    case "remove":
      return remove(turn, request, first);
    case "replicas":
    case "slaves":
      return reply(turn, request, replicas(turn, first));
    case "reset":
      return reset(turn, request, first);
    case "sentinels":
      return reply(turn, request, sentinels(turn, first));
    case "resume":
      return resume(turn, request, args);
    case "set":
      return set(turn, request, args);
    case "simulate-failure":
      return reply(turn, request, simulateFailure(turn, args));
    case "vedette":
      return vedette(turn, request, args);
    default:
      return reply(turn, request, unknownSubcommand("sentinel", subcommand));
  }
}

function answerRole(turn: Turn, request: ClientRequest): void {
  const names = [...turn.state.masters.keys()].map((name) => bulk(name));
  reply(turn, request, array([bulk("sentinel"), array(names)]));
}

/** A hello from a peer, over its link to us; answered 1 even when it is ignored (spec §7.13). */
function answerPublish(
  turn: Turn,
  request: ClientRequest,
  [channel, payload = ""]: readonly string[],
): void {
  if (channel !== HELLO_CHANNEL) {
    const text = "ERR Only HELLO messages are accepted by Sentinel instances.";
    return reply(turn, request, error(text));
  }
  const message = parseHello(payload);
  if (message.kind === "hello") takeHello(turn, message);
  else ignoreHello(turn, "a client", message.reason);
  reply(turn, request, integer(1));
}

const ALL_SECTIONS = new Set(["default", "all", "everything"]);

/** The sentinel's own section; the shell adds those about the process (spec §7.14). */
function answerInfo(turn: Turn, request: ClientRequest, args: readonly string[]): void {
  const sections = args.length === 0 ? ["default"] : args.map((section) => section.toLowerCase());
  const isWanted = sections.some((each) => each === "sentinel" || ALL_SECTIONS.has(each));
  const sentinel = isWanted ? infoSection(turn) : undefined;
  push(turn, request, { kind: "info", sections, sentinel }, undefined);
}
