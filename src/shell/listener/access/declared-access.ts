import type { ConfLine } from "../../../wire/conf/conf-lines.ts";
import type { ConfigMistake } from "../../../wire/conf/config-mistake.ts";
import { declareUsers } from "../../../wire/acl/user-lines.ts";
import type { Millis } from "../../../base/units.ts";
import { AccessControl, type AccessSettings } from "./access-control.ts";
import type { DaemonCommands } from "./daemon-commands.ts";

/** What a configuration says of passwords and users. */
export interface DeclaredAccess {
  readonly commands: DaemonCommands;
  readonly settings: AccessSettings;
  /** `requirepass`; a line of the default user says it better. */
  readonly password: string;
  readonly userLines: readonly ConfLine[];
  readonly now: () => Millis;
}

/** The users as the configuration declares them; those of an `aclfile` are still to be loaded. */
export function declareAccess(declared: DeclaredAccess): {
  readonly access: AccessControl;
  readonly mistakes: readonly ConfigMistake[];
} {
  const { commands, settings, password, userLines, now } = declared;
  const access = new AccessControl({ commands, settings, now });
  if (password !== "") access.users.setDefaultPassword(password);
  const mistakes = declareUsers(access.users, userLines, settings.usersFile);
  return { access, mistakes };
}

/** The users who cannot come in, in the words of Redis' log. */
export function disabledUserNotes({ users }: AccessControl): string[] {
  return users
    .all()
    .filter(({ isEnabled }) => !isEnabled)
    .map(
      ({ name }) =>
        `The user '${name}' is disabled (there is no 'on' modifier in the user description). Make sure this is not a configuration error.`,
    );
}

/**
 * Reads the `aclfile`, where there is one.
 * @returns why the daemon cannot start
 */
export function loadDeclaredFile(access: AccessControl): string | undefined {
  if (access.usersFile === "") return undefined;
  const mistakes = access.load();
  return mistakes === undefined
    ? undefined
    : `Aborting Redis startup because of ACL errors: ${mistakes}`;
}
