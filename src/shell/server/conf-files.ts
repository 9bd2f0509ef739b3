import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { globMatch } from "../../base/glob.ts";
import { reasonOf } from "../system-reason.ts";
import type { ConfFile, IncludedFiles } from "../../wire/conf/conf-lines.ts";

const GLOB = /[*?[]/;
const STANDARD_INPUT = 0;

/** @param path `-` is standard input. @throws what the system says */
export function readConfFile(path: string): ConfFile {
  return { name: path, text: readFileSync(path === "-" ? STANDARD_INPUT : path, "latin1") };
}

/** The files of an `include` line, which may name several by a pattern (server spec §4.7). */
export function readIncluded(pattern: string): IncludedFiles {
  try {
    const paths = GLOB.test(pattern) ? matchingPaths(pattern) : [pattern];
    return { kind: "files", files: paths.map(readConfFile) };
  } catch (error) {
    return { kind: "unreadable", reason: reasonOf(error) };
  }
}

/** In alphabetical order, segment by segment. */
function matchingPaths(pattern: string): string[] {
  const [root = "", ...segments] = resolve(pattern).split("/");
  let paths = [`${root}/`];
  for (const segment of segments) {
    paths = GLOB.test(segment)
      ? paths.flatMap((path) => entriesLike(path, segment))
      : paths.map((path) => join(path, segment));
  }
  return paths;
}

/** A path that is no folder has no entries: the pattern does not match there. */
function entriesLike(folder: string, pattern: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => globMatch(pattern, name));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}
