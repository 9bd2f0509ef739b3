import { textOf } from "../../../base/bytes.ts";
import { clientId } from "../../../base/ids.ts";
import { array, bulk, integer, map, type Reply } from "../../../resp/reply.ts";
import { parseOnOff } from "./on-off.ts";
import type { SessionCommand } from "./session-command.ts";
import { SYNTAX_ERROR } from "./session-errors.ts";
import { trackingMistake } from "./tracking-options.ts";

export const clientGetRedir: SessionCommand = (client) => {
  client.reply.integer(-1);
};

/** Client-side caching is not offered: it can be switched off, which it is. */
export const clientTracking: SessionCommand = (client, args, { clients }) => {
  const [, , word = "", ...options] = args.map(textOf);
  const mistake = trackingMistake(options, (id) => clients.get(clientId(id)) !== undefined);
  if (mistake !== undefined) return client.reply.error(mistake);
  const on = parseOnOff(word);
  if (on === undefined) return client.reply.error(SYNTAX_ERROR);
  if (on) return client.reply.error("ERR CLIENT TRACKING is not supported by vedette");
  return client.reply.simple("OK");
};

const TRACKING_OFF: Reply = map([
  ["flags", { kind: "set", items: [bulk("off")] }],
  ["redirect", integer(-1)],
  ["prefixes", array([])],
]);

export const clientTrackingInfo: SessionCommand = (client) => {
  client.reply.reply(TRACKING_OFF);
};

export const clientCaching: SessionCommand = (client) => {
  client.reply.error(
    "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled",
  );
};
