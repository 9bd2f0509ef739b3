import { randomInt } from "node:crypto";
import * as files from "node:fs/promises";
import { dirname } from "node:path";
import { type SaveNumber, saveNumber } from "../base/units.ts";
import type { OptionLine } from "../wire/conf-document.ts";
import type { DurableSentinel } from "../wire/sentinel-conf/durable-sentinel.ts";
import { rewriteSentinelConf } from "../wire/sentinel-conf/durable-lines.ts";
import { lastGoodPath } from "./sentinel/last-good.ts";
import { codeOf, reasonOf } from "./system-reason.ts";

/** What is used of `node:fs/promises`: a test puts a full disk here. */
export type FileAccess = Pick<typeof files, "open" | "readFile" | "rename" | "rm" | "stat">;

/** Told when a write has ended; must not throw. */
export interface SaveEvents {
  /** Everything asked for up to this number is on disk. */
  saved(save: SaveNumber): void;
  /** Nothing new is on disk. */
  failed(save: SaveNumber, reason: string): void;
}

export interface ConfigFileOptions {
  readonly path: string;
  /** What the file shall hold, as it is when a write begins. */
  readonly view: () => DurableSentinel;
  /** Lines besides: what the command line set, and the users as they are when a write begins. */
  readonly options: () => readonly OptionLine[];
  readonly events: SaveEvents;
  readonly files?: FileAccess;
}

/** How a write ended; `save` is the highest number that it carried. */
type Outcome =
  | { readonly kind: "saved"; readonly save: SaveNumber; readonly text: string }
  | { readonly kind: "failed"; readonly save: SaveNumber; readonly failure: unknown };

/** Nobody but the owner may write; a file that was stricter stays so. */
const MODE = 0o644;
const OWNER_READS_AND_WRITES = 0o600;
const SUFFIX_LENGTH = 6;
const SUFFIX_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/**
 * The configuration file while the sentinel runs. One write at a time; what is asked for meanwhile
 * goes into the next one together. The file is replaced as a whole: a temporary file next to it,
 * synced, takes its name, and the folder is synced (spec sentinel §9.3).
 */
export class ConfigFile {
  readonly #path: string;
  readonly #view: () => DurableSentinel;
  readonly #options: () => readonly OptionLine[];
  readonly #events: SaveEvents;
  readonly #files: FileAccess;
  #requested: SaveNumber = saveNumber(0);
  #writing: Promise<void> | undefined;
  /** What was saved and is not copied yet. */
  #saved: string | undefined;
  #copying: Promise<void> | undefined;

  constructor(options: ConfigFileOptions) {
    this.#path = options.path;
    this.#view = options.view;
    this.#options = options.options;
    this.#events = options.events;
    this.#files = options.files ?? files;
  }

  /** Asks for a save; `saved` or `failed` tells how the write that carries it ended. */
  save(save: SaveNumber): void {
    this.#requested = save;
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    await this.#writing;
    await this.#copying;
  }

  async #writeAll(): Promise<void> {
    let carried = saveNumber(0);
    while (carried < this.#requested) {
      const outcome = await this.#write();
      carried = outcome.save;
      if (outcome.kind === "saved") this.#events.saved(carried);
      else this.#events.failed(carried, reasonOf(outcome.failure));
      if (outcome.kind === "saved") this.#saved = outcome.text;
    }
    this.#writing = undefined;
    this.#copying ??= this.#keepCopies();
  }

  /**
   * The last good copy, for a file that is damaged later. It is written behind the save, so that no
   * vote waits for it; that it may be older than a vote is minded where it is used. One that cannot
   * be made leaves the one before: the next save tries again.
   */
  async #keepCopies(): Promise<void> {
    for (let text = this.#saved; text !== undefined; text = this.#saved) {
      this.#saved = undefined;
      await this.#replace(text, lastGoodPath(this.#path)).catch(() => undefined);
    }
    this.#copying = undefined;
  }

  async #write(): Promise<Outcome> {
    let current: string;
    try {
      current = await this.#read();
    } catch (failure) {
      return { kind: "failed", save: this.#requested, failure };
    }
    const save = this.#requested;
    const text = rewriteSentinelConf(current, this.#view(), this.#options());
    try {
      await this.#replace(text, this.#path);
      return { kind: "saved", save, text };
    } catch (failure) {
      return { kind: "failed", save, failure };
    }
  }

  /** Read again each time: edits of comments made by hand survive. */
  async #read(): Promise<string> {
    try {
      return await this.#files.readFile(this.#path, "latin1");
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") return "";
      throw cause;
    }
  }

  async #replace(text: string, path: string): Promise<void> {
    const temporary = `${path}.${randomSuffix()}`;
    const mode = await this.#modeToKeep();
    try {
      const file = await this.#files.open(temporary, "wx", MODE);
      try {
        if ((mode & MODE) !== MODE) await file.chmod((await file.stat()).mode & mode);
        await file.writeFile(text, "latin1");
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#files.rename(temporary, path);
    } catch (cause) {
      // What keeps it from being removed is the same trouble, which is told already.
      await this.#files.rm(temporary, { force: true }).catch(() => undefined);
      throw cause;
    }
    await this.#syncFolder();
  }

  async #modeToKeep(): Promise<number> {
    try {
      return (await this.#files.stat(this.#path)).mode | OWNER_READS_AND_WRITES;
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") return MODE;
      throw cause;
    }
  }

  async #syncFolder(): Promise<void> {
    const folder = await this.#files.open(dirname(this.#path), "r");
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}

function randomSuffix(): string {
  return Array.from({ length: SUFFIX_LENGTH }, () =>
    SUFFIX_CHARACTERS.charAt(randomInt(SUFFIX_CHARACTERS.length)),
  ).join("");
}
