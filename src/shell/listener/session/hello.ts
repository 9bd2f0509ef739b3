import { type Bytes, textOf } from "../../../base/bytes.ts";
import type { Protocol } from "../../../resp/reply-writer.ts";
import { array, bulk, integer, map } from "../../../resp/reply.ts";
import { parseInteger } from "../../../wire/integers.ts";
import type { User } from "../../../wire/acl/user.ts";
import type { AccessControl } from "../access/access-control.ts";
import type { ClientConnection } from "../client-connection.ts";
import { isClientName } from "./client-name.ts";
import type { Greeting, SessionCommand } from "./session-command.ts";
import {
  BAD_CLIENT_NAME,
  HELLO_NOAUTH,
  helloOption,
  NOPROTO,
  PROTOCOL_NOT_A_NUMBER,
  WRONGPASS,
} from "./session-errors.ts";

interface HelloRequest {
  readonly protocol: Protocol | undefined;
  readonly user: User | undefined;
  readonly name: string | undefined;
}

/** `HELLO [version [AUTH user password] [SETNAME name]]`: all of it, or an error and nothing. */
export const hello: SessionCommand = (client, args, { access, greeting }) => {
  const request = parseHello(client, args, access);
  if (typeof request === "string") return client.reply.error(request);
  if (request.user === undefined && !client.authenticated) return client.reply.error(HELLO_NOAUTH);
  if (request.user !== undefined) client.authenticateAs(request.user);
  if (request.name !== undefined) client.name = request.name;
  if (request.protocol !== undefined) client.switchProtocol(request.protocol);
  return greet(client, greeting);
};

/** @returns the text of the first error, in the order of the words */
function parseHello(
  client: ClientConnection,
  args: readonly Bytes[],
  access: AccessControl,
): HelloRequest | string {
  const words = args.map(textOf);
  if (words.length === 1) return { protocol: undefined, user: undefined, name: undefined };
  const protocol = parseInteger(words[1] ?? "");
  if (protocol === undefined) return PROTOCOL_NOT_A_NUMBER;
  if (protocol !== 2 && protocol !== 3) return NOPROTO;
  let user: User | undefined;
  let name: string | undefined;
  for (let at = 2; at < words.length;) {
    const option = words[at] ?? "";
    const [first, second] = words.slice(at + 1, at + 3);
    if (option.toUpperCase() === "AUTH" && first !== undefined && second !== undefined) {
      user = access.authenticate(first, second);
      if (user === undefined) {
        access.noteFailedAuthentication(client, { user: first, command: words[0] ?? "" });
        return WRONGPASS;
      }
      at += 3;
    } else if (option.toUpperCase() === "SETNAME" && first !== undefined) {
      if (!isClientName(first)) return BAD_CLIENT_NAME;
      name = first;
      at += 2;
    } else {
      return helloOption(option);
    }
  }
  return { protocol, user, name };
}

function greet(client: ClientConnection, greeting: Greeting): void {
  client.reply.reply(
    map([
      ["server", bulk(greeting.server)],
      ["version", bulk(greeting.version)],
      ["proto", integer(client.protocol)],
      ["id", integer(client.id)],
      ["mode", bulk(greeting.mode)],
      ...(greeting.role === undefined ? [] : [["role", bulk(greeting.role())] as const]),
      ["modules", array([])],
    ]),
  );
}
