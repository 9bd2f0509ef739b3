import { textOf } from "../../../base/bytes.ts";
import type { Millis } from "../../../base/units.ts";
import { array, bulk, integer, map, type Reply } from "../../../resp/reply.ts";
import type { LogEntry } from "../../../wire/acl/acl-log.ts";
import { parseInteger } from "../../../wire/integers.ts";
import type { SessionCommand } from "./session-command.ts";
import { NOT_AN_INTEGER, wrongSubcommandArguments } from "./session-errors.ts";

const SHOWN_UNASKED = 10;

/** `ACL LOG [count | RESET]` */
export const aclLog: SessionCommand = (client, args, { access, now }) => {
  const word = args[2] === undefined ? undefined : textOf(args[2]);
  if (args.length > 3) {
    return client.reply.error(wrongSubcommandArguments("ACL", textOf(args[1] ?? "")));
  }
  if (word?.toLowerCase() === "reset") {
    access.log.reset();
    return client.reply.simple("OK");
  }
  const count = word === undefined ? SHOWN_UNASKED : parseInteger(word);
  if (count === undefined) return client.reply.error(NOT_AN_INTEGER);
  const shown = access.log.entries.slice(0, Math.max(0, count));
  const moment = now();
  return client.reply.reply(array(shown.map((entry) => entryReply(entry, moment))));
};

function entryReply(entry: LogEntry, now: Millis): Reply {
  return map([
    ["count", integer(entry.count)],
    ["reason", bulk(entry.reason)],
    ["context", bulk(entry.context)],
    ["object", bulk(entry.object)],
    ["username", bulk(entry.user)],
    ["age-seconds", { kind: "double", value: Math.floor(now - entry.at) / 1000 }],
    ["client-info", bulk(entry.client)],
  ]);
}
