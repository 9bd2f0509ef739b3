import { createHash, timingSafeEqual } from "node:crypto";
import { type Bytes, bufferOf, textOf } from "../../../base/bytes.ts";
import type { Millis } from "../../../base/units.ts";
import { AclLog } from "../../../wire/acl/acl-log.ts";
import { channelsOf, type Denial, denialOf } from "../../../wire/acl/permission.ts";
import type { ChannelDefault } from "../../../wire/acl/selector.ts";
import type { User } from "../../../wire/acl/user.ts";
import { UserDirectory } from "../../../wire/acl/user-directory.ts";
import type { ClientConnection } from "../client-connection.ts";
import type { DaemonCommands } from "./daemon-commands.ts";
import { loadUsersFile, saveUsersFile } from "./users-file.ts";

/** The configuration as far as it is about users. */
export interface AccessSettings {
  /** `acl-pubsub-default` */
  readonly channelDefault: ChannelDefault;
  /** `acllog-max-len` */
  readonly logMaxLength: number;
  /** `aclfile`, absolute or relative to the working directory; empty without one. */
  readonly usersFile: string;
}

export const DEFAULT_ACCESS_SETTINGS: AccessSettings = {
  channelDefault: "resetchannels",
  logMaxLength: 128,
  usersFile: "",
};

export interface AccessOptions {
  readonly commands: DaemonCommands;
  readonly settings: AccessSettings;
  readonly now: () => Millis;
}

/** Who may come in, and what they may do then: the users of a daemon, and its ACL LOG. */
export class AccessControl {
  readonly users: UserDirectory;
  readonly log: AclLog;
  readonly commands: DaemonCommands;
  /** May be replaced while the daemon runs. */
  settings: AccessSettings;
  /** How often somebody was refused, for INFO. */
  readonly denials: Record<Denial["reason"] | "auth", number> = newDenials();
  readonly #now: () => Millis;

  constructor({ commands, settings, now }: AccessOptions) {
    this.commands = commands;
    this.settings = settings;
    this.#now = now;
    this.log = new AclLog(() => this.settings.logMaxLength);
    this.users = new UserDirectory({
      catalog: commands.catalog,
      hash: (password) => hashOf(password).toString("hex"),
      channelDefault: () => this.settings.channelDefault,
    });
  }

  /** The default user has a password or is off: who has not authenticated may do nothing. */
  get isRequired(): boolean {
    const { isEnabled, needsNoPassword } = this.users.default;
    return !isEnabled || !needsNoPassword;
  }

  /** Empty without one. */
  get usersFile(): string {
    return this.settings.usersFile;
  }

  /**
   * The user with this name and password, if there is one who is on. Neither how far a password is
   * right nor whether there is such a user shows in the time this takes.
   */
  authenticate(name: string, password: Bytes): User | undefined {
    const user = this.users.find(name);
    const given = Buffer.from(hashOf(password).toString("hex"), "latin1");
    let matches = false;
    for (const known of user?.passwords ?? [NOBODYS_HASH]) {
      if (timingSafeEqual(given, Buffer.from(known, "latin1"))) matches = true;
    }
    if (user === undefined || !user.isEnabled) return undefined;
    return user.needsNoPassword || matches ? user : undefined;
  }

  /** @param command as the client spelled it */
  noteFailedAuthentication(
    client: ClientConnection,
    { user, command }: { readonly user: string; readonly command: string },
  ): void {
    this.#note(client, { reason: "auth", object: command }, { user, context: "toplevel" });
  }

  /**
   * Whether the client's user may do this; what is refused goes into ACL LOG.
   * @param name `get`, `config|get`
   */
  authorize(
    client: ClientConnection,
    name: string,
    args: readonly Bytes[],
    context: "toplevel" | "multi",
  ): Denial | undefined {
    const denial = this.denialFor(client.account, name, args);
    if (denial !== undefined) this.#note(client, denial, { user: client.user, context });
    return denial;
  }

  /** What the user lacks for a request. @param name of a command that exists */
  denialFor(user: User, name: string, args: readonly Bytes[]): Denial | undefined {
    if (!user.isRestricted) return undefined;
    const command = this.commands.catalog.find(name);
    if (command === undefined) return { reason: "command", object: name };
    const [, first] = args;
    return denialOf(user, {
      command,
      firstArgument: first === undefined ? undefined : textOf(first),
      keys: this.commands.keysOf(name, args),
      channels: channelsOf(name, args.map(textOf)),
    });
  }

  /** CONFIG RESETSTAT */
  resetCounts(): void {
    Object.assign(this.denials, newDenials());
  }

  /** @returns what is wrong with the file, in Redis' words; nothing has changed then */
  load(): string | undefined {
    return loadUsersFile(this.users, this.usersFile);
  }

  /** @throws what the system says */
  save(): void {
    saveUsersFile(this.users, this.usersFile);
  }

  #note(
    client: ClientConnection,
    { reason, object }: { readonly reason: Denial["reason"] | "auth"; readonly object: string },
    { user, context }: { readonly user: string; readonly context: "toplevel" | "multi" },
  ): void {
    this.denials[reason]++;
    const now = this.#now();
    this.log.add({ reason, object, user, context, client: client.describe(now) }, now);
  }
}

function newDenials(): Record<Denial["reason"] | "auth", number> {
  return { auth: 0, command: 0, key: 0, channel: 0 };
}

/** As long as any other, and the hash of nothing. */
const NOBODYS_HASH = "-".repeat(64);

function hashOf(password: Bytes): Buffer {
  return createHash("sha256").update(bufferOf(password)).digest();
}
