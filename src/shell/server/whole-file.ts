import { closeSync, openSync, readSync } from "node:fs";
import { reasonOf } from "../system-reason.ts";

const BLOCK_BYTES = 1024 * 1024;

/**
 * Reads a file block by block, until `take` has enough, before it returns.
 * @returns why it cannot be read, if so
 */
export function readWholeFile(path: string, take: (bytes: Buffer) => boolean): string | undefined {
  try {
    const file = openSync(path, "r");
    try {
      for (;;) {
        const block = Buffer.allocUnsafe(BLOCK_BYTES);
        const bytes = readSync(file, block);
        if (bytes === 0 || !take(block.subarray(0, bytes))) return undefined;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return reasonOf(error);
  }
}
