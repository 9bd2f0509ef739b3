import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { isTorn } from "../../wire/sentinel-conf/torn-file.ts";
import { codeOf } from "../system-reason.ts";

/** Where the last good copy of a configuration file lies. */
export function lastGoodPath(path: string): string {
  return `${path}.last-good`;
}

/** What was in the damaged file, for a person to look at. */
export function damagedPath(path: string): string {
  return `${path}.damaged`;
}

/** @returns the copy's text when the file is torn and there is a copy to start from */
export function copyForTorn(path: string, text: string): string | undefined {
  let copy: string;
  try {
    copy = readFileSync(lastGoodPath(path), "latin1");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return undefined;
    throw cause;
  }
  return isTorn(text, copy) ? copy : undefined;
}

/** Puts the copy in the place of the damaged file, which is kept beside it. @throws as the disk does */
export function restore(path: string, text: string): void {
  copyFileSync(path, damagedPath(path));
  const temporary = `${path}.restored`;
  const file = openSync(temporary, "w", 0o600);
  try {
    writeFileSync(file, text, "latin1");
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
