import { createHash } from "node:crypto";
import { CommandCatalog } from "../../../src/wire/acl/command-catalog.ts";
import { REDIS_COMMANDS } from "../../../src/wire/acl/redis-commands.ts";
import type { ChannelDefault } from "../../../src/wire/acl/selector.ts";
import { UserDirectory } from "../../../src/wire/acl/user-directory.ts";

const names = [...REDIS_COMMANDS].sort(([a], [b]) => (a < b ? -1 : 1));

/** All commands of Redis 7.0. */
export const CATALOG = new CommandCatalog(
  names.map(([name, categories]) => ({ name, categories, isOffered: true })),
);

export function sha256(password: string): string {
  return createHash("sha256").update(password, "latin1").digest("hex");
}

export function directory(channelDefault: ChannelDefault = "resetchannels"): UserDirectory {
  return new UserDirectory({
    catalog: CATALOG,
    hash: sha256,
    channelDefault: () => channelDefault,
  });
}

/** What `ACL LIST` shows of a new user behind its name, or the error of `ACL SETUSER`. */
export function rulesOf(...words: readonly string[]): string {
  const users = directory();
  const result = users.set("u", words);
  if (result.kind === "refused") return result.error;
  return (
    users
      .lines()
      .find((line) => line.startsWith("user u "))
      ?.slice("user u ".length) ?? ""
  );
}
