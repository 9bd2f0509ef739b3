import { textOf } from "../../../base/bytes.ts";
import { array, bulk, map, type Reply } from "../../../resp/reply.ts";
import { allowsChannel, selectorText } from "../../../wire/acl/selector.ts";
import { DEFAULT_USER, type User, userFlags } from "../../../wire/acl/user.ts";
import { reasonOf } from "../../system-reason.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { SessionCommand, SessionContext } from "./session-command.ts";

const NO_USERS_FILE =
  "ERR This Redis instance is not configured to use an ACL file. You may want to specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a Redis configuration file set) in order to store users in the Redis configuration.";
const DEFAULT_USER_STAYS = "ERR The 'default' user cannot be removed";
const SAVE_FAILED =
  "ERR There was an error trying to save the ACLs. Please check the server logs for more information";

export const aclList: SessionCommand = (client, _args, { access }) => {
  client.reply.reply(array(access.users.lines().map(bulk)));
};

export const aclUsers: SessionCommand = (client, _args, { access }) => {
  client.reply.reply(array(access.users.all().map(({ name }) => bulk(name))));
};

export const aclSetUser: SessionCommand = (client, args, context) => {
  const [, , name = "", ...rules] = args.map(textOf);
  const result = context.access.users.set(name, rules);
  if (result.kind === "refused") return client.reply.error(result.error);
  if (result.before !== undefined) closeListeners(context, result.user);
  return client.reply.simple("OK");
};

/** Who listens to what the user may not listen to any more hears nothing further. */
function closeListeners(context: SessionContext, user: User): void {
  const isAllowed = (channel: string, isPattern: boolean): boolean =>
    user.selectors.some((selector) => allowsChannel(selector, { channel, isPattern }));
  for (const one of context.clients.accepted()) {
    if (one.account !== user || one.subscriptions === 0) continue;
    const keepsAll =
      [...one.channels, ...one.shardChannels].every((channel) => isAllowed(channel, false)) &&
      [...one.patterns].every((pattern) => isAllowed(pattern, true));
    if (!keepsAll) one.kill();
  }
}

export const aclDelUser: SessionCommand = (client, args, context) => {
  const names = args.slice(2).map(textOf);
  if (names.includes(DEFAULT_USER)) return client.reply.error(DEFAULT_USER_STAYS);
  const { users } = context.access;
  const deleted = new Set<User>();
  for (const name of names) {
    const user = users.find(name);
    if (user !== undefined && users.delete(name)) deleted.add(user);
  }
  client.reply.integer(deleted.size);
  return closeClients(context, ({ account }) => deleted.has(account));
};

function closeClients(
  { clients }: SessionContext,
  isMeant: (client: ClientConnection) => boolean,
): void {
  for (const client of clients.accepted()) if (isMeant(client)) client.kill();
}

export const aclGetUser: SessionCommand = (client, args, { access }) => {
  const user = access.users.find(textOf(args[2] ?? ""));
  if (user === undefined) return client.reply.null();
  const [root, ...others] = user.selectors.map((selector): [string, Reply][] => {
    const { commands, keys, channels } = selectorText(selector, access.users.catalog);
    return [
      ["commands", bulk(commands)],
      ["keys", bulk(keys)],
      ["channels", bulk(channels)],
    ];
  });
  return client.reply.reply(
    map([
      ["flags", { kind: "set", items: userFlags(user).map(bulk) }],
      ["passwords", array(user.passwords.map(bulk))],
      ...(root ?? []),
      ["selectors", array(others.map(map))],
    ]),
  );
};

/** All users but the default one have to come in again. */
export const aclLoad: SessionCommand = (client, _args, context) => {
  const { access } = context;
  if (access.usersFile === "") return client.reply.error(NO_USERS_FILE);
  const mistakes = access.load();
  if (mistakes !== undefined) return client.reply.error(`ERR ${mistakes}`);
  client.reply.simple("OK");
  return closeClients(context, ({ account }) => account !== access.users.default);
};

export const aclSave: SessionCommand = (client, _args, { access, log }) => {
  if (access.usersFile === "") return client.reply.error(NO_USERS_FILE);
  try {
    access.save();
    return client.reply.simple("OK");
  } catch (cause) {
    log("warning", `Saving the ACL file ${access.usersFile}: ${reasonOf(cause)}`);
    return client.reply.error(SAVE_FAILED);
  }
};
