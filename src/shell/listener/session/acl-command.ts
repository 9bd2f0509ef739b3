import { randomBytes } from "node:crypto";
import { textOf } from "../../../base/bytes.ts";
import { array, bulk } from "../../../resp/reply.ts";
import { CATEGORIES, parseCategory } from "../../../wire/acl/categories.ts";
import { denialExplanation } from "../../../wire/acl/permission.ts";
import { parseInteger } from "../../../wire/integers.ts";
import { aclLog } from "./acl-log-command.ts";
import {
  aclDelUser,
  aclGetUser,
  aclList,
  aclLoad,
  aclSave,
  aclSetUser,
  aclUsers,
} from "./acl-users-command.ts";
import type { SessionCommand } from "./session-command.ts";
import { NOT_AN_INTEGER, wrongArity, wrongSubcommandArguments } from "./session-errors.ts";
import { subcommand, tableWithHelp } from "./subcommands.ts";

/** The categories, or the commands in one of them. */
const cat: SessionCommand = (client, args, { access }) => {
  if (args.length > 3) {
    return client.reply.error(wrongSubcommandArguments("ACL", textOf(args[1] ?? "")));
  }
  if (args[2] === undefined) return client.reply.reply(array(CATEGORIES.map(bulk)));
  const word = textOf(args[2]);
  const category = parseCategory(word);
  if (category === undefined) return client.reply.error(`ERR Unknown category '${word}'`);
  const members = access.commands.catalog.inCategory(category);
  const offered = members.filter(({ isOffered }) => isOffered);
  return client.reply.reply(array(offered.map(({ name }) => bulk(name))));
};

/** Whether a user might run a command, which is not run. */
const dryrun: SessionCommand = (client, args, { access }) => {
  const name = textOf(args[2] ?? "");
  const user = access.users.find(name);
  if (user === undefined) return client.reply.error(`ERR User '${name}' not found`);
  const request = args.slice(3);
  const found = access.commands.find(request);
  if (found === undefined) {
    return client.reply.error(`ERR Command '${textOf(request[0] ?? "")}' not found`);
  }
  if (!found.fitsArity) return client.reply.error(wrongArity(found.name));
  const denial = access.denialFor(user, found.name, request);
  if (denial === undefined) return client.reply.simple("OK");
  return client.reply.bulk(denialExplanation(denial));
};

const DEFAULT_BITS = 256;
const MOST_BITS = 4096;
const BITS_A_DIGIT = 4;
const BAD_BITS = `ERR ACL GENPASS argument must be the number of bits for the output password, a positive number up to ${MOST_BITS}`;

const genpass: SessionCommand = (client, args) => {
  if (args.length > 3) {
    return client.reply.error(wrongSubcommandArguments("ACL", textOf(args[1] ?? "")));
  }
  const bits = args[2] === undefined ? DEFAULT_BITS : parseInteger(textOf(args[2]));
  if (bits === undefined) return client.reply.error(NOT_AN_INTEGER);
  if (bits < 1 || bits > MOST_BITS) return client.reply.error(BAD_BITS);
  const digits = Math.ceil(bits / BITS_A_DIGIT);
  const text = randomBytes(Math.ceil(digits / 2)).toString("hex");
  return client.reply.bulk(text.slice(0, digits));
};

const whoami: SessionCommand = (client) => {
  client.reply.bulk(client.user);
};

/** ACL of both daemons, in the order of HELP. */
export const ACL_SUBCOMMANDS = tableWithHelp("ACL", [
  subcommand("cat", -2, cat, [
    "CAT [<category>]",
    "    The categories, or the commands in one of them.",
  ]),
  subcommand("deluser", -3, aclDelUser, [
    "DELUSER <username> [<username> ...]",
    "    Remove users and close their connections.",
  ]),
  subcommand("dryrun", -4, dryrun, [
    "DRYRUN <username> <command> [<arg> ...]",
    "    Whether the user may run the command, which is not run.",
  ]),
  subcommand("getuser", 3, aclGetUser, ["GETUSER <username>", "    What a user may do."]),
  subcommand("genpass", -2, genpass, [
    "GENPASS [<bits>]",
    "    A password by chance, of 256 bits or as many as are asked for.",
  ]),
  subcommand("list", 2, aclList, ["LIST", "    The users, as lines of a configuration file."]),
  subcommand("load", 2, aclLoad, ["LOAD", "    Read the users from the ACL file again."]),
  subcommand("log", -2, aclLog, [
    "LOG [<count> | RESET]",
    "    What was refused lately, newest first; or forget it.",
  ]),
  subcommand("save", 2, aclSave, ["SAVE", "    Write the users into the ACL file."]),
  subcommand("setuser", -3, aclSetUser, [
    "SETUSER <username> <attribute> [<attribute> ...]",
    "    Make a user, or change one.",
  ]),
  subcommand("users", 2, aclUsers, ["USERS", "    The names of the users."]),
  subcommand("whoami", 2, whoami, ["WHOAMI", "    The user of this connection."]),
]);
