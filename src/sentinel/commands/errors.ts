import { error, type Reply } from "../../resp/reply.ts";

/** Error replies of sentinel mode. Source: sentinel spec §7. */

export const NO_SUCH_MASTER = error("ERR No such master with that name");
export const NOT_AN_INTEGER = error("ERR value is not an integer or out of range");
export const SAVE_FAILED = error("ERR Failed to save config file. Check server logs.");

export const MEMORY_LOST = error(
  "ERR This Sentinel started from an old copy of its configuration and has not heard all others yet",
);

export const OBSERVES_ONLY = error(
  "ERR This Sentinel only observes. SENTINEL CONFIG SET observe-only no makes it take part",
);

export function wrongArity(command: string): Reply {
  return error(`ERR wrong number of arguments for '${command}' command`);
}

export function unknownSubcommand(command: string, subcommand: string): Reply {
  const shown = subcommand.slice(0, 128);
  return error(`ERR unknown subcommand '${shown}'. Try ${command.toUpperCase()} HELP.`);
}
