import { type Bytes, textOf } from "../../../base/bytes.ts";
import type { Millis } from "../../../base/units.ts";
import type { UserDirectory } from "../../../wire/acl/user-directory.ts";
import { parseInteger } from "../../../wire/integers.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { ListedClient } from "../listed-client.ts";
import { parseClientType } from "./client-type.ts";
import type { SessionCommand } from "./session-command.ts";
import {
  CLIENT_ID_NOT_POSITIVE,
  NO_SUCH_CLIENT,
  noSuchUser,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  unknownClientType,
} from "./session-errors.ts";

/** All of them must hold for a client to be closed. */
interface KillFilter {
  id?: number;
  type?: ListedClient["type"];
  user?: string;
  address?: string;
  localAddress?: string;
  olderThanSeconds?: number;
  skipMe: boolean;
}

/** `CLIENT KILL ip:port`, or `CLIENT KILL` with filters, which answers how many were closed. */
export const clientKill: SessionCommand = (client, args, { clients, access, now }) => {
  if (args.length === 3) return killByAddress(client, textOf(args[2] ?? ""), clients.all());
  const filter = parseFilter(args.slice(2), access.users);
  if (typeof filter === "string") return client.reply.error(filter);
  const moment = now();
  const victims = clients.all().filter((one) => isMeant(one, filter, client, moment));
  client.reply.integer(victims.length);
  for (const victim of victims) victim.kill();
  return undefined;
};

function killByAddress(
  client: ClientConnection,
  address: string,
  all: readonly ListedClient[],
): void {
  const victim = all.find((one) => one.remoteAddress === address);
  if (victim === undefined) {
    client.reply.error(NO_SUCH_CLIENT);
  } else {
    client.reply.simple("OK");
    victim.kill();
  }
}

/** @returns the text of the first error */
function parseFilter(words: readonly Bytes[], users: UserDirectory): KillFilter | string {
  const filter: KillFilter = { skipMe: true };
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1];
    if (value === undefined) return SYNTAX_ERROR;
    const error = addCondition(filter, textOf(words[at] ?? "").toLowerCase(), textOf(value), users);
    if (error !== undefined) return error;
  }
  return filter;
}

function addCondition(
  filter: KillFilter,
  option: string,
  value: string,
  users: UserDirectory,
): string | undefined {
  switch (option) {
    case "id": {
      const id = parseInteger(value);
      if (id === undefined || id < 1) return CLIENT_ID_NOT_POSITIVE;
      filter.id = id;
      return undefined;
    }
    case "type": {
      const type = parseClientType(value);
      if (type === undefined) return unknownClientType(value);
      filter.type = type;
      return undefined;
    }
    case "user":
      if (users.find(value) === undefined) return noSuchUser(value);
      filter.user = value;
      return undefined;
    case "addr":
      filter.address = value;
      return undefined;
    case "laddr":
      filter.localAddress = value;
      return undefined;
    case "maxage": {
      const seconds = parseInteger(value);
      if (seconds === undefined) return NOT_AN_INTEGER;
      filter.olderThanSeconds = seconds;
      return undefined;
    }
    case "skipme": {
      const word = value.toLowerCase();
      if (word !== "yes" && word !== "no") return SYNTAX_ERROR;
      filter.skipMe = word === "yes";
      return undefined;
    }
    default:
      return SYNTAX_ERROR;
  }
}

function isMeant(one: ListedClient, filter: KillFilter, me: ListedClient, now: Millis): boolean {
  const { id, type, user, address, localAddress, olderThanSeconds, skipMe } = filter;
  return (
    (id === undefined || one.id === id) &&
    (type === undefined || one.type === type) &&
    (user === undefined || one.user === user) &&
    (address === undefined || one.remoteAddress === address) &&
    (localAddress === undefined || one.localAddress === localAddress) &&
    (olderThanSeconds === undefined || now - one.connectedAt >= olderThanSeconds * 1000) &&
    !(skipMe && one === me)
  );
}
