import { findRequest } from "../../server/command-lookup.ts";
import { newCatalog } from "../../server/command-categories.ts";
import { COMMANDS } from "../../server/commands/table.ts";
import { keyUsesOf } from "../../server/request-keys.ts";
import type { DaemonCommands } from "../listener/access/daemon-commands.ts";

/** What ACL knows of the bundled server's commands. */
export const SERVER_DAEMON_COMMANDS: DaemonCommands = {
  catalog: newCatalog(COMMANDS),
  find: (args) => findRequest(COMMANDS, args),
  keysOf(name, args) {
    const [word = ""] = name.split("|");
    const command = COMMANDS.get(word);
    return command === undefined ? [] : keyUsesOf(name, command, args);
  },
};
