import { randomInt } from "node:crypto";
import type { BigIntStats } from "node:fs";
import type * as files from "node:fs/promises";
import { dirname } from "node:path";

/** What is used of `node:fs/promises`: a test puts a full disk here. */
export type FileAccess = Pick<typeof files, "open" | "readFile" | "rename" | "rm" | "stat">;

/** Nobody but the owner may write; a file that was stricter stays so. */
export const USUAL_MODE = 0o644;
const OWNER_READS_AND_WRITES = 0o600;
const SUFFIX_LENGTH = 6;
const SUFFIX_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** The permissions that the next file in the place of this one gets. */
export function modeToKeep(replaced: BigIntStats): number {
  return Number(replaced.mode) | OWNER_READS_AND_WRITES;
}

/**
 * Replaces a file as a whole, so that after a power cut the old text is there or the new one: a
 * temporary file next to it, synced, takes its name, and the folder is synced.
 *
 * Each operation is a way to another thread and back, and a failover waits for four files one after
 * another: what needs not wait for each other goes together, and nobody waits for a handle to close.
 * @returns what the system knows of the new file
 */
export async function replaceFile(
  access: FileAccess,
  { path, text, mode }: { readonly path: string; readonly text: string; readonly mode: number },
): Promise<BigIntStats> {
  const temporary = `${path}.${randomSuffix()}`;
  const opening = access.open(dirname(path), "r");
  // A failure is told where it is waited for.
  opening.catch(() => undefined);
  try {
    const facts = await writeSynced(access, { path: temporary, text, mode });
    const folder = await opening;
    await access.rename(temporary, path);
    await folder.sync();
    return facts;
  } catch (cause) {
    // What keeps it from being removed is the same trouble, which is told already.
    await access.rm(temporary, { force: true }).catch(() => undefined);
    throw cause;
  } finally {
    closeLater(opening);
  }
}

async function writeSynced(
  access: FileAccess,
  { path, text, mode }: { readonly path: string; readonly text: string; readonly mode: number },
): Promise<BigIntStats> {
  const opening = access.open(path, "wx", USUAL_MODE);
  try {
    const file = await opening;
    if ((mode & USUAL_MODE) !== USUAL_MODE) await file.chmod((await file.stat()).mode & mode);
    await file.writeFile(text, "latin1");
    const [facts] = await Promise.all([file.stat({ bigint: true }), file.sync()]);
    return facts;
  } finally {
    closeLater(opening);
  }
}

/** What was synced is safe, whatever closing says. */
function closeLater(opening: Promise<files.FileHandle>): void {
  opening.then((handle) => handle.close()).catch(() => undefined);
}

function randomSuffix(): string {
  return Array.from({ length: SUFFIX_LENGTH }, () =>
    SUFFIX_CHARACTERS.charAt(randomInt(SUFFIX_CHARACTERS.length)),
  ).join("");
}
