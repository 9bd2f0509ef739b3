import { open, readFile, rename } from "node:fs/promises";
import type { HistoryEntry } from "../../sentinel/receipts/receipt.ts";
import { HISTORY_ENTRIES_MAX } from "../../sentinel/receipts/history.ts";
import {
  historyLine,
  type HistoryRead,
  readHistory,
} from "../../sentinel/receipts/history-text.ts";
import type { Log } from "../log.ts";
import { codeOf } from "../system-reason.ts";
import type { StateFolder } from "./state-folder.ts";

/** Two files of at most this much, the older of which goes when the newer is full. */
const BYTES_MAX = 4 * 1024 * 1024;
/** What waits for the disk; beyond that the oldest are dropped. */
const WAITING_MAX = 1_000;
const OWNER_ONLY = 0o600;
const NAME = "history.jsonl";

/**
 * `history.jsonl` in the state folder, and `history.jsonl.1` before it. Lines are appended and synced off the loop, one write
 * at a time; nothing waits for them.
 */
export class HistoryFile {
  readonly #folder: StateFolder;
  readonly #log: Log;
  readonly #bytesMax: number;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  /** Nothing is written before the file has been read: its last line may be torn. */
  #loading: Promise<unknown> | undefined;
  /** Of the file as it is; undefined before the first write. */
  #bytes: number | undefined;
  /** The file does not end with a line end: a crash tore its last line. */
  #isTorn = false;

  constructor(options: {
    readonly folder: StateFolder;
    readonly log: Log;
    readonly bytesMax?: number;
  }) {
    this.#folder = options.folder;
    this.#log = options.log;
    this.#bytesMax = options.bytesMax ?? BYTES_MAX;
  }

  /** What earlier lives kept, oldest first, the newest of them only. Never throws. */
  load(): Promise<readonly HistoryEntry[]> {
    const loading = this.#load();
    this.#loading = loading;
    return loading;
  }

  async #load(): Promise<readonly HistoryEntry[]> {
    const newer = await this.#read(NAME);
    this.#isTorn = newer !== "" && !newer.endsWith("\n");
    let read = readHistory(newer, HISTORY_ENTRIES_MAX);
    if (read.entries.length < HISTORY_ENTRIES_MAX) {
      const older = await this.#read(`${NAME}.1`);
      if (older !== "") read = readHistory(`${older}\n${newer}`, HISTORY_ENTRIES_MAX);
    }
    this.#tellDamage(read);
    return read.entries;
  }

  #tellDamage({ damaged, entries }: HistoryRead): void {
    if (damaged === 0) return;
    const message = `${damaged} lines of ${this.#folder.file(NAME)} could not be read; ${entries.length} entries could`;
    this.#log.line("notice", message);
  }

  async #read(name: string): Promise<string> {
    try {
      return await readFile(this.#folder.file(name), "utf8");
    } catch (cause) {
      if (codeOf(cause) !== "ENOENT") this.#folder.warn(cause);
      return "";
    }
  }

  append(entry: HistoryEntry): void {
    this.#waiting.push(historyLine(entry));
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    this.#writing ??= this.#writeAll();
  }

  /** Everything appended so far is on disk, or cannot be. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      await this.#loading;
      while (this.#waiting.length > 0) {
        const lines = this.#waiting;
        this.#waiting = [];
        if (!(await this.#write(lines.join("")))) {
          // Kept for when the disk works again; the next entry tries.
          this.#waiting = [...lines, ...this.#waiting].slice(-WAITING_MAX);
          return;
        }
      }
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(text: string): Promise<boolean> {
    if (!(await this.#folder.prepare())) return false;
    try {
      await this.#makeRoom();
      await this.#appendSynced(text);
      this.#folder.works();
      return true;
    } catch (cause) {
      this.#folder.warn(cause);
      return false;
    }
  }

  async #makeRoom(): Promise<void> {
    if (this.#bytes === undefined || this.#bytes < this.#bytesMax) return;
    await rename(this.#folder.file(NAME), this.#folder.file(`${NAME}.1`));
    this.#bytes = 0;
    this.#isTorn = false;
  }

  async #appendSynced(text: string): Promise<void> {
    const file = await open(this.#folder.file(NAME), "a", OWNER_ONLY);
    try {
      await file.appendFile(this.#isTorn ? `\n${text}` : text);
      this.#isTorn = false;
      await file.datasync();
      this.#bytes = (await file.stat()).size;
    } finally {
      await file.close();
    }
  }
}
