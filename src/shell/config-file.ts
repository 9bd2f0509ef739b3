import type { BigIntStats } from "node:fs";
import * as files from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { type SaveNumber, saveNumber } from "../base/units.ts";
import type { OptionLine } from "../wire/conf-document.ts";
import type { DurableSentinel } from "../wire/sentinel-conf/durable-sentinel.ts";
import { rewriteSentinelConf } from "../wire/sentinel-conf/durable-lines.ts";
import { type FileAccess, modeToKeep, replaceFile, USUAL_MODE } from "./file-replacement.ts";
import { lastGoodPath } from "./sentinel/last-good.ts";
import { codeOf, reasonOf } from "./system-reason.ts";

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

/** The file as it is. */
interface Current {
  readonly text: string;
  readonly mode: number;
}

/** The copy follows this long after the first save that it lacks. */
const COPY_DELAY_MS = 1_000;
/** A text that is made faster is made whenever it is asked for. */
const QUICK_TEXT_MS = 4;
/** Making a longer one is followed by so many times its duration without, up to a bound. */
const REST_PER_TEXT = 4;
const LONGEST_REST_MS = 100;

/**
 * The configuration file while the sentinel runs. One write at a time; what is asked for meanwhile
 * goes into the next one together. The file is replaced as a whole (spec sentinel §9.3).
 */
export class ConfigFile {
  readonly #path: string;
  readonly #view: () => DurableSentinel;
  readonly #options: () => readonly OptionLine[];
  readonly #events: SaveEvents;
  readonly #files: FileAccess;
  #requested: SaveNumber = saveNumber(0);
  #writing: Promise<void> | undefined;
  /** As the latest save left it. */
  #written: { readonly text: string; readonly facts: BigIntStats } | undefined;
  /** No text is made before this moment of `performance.now()`. */
  #nextTextAt = 0;
  /** What was saved and is not copied yet. */
  #uncopied: string | undefined;
  #copyTimer: NodeJS.Timeout | undefined;
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

  /** Resolves when no write is under way and the copy is made. */
  async settled(): Promise<void> {
    await this.#writing;
    await this.#keepCopy();
  }

  async #writeAll(): Promise<void> {
    let carried = saveNumber(0);
    while (carried < this.#requested) {
      const outcome = await this.#write();
      carried = outcome.save;
      if (outcome.kind === "saved") this.#events.saved(carried);
      else this.#events.failed(carried, reasonOf(outcome.failure));
      if (outcome.kind === "saved") this.#copySoon(outcome.text);
    }
    this.#writing = undefined;
  }

  async #write(): Promise<Outcome> {
    await this.#rest();
    let current: Current;
    try {
      current = await this.#read();
    } catch (failure) {
      return { kind: "failed", save: this.#requested, failure };
    }
    const save = this.#requested;
    const text = this.#makeText(current.text);
    const { mode } = current;
    try {
      const facts = await replaceFile(this.#files, { path: this.#path, text, mode });
      this.#written = { text, facts };
      return { kind: "saved", save, text };
    } catch (failure) {
      return { kind: "failed", save, failure };
    }
  }

  /**
   * A sentinel of a thousand masters has a long text, and while it starts it finds something new to
   * write down every millisecond: it must not make texts all the time.
   */
  async #rest(): Promise<void> {
    const waitMs = this.#nextTextAt - performance.now();
    if (waitMs > 0) await pause(waitMs);
  }

  #makeText(current: string): string {
    const startedAt = performance.now();
    const text = rewriteSentinelConf(current, this.#view(), this.#options());
    const tookMs = performance.now() - startedAt;
    if (tookMs > QUICK_TEXT_MS) {
      const restMs = Math.min(REST_PER_TEXT * tookMs, LONGEST_REST_MS);
      this.#nextTextAt = startedAt + tookMs + restMs;
    }
    return text;
  }

  /** What the file holds now: edits of comments made by hand survive. */
  async #read(): Promise<Current> {
    try {
      const facts = await this.#files.stat(this.#path, { bigint: true });
      const mode = modeToKeep(facts);
      if (this.#written !== undefined && isSameFile(facts, this.#written.facts)) {
        return { text: this.#written.text, mode };
      }
      return { text: await this.#files.readFile(this.#path, "latin1"), mode };
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") return { text: "", mode: USUAL_MODE };
      throw cause;
    }
  }

  /**
   * The last good copy, for a file that is damaged later. It is made a while behind the save, so
   * that no vote waits for it, nor the next one of the same failover; that it may be older than a
   * vote is minded where it is used.
   */
  #copySoon(text: string): void {
    this.#uncopied = text;
    this.#copyTimer ??= setTimeout(() => void this.#keepCopy(), COPY_DELAY_MS).unref();
  }

  async #keepCopy(): Promise<void> {
    clearTimeout(this.#copyTimer);
    this.#copyTimer = undefined;
    this.#copying ??= this.#copy();
    await this.#copying;
    this.#copying = undefined;
  }

  /** A copy that cannot be made leaves the one before: the next save tries again. */
  async #copy(): Promise<void> {
    for (let text = this.#uncopied; text !== undefined; text = this.#uncopied) {
      this.#uncopied = undefined;
      try {
        const { mode } = await this.#read();
        await replaceFile(this.#files, { path: lastGoodPath(this.#path), text, mode });
      } catch {
        // Nobody waits for a copy.
      }
    }
  }
}

/** Has nobody touched it since? */
function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.ino === b.ino && a.size === b.size && a.mtimeNs === b.mtimeNs && a.dev === b.dev;
}
