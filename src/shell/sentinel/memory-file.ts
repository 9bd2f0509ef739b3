import * as files from "node:fs/promises";
import {
  formatInstanceMemory,
  parseInstanceMemory,
  type RememberedGroup,
} from "../../wire/instance-memory.ts";
import { type FileAccess, replaceFile } from "../file-replacement.ts";
import type { Log } from "../log.ts";
import { codeOf, reasonOf } from "../system-reason.ts";
import type { StateFolder } from "./state-folder.ts";

const NAME = "memory.json";
/** It names servers and how much they hold. */
const MODE = 0o600;

/**
 * `memory.json` in the state folder: what is known of the servers' data. Written off the loop, one
 * write at a time, and whoever asks meanwhile gets the next one. Nobody waits for it: without it a
 * sentinel only knows less after its restart.
 */
export class MemoryFile {
  readonly #folder: StateFolder;
  readonly #log: Log;
  readonly #view: () => readonly RememberedGroup[];
  readonly #access: FileAccess;
  #writing: Promise<void> | undefined;
  /** Nothing is written before the file has been read: less would take the place of more. */
  #loading: Promise<unknown> | undefined;
  #isAskedAgain = false;

  constructor(options: {
    readonly folder: StateFolder;
    readonly log: Log;
    /** What is to be written, when writing begins. */
    readonly view: () => readonly RememberedGroup[];
    readonly access?: FileAccess;
  }) {
    this.#folder = options.folder;
    this.#log = options.log;
    this.#view = options.view;
    this.#access = options.access ?? files;
  }

  /** Before the first write. What cannot be read is worth one line, never more. Never throws. */
  load(): Promise<readonly RememberedGroup[]> {
    const loading = this.#load();
    this.#loading = loading;
    return loading;
  }

  async #load(): Promise<readonly RememberedGroup[]> {
    const path = this.#folder.file(NAME);
    let text: string;
    try {
      text = await files.readFile(path, "latin1");
    } catch (cause) {
      if (codeOf(cause) === "ENOENT") {
        this.#log.line(
          "notice",
          `No memory of the servers' data yet: ${path} is written from now on`,
        );
      } else this.#warn(path, reasonOf(cause));
      return [];
    }
    const read = parseInstanceMemory(text);
    if (read.kind === "groups") return read.groups;
    this.#warn(path, `damaged, ${read.reason}`);
    return [];
  }

  #warn(path: string, reason: string): void {
    const message = `The memory of the servers' data begins anew: ${path} cannot be read`;
    this.#log.line("warning", message, { reason });
  }

  write(): void {
    if (this.#writing !== undefined) {
      this.#isAskedAgain = true;
      return;
    }
    this.#writing = this.#replace().finally(() => {
      this.#writing = undefined;
      if (!this.#isAskedAgain) return;
      this.#isAskedAgain = false;
      this.write();
    });
  }

  async #replace(): Promise<void> {
    await this.#loading;
    if (!(await this.#folder.prepare())) return;
    const text = formatInstanceMemory(this.#view());
    try {
      await replaceFile(this.#access, { path: this.#folder.file(NAME), text, mode: MODE });
      this.#folder.works();
    } catch (cause) {
      this.#folder.warn(cause);
    }
  }

  /** Nothing is being written any more. */
  async settled(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }
}
