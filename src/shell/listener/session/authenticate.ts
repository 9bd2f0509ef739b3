import { textOf } from "../../../base/bytes.ts";
import { DEFAULT_USER } from "../authenticator.ts";
import type { SessionCommand } from "./session-command.ts";
import { NO_PASSWORD_CONFIGURED, SYNTAX_ERROR, WRONGPASS } from "./session-errors.ts";

/** `AUTH [user] password`. A failure leaves the connection as it was. */
export const auth: SessionCommand = (client, args, { authenticator }) => {
  if (args.length > 3) return client.reply.error(SYNTAX_ERROR);
  if (args.length === 2 && !authenticator.isRequired) {
    return client.reply.error(NO_PASSWORD_CONFIGURED);
  }
  const user = args.length === 2 ? DEFAULT_USER : textOf(args[1] ?? "");
  if (!authenticator.verify(user, args.at(-1) ?? "")) return client.reply.error(WRONGPASS);
  client.authenticateAs(user);
  return client.reply.simple("OK");
};
