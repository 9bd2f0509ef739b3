import { unreachable } from "../../base/assert.ts";
import type { Address } from "../../base/address.ts";
import type { LinkId } from "../../base/ids.ts";
import type { LinkCommand } from "../../sentinel/effect.ts";
import type { Input } from "../../sentinel/input.ts";
import { HELLO_CHANNEL } from "../../wire/hello.ts";
import { type ServerOrder, wordsOfOrder } from "../../wire/server-order.ts";
import type { Connection } from "./connection.ts";
import {
  isError,
  readAnswer,
  readFields,
  readInfo,
  readPeerView,
  readPing,
  readPlace,
  readRefusal,
  readRunIds,
  readWords,
} from "./replies.ts";
import type { LinkReply } from "./request.ts";

const INFO_SERVER = ["INFO", "server"];
const SCRIPT_KILL = ["SCRIPT", "KILL"];

/** Sends a command of the core; its reply comes back as an input. */
export function sendCommand(
  connection: Connection,
  link: LinkId,
  command: LinkCommand,
  report: (input: Input) => void,
): void {
  switch (command.name) {
    case "ping":
      connection.requestWord("PING", (reply) =>
        report({ kind: "ping-reply", link, reply: readPing(reply) }),
      );
      return;
    case "info":
      connection.requestWord("INFO", (reply) =>
        report({ kind: "info-reply", link, info: readInfo(reply) }),
      );
      return;
    case "hello":
      connection.request(["PUBLISH", HELLO_CHANNEL, command.payload], (reply) =>
        report({
          kind: "hello-reply",
          link,
          master: command.master,
          accepted: !isError(reply),
        }),
      );
      return;
    case "ask":
      ask(connection, link, command, report);
      return;
    case "reconfigure":
      reconfigure(connection, link, command.master, report);
      return;
    case "where-is": {
      const { master, round } = command;
      connection.request(["SENTINEL", "get-master-addr-by-name", master], (reply) =>
        report({ kind: "place-reply", link, master, round, place: readPlace(reply) }),
      );
      return;
    }
    case "script-kill":
      // Whether it helped is seen from the next PING.
      connection.request(SCRIPT_KILL, () => undefined);
      return;
    case "peer-info":
      connection.request(INFO_SERVER, (reply) => {
        const vedetteVersion = readInfo(reply)?.vedetteVersion;
        report({ kind: "peer-info", link, vedetteVersion });
      });
      return;
    case "sentinels": {
      const { master } = command;
      connection.request(["SENTINEL", "SENTINELS", master], (reply) => {
        report({ kind: "peer-sentinels", link, master, runIds: readRunIds(reply) });
      });
      return;
    }
    case "master-fields": {
      const { master } = command;
      connection.request(["SENTINEL", "MASTER", master], (reply) => {
        report({ kind: "peer-master", link, master, fields: readFields(reply) });
      });
      return;
    }
    case "vedette": {
      const { topic, words } = command;
      connection.request(["SENTINEL", "VEDETTE", topic, ...words], (reply) => {
        report({ kind: "vedette-reply", link, topic, words, answer: readWords(reply) });
      });
      return;
    }
    case "order":
      sendOrder(connection, link, command.order, report);
      return;
    case "ask-master":
      connection.request(["SENTINEL", "MASTER", command.master], (reply) =>
        report({
          kind: "master-reply",
          link,
          master: command.master,
          view: readPeerView(reply),
        }),
      );
      return;
    default:
      unreachable(command);
  }
}

/** A step of a planned switchover: its commands in one write, and what each was refused for. */
function sendOrder(
  connection: Connection,
  link: LinkId,
  order: ServerOrder,
  report: (input: Input) => void,
): void {
  const commands = wordsOfOrder(order);
  const refusals: (string | undefined)[] = [];
  for (const words of commands) {
    connection.request(words, (reply) => {
      refusals.push(isError(reply) ? reply.message : undefined);
      if (refusals.length < commands.length) return;
      report({ kind: "order-reply", link, order, refusals });
    });
  }
}

function ask(
  connection: Connection,
  link: LinkId,
  command: Extract<LinkCommand, { readonly name: "ask" }>,
  report: (input: Input) => void,
): void {
  const { address, master, epoch, candidate } = command;
  connection.request(
    [
      "SENTINEL",
      "is-master-down-by-addr",
      address.host,
      String(address.port),
      String(epoch),
      candidate ?? "*",
    ],
    (reply) => {
      const answer = readAnswer(reply);
      report({ kind: "ask-reply", link, master, asked: { epoch, candidate }, answer });
    },
  );
}

/**
 * The transaction of spec sentinel §6.8. It leaves in one write, as all that is sent in one turn does
 * (write-gathering.ts): CONFIG REWRITE may take the server a while.
 */
function reconfigure(
  connection: Connection,
  link: LinkId,
  master: Address | undefined,
  report: (input: Input) => void,
): void {
  const commands = [
    ["MULTI"],
    ["SLAVEOF", master?.host ?? "NO", master === undefined ? "ONE" : String(master.port)],
    ["CONFIG", "REWRITE"],
    ["CLIENT", "KILL", "TYPE", "normal"],
    ["CLIENT", "KILL", "TYPE", "pubsub"],
    ["EXEC"],
  ];
  const replies: LinkReply[] = [];
  for (const words of commands) {
    connection.request(words, (reply) => {
      replies.push(reply);
      if (replies.length < commands.length) return;
      report({ kind: "reconfigure-reply", link, refusal: readRefusal(replies) });
    });
  }
}
