import type { ConfLine } from "../../wire/conf/conf-lines.ts";
import type { ConfigMistake } from "../../wire/conf/config-mistake.ts";
import type { ServerConfig } from "../../wire/server-conf/server-config.ts";
import { monotonicNow } from "../clock.ts";
import { type AccessControl, DEFAULT_ACCESS_SETTINGS } from "../listener/access/access-control.ts";
import { declareAccess } from "../listener/access/declared-access.ts";
import { SERVER_DAEMON_COMMANDS } from "./daemon-commands.ts";
import { accessSettingsOf } from "./settings.ts";

const OF_THE_SERVER = { commands: SERVER_DAEMON_COMMANDS, now: monotonicNow };

/** The users of the bundled server as its configuration declares them. */
export function serverAccess({ table, userLines }: ServerConfig): {
  readonly access: AccessControl;
  readonly mistakes: readonly ConfigMistake[];
} {
  const settings = accessSettingsOf(table);
  return declareAccess({ ...OF_THE_SERVER, settings, password: table.requirepass, userLines });
}

/** What is wrong with the users of a configuration that is wrong anyway. */
export function mistakesOfUsers(userLines: readonly ConfLine[]): readonly ConfigMistake[] {
  const settings = DEFAULT_ACCESS_SETTINGS;
  return declareAccess({ ...OF_THE_SERVER, settings, password: "", userLines }).mistakes;
}
