import { unreachable } from "../../base/assert.ts";
import { textOf } from "../../base/bytes.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Message } from "../message.ts";

/** Why a message is drawn. */
export type MessageKind = "vote" | "question" | "order" | "hello" | "copy" | "command";

export interface MessageText {
  readonly kind: MessageKind;
  readonly text: string;
}

/**
 * What a message says, if it is one of those that decide something: questions and votes, orders to
 * servers, full copies, and what an operator says. Pings and their like are undefined.
 * @param isOperator one of the two is the operator
 */
export function textOfMessage(message: Message, isOperator: boolean): MessageText | undefined {
  switch (message.kind) {
    case "sentinel-command":
      return textOfCommand(message.args, isOperator);
    case "reply":
      return textOfReply(message.reply, isOperator);
    case "server-command": {
      const { command } = message;
      if (command.name !== "reconfigure") return undefined;
      const { master } = command;
      const text = master === undefined ? "be a master" : `follow ${master.host} ${master.port}`;
      return { kind: "order", text };
    }
    case "snapshot":
      return { kind: "copy", text: "full copy" };
    case "hello":
    case "full-resync":
    case "continue":
    case "stream":
      return undefined;
    default:
      return unreachable(message);
  }
}

function textOfCommand(args: readonly string[], isOperator: boolean): MessageText | undefined {
  const [, subcommand = "", , , epoch = "", candidate = ""] = args;
  if (isOperator) return { kind: "command", text: args.join(" ") };
  if (subcommand.toLowerCase() !== "is-master-down-by-addr") return undefined;
  return candidate === "*"
    ? { kind: "question", text: "is it down?" }
    : { kind: "vote", text: `vote for ${candidate} in ${epoch}?` };
}

function textOfReply(reply: Reply, isOperator: boolean): MessageText | undefined {
  if (isOperator) return { kind: "command", text: "text" in reply ? reply.text : reply.kind };
  if (reply.kind !== "array" || reply.items.length !== 3) return undefined;
  const [down, leader, epoch] = reply.items;
  if (down?.kind !== "integer" || leader?.kind !== "bulk" || epoch?.kind !== "integer") {
    return undefined;
  }
  const name = textOf(leader.bytes);
  if (name !== "*") return { kind: "vote", text: `my vote in ${epoch.value}: ${name}` };
  return Number(down.value) === 1
    ? { kind: "question", text: "down" }
    : { kind: "question", text: "not down" };
}
