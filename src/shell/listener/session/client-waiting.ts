import { textOf } from "../../../base/bytes.ts";
import { clientId } from "../../../base/ids.ts";
import { parseInteger } from "../../../wire/integers.ts";
import type { SessionCommand } from "./session-command.ts";
import { NOT_AN_INTEGER } from "./session-errors.ts";

export const clientPause: SessionCommand = (client, args, context) => {
  const mode = args[3] === undefined ? "all" : textOf(args[3]).toLowerCase();
  if (args.length > 4 || (mode !== "all" && mode !== "write")) {
    return client.reply.error("ERR CLIENT PAUSE mode must be WRITE or ALL");
  }
  const durationMs = parseInteger(textOf(args[2] ?? ""));
  if (durationMs === undefined) {
    return client.reply.error("ERR timeout is not an integer or out of range");
  }
  if (durationMs < 0) return client.reply.error("ERR timeout is negative");
  context.pause.pause(durationMs, mode);
  return client.reply.simple("OK");
};

export const clientUnpause: SessionCommand = (client, _args, context) => {
  context.pause.unpause();
  return client.reply.simple("OK");
};

export const clientUnblock: SessionCommand = (client, args, context) => {
  const how = args[3] === undefined ? "timeout" : textOf(args[3]).toLowerCase();
  if (args.length > 4 || (how !== "timeout" && how !== "error")) {
    return client.reply.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
  }
  const target = parseInteger(textOf(args[2] ?? ""));
  if (target === undefined) return client.reply.error(NOT_AN_INTEGER);
  const done = context.unblock?.(clientId(target), how) ?? false;
  return client.reply.integer(done ? 1 : 0);
};
