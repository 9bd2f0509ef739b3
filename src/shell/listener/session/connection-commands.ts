import type { SessionCommand } from "./session-command.ts";
import { RESET_REFUSED, wrongArity } from "./session-errors.ts";

/** `PING [text]`; a RESP2 subscriber, who cannot tell replies from pushes, gets an array. */
export const ping: SessionCommand = (client, args) => {
  const { reply } = client;
  const text = args[1];
  if (args.length > 2) {
    reply.error(wrongArity("ping"));
  } else if (client.protocol === 2 && client.subscriptions > 0) {
    reply.array(2);
    reply.bulk("pong");
    reply.bulk(text ?? "");
  } else if (text === undefined) {
    reply.simple("PONG");
  } else {
    reply.bulk(text);
  }
};

export const quit: SessionCommand = (client) => {
  client.reply.simple("OK");
  client.closeAfterReply();
};

/**
 * `RESET`: the connection is as if new. What the daemon keeps of it (MULTI, WATCH, the database) is
 * the daemon's to undo, before or after.
 */
export const reset: SessionCommand = (client, _args, { pubSub }) => {
  if (client.type === "replica") return client.reply.error(RESET_REFUSED);
  pubSub.forget(client);
  client.reset();
  return client.reply.simple("RESET");
};
