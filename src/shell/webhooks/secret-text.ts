import { readFile } from "node:fs/promises";
import type { SecretSource } from "../../wire/conf/secret-source.ts";

/** What should be read from a file or a variable is not there; the message names the place alone. */
export class NoSecretError extends Error {
  override readonly name = "NoSecretError";
}

const LONGEST_CHARACTERS = 8 * 1024;

/** Read anew for each delivery, off the loop: who changes the file need not tell us. @throws {NoSecretError} */
export async function secretText(source: SecretSource): Promise<string> {
  const text = source.kind === "file" ? await fileText(source.path) : process.env[source.name];
  const place = source.kind === "file" ? source.path : `the environment's ${source.name}`;
  if (text === undefined || text === "") throw new NoSecretError(`${place} has nothing in it`);
  if (text.length > LONGEST_CHARACTERS) throw new NoSecretError(`${place} is too long`);
  return text;
}

async function fileText(path: string): Promise<string> {
  try {
    return (await readFile(path, "latin1")).trim();
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unreadable";
    throw new NoSecretError(`${path} cannot be read (${code})`, { cause });
  }
}
