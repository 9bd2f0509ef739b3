import { accessSync, constants } from "node:fs";
import { resolve } from "node:path";
import { displayText } from "../../base/bytes.ts";

/**
 * Whether a program may be executed, as Redis looks when a script is configured (spec sentinel §8.3).
 * @param path as it stands in the file, relative to `dir`
 */
export function isExecutable(path: string, dir = "."): boolean {
  try {
    accessSync(resolve(displayText(dir), displayText(path)), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
