import { textOf } from "../../../base/bytes.ts";
import { isClientName } from "./client-name.ts";
import { parseOnOff } from "./on-off.ts";
import type { SessionCommand } from "./session-command.ts";
import { BAD_CLIENT_NAME, SYNTAX_ERROR } from "./session-errors.ts";

export const clientId: SessionCommand = (client) => {
  client.reply.integer(client.id);
};

export const clientGetName: SessionCommand = (client) => {
  if (client.name === "") client.reply.null();
  else client.reply.bulk(client.name);
};

export const clientSetName: SessionCommand = (client, args) => {
  const name = textOf(args[2] ?? "");
  if (!isClientName(name)) return client.reply.error(BAD_CLIENT_NAME);
  client.name = name;
  return client.reply.simple("OK");
};

/** `SETINFO LIB-NAME name` and `LIB-VER version`: what a library says of itself. */
export const clientSetInfo: SessionCommand = (client, args) => {
  const option = textOf(args[2] ?? "");
  const value = textOf(args[3] ?? "");
  const name = option.toLowerCase();
  if (name !== "lib-name" && name !== "lib-ver") {
    return client.reply.error(`ERR Unrecognized option '${option}'`);
  }
  if (!isClientName(value)) {
    return client.reply.error(`ERR ${name} cannot contain spaces, newlines or special characters.`);
  }
  if (name === "lib-name") client.libraryName = value;
  else client.libraryVersion = value;
  return client.reply.simple("OK");
};

/** ON is answered, OFF and SKIP are silent from their own reply on. */
export const clientReply: SessionCommand = (client, args) => {
  switch (textOf(args[2] ?? "").toLowerCase()) {
    case "on":
      client.replyMode = "on";
      return client.reply.simple("OK");
    case "off":
      client.replyMode = "off";
      return undefined;
    case "skip":
      if (client.replyMode !== "off") client.replyMode = "skip-next";
      return undefined;
    default:
      return client.reply.error(SYNTAX_ERROR);
  }
};

export const clientNoEvict: SessionCommand = (client, args) => {
  const on = parseOnOff(textOf(args[2] ?? ""));
  if (on === undefined) return client.reply.error(SYNTAX_ERROR);
  client.noEvict = on;
  return client.reply.simple("OK");
};

export const clientNoTouch: SessionCommand = (client, args) => {
  const on = parseOnOff(textOf(args[2] ?? ""));
  if (on === undefined) return client.reply.error(SYNTAX_ERROR);
  client.noTouch = on;
  return client.reply.simple("OK");
};
