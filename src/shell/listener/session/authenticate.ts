import { textOf } from "../../../base/bytes.ts";
import { DEFAULT_USER } from "../../../wire/acl/user.ts";
import type { SessionCommand } from "./session-command.ts";
import { NO_PASSWORD_CONFIGURED, SYNTAX_ERROR, WRONGPASS } from "./session-errors.ts";

/** `AUTH [user] password`. A failure leaves the connection as it was. */
export const auth: SessionCommand = (client, args, { access }) => {
  if (args.length > 3) return client.reply.error(SYNTAX_ERROR);
  if (args.length === 2 && access.users.default.needsNoPassword) {
    return client.reply.error(NO_PASSWORD_CONFIGURED);
  }
  const name = args.length === 2 ? DEFAULT_USER : textOf(args[1] ?? "");
  const user = access.authenticate(name, args.at(-1) ?? "");
  if (user === undefined) {
    access.noteFailedAuthentication(client, { user: name, command: textOf(args[0] ?? "") });
    return client.reply.error(WRONGPASS);
  }
  client.authenticateAs(user);
  return client.reply.simple("OK");
};
