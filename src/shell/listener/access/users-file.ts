import { randomInt } from "node:crypto";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import type { UserDirectory } from "../../../wire/acl/user-directory.ts";
import { formatUsersFile, readUsersFile } from "../../../wire/acl/users-file.ts";
import { writeDurablySync } from "../../server/durable-file.ts";
import { reasonOf } from "../../system-reason.ts";

/** A new file holds hashes of passwords: nobody else need read it. */
const PRIVATE = 0o600;
const SUFFIX_LIMIT = 2 ** 32;

/**
 * Reads an `aclfile` into the directory: all of its users, or none.
 * @returns what is wrong, in Redis' words
 */
export function loadUsersFile(directory: UserDirectory, path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, "latin1");
  } catch (cause) {
    return `Error loading ACLs, opening file '${path}': ${reasonOf(cause)}`;
  }
  const reading = readUsersFile(directory, { name: path, text });
  if (reading.kind === "mistakes") return reading.text;
  directory.replaceAll(reading.users);
  return undefined;
}

/** Puts a new file in the place of the old one, whole and on disk. @throws what the system says */
export function saveUsersFile(directory: UserDirectory, path: string): void {
  const temporary = `${path}.tmp-${process.pid}-${randomInt(SUFFIX_LIMIT)}`;
  writeDurablySync(temporary, path, modeOf(path), (file) => {
    writeFileSync(file, formatUsersFile(directory), "latin1");
  });
}

function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? PRIVATE) & 0o777;
}
