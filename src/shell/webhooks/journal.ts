import * as files from "node:fs/promises";
import { dirname } from "node:path";
import { replaceFile } from "../file-replacement.ts";
import { codeOf } from "../system-reason.ts";
import type { Notice } from "./notice.ts";

/** A notice on its way to one endpoint. */
export interface Delivery {
  readonly notice: Notice;
  /** Not before that moment (wall clock): until then another sentinel may deliver it. */
  readonly heldUntilMs: number;
  /** Tries that failed. */
  readonly attempts: number;
  /** When somebody asked for it again, of one that was over: it is as old as that. */
  readonly replayedAtMs?: number;
}

/** What became of one. */
export interface Finished {
  readonly notice: Notice;
  readonly how: "delivered" | "delivered by another" | "dead";
  readonly atMs: number;
  readonly attempts: number;
  readonly detail: string;
}

type Line =
  | { readonly kind: "waits"; readonly delivery: Delivery }
  | { readonly kind: "tried"; readonly id: string; readonly attempts: number }
  | ({ readonly kind: "finished"; readonly id: string } & Omit<Finished, "notice">);

export interface JournalContent {
  readonly waiting: readonly Delivery[];
  readonly finished: readonly Finished[];
}

/** So many finished ones are kept, for the log and for replays. */
export const FINISHED_KEPT = 200;
const LINES_BEFORE_REWRITE = 2000;
const OWNER_ONLY = 0o600;

/**
 * The queue of one endpoint on disk: a line for each change, rewritten now and then. Writes go in
 * order, off the loop, once what was there has been read; nobody waits for them, and one that fails is
 * told once.
 */
export class Journal {
  readonly #path: string;
  readonly #warn: (line: string) => void;
  readonly #content: () => JournalContent;
  #lines: string[] = [];
  /** Lines of the file. */
  #written = 0;
  /** The file may end within a line, or lack some: it is replaced as a whole. */
  #isDamaged = false;
  #isRead = false;
  #running: Promise<void> | undefined;
  #isBroken = false;

  constructor(options: {
    readonly path: string;
    readonly warn: (line: string) => void;
    /** All that holds now, for a rewrite. */
    readonly content: () => JournalContent;
  }) {
    this.#path = options.path;
    this.#warn = options.warn;
    this.#content = options.content;
  }

  /** What the last process left; from now on changes are written. @throws when it cannot be read */
  async read(): Promise<JournalContent> {
    try {
      const text = await textOf(this.#path);
      this.#written = text.split("\n").length - 1;
      this.#isDamaged = text !== "" && !text.endsWith("\n");
      return contentOf(text);
    } finally {
      this.#isRead = true;
    }
  }

  add(line: Line): void {
    this.#lines.push(`${JSON.stringify(line)}\n`);
    this.#begin();
  }

  /** Resolves when everything so far is on disk, or was refused. */
  async settled(): Promise<void> {
    if (this.#isRead) this.#begin();
    while (this.#running !== undefined) await this.#running;
  }

  #begin(): void {
    if (!this.#isRead || this.#lines.length === 0) return;
    // Not within the change that is told: what a rewrite writes is what holds after it.
    this.#running ??= Promise.resolve()
      .then(() => this.#write())
      .finally(() => (this.#running = undefined));
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines.splice(0);
      try {
        await this.#append(lines);
        this.#isBroken = false;
        this.#isDamaged = false;
      } catch (cause) {
        if (!this.#isBroken) {
          this.#warn(`webhooks: ${this.#path} cannot be written: ${String(cause)}`);
        }
        this.#isBroken = true;
        this.#isDamaged = true;
      }
    }
  }

  async #append(lines: readonly string[]): Promise<void> {
    await files.mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    this.#written += lines.length;
    if (this.#isDamaged || this.#written > LINES_BEFORE_REWRITE) {
      this.#lines = [];
      await this.#replace(linesOf(this.#content()));
      return;
    }
    const file = await files.open(this.#path, "a", OWNER_ONLY);
    try {
      await file.appendFile(lines.join(""));
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #replace(lines: readonly string[]): Promise<void> {
    const text = Buffer.from(lines.join(""), "utf8").toString("latin1");
    await replaceFile(files, { path: this.#path, text, mode: OWNER_ONLY });
    this.#written = lines.length;
  }
}

function linesOf({ waiting, finished }: JournalContent): string[] {
  const lines: Line[] = [
    ...finished.flatMap(({ notice, ...rest }): Line[] => [
      { kind: "waits", delivery: { notice, heldUntilMs: 0, attempts: 0 } },
      { kind: "finished", id: notice.id, ...rest },
    ]),
    ...waiting.map((delivery): Line => ({ kind: "waits", delivery })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`);
}

async function textOf(path: string): Promise<string> {
  try {
    return await files.readFile(path, "utf8");
  } catch (cause) {
    if (codeOf(cause) === "ENOENT") return "";
    throw cause;
  }
}

/** A last line that was torn counts for nothing. */
function contentOf(text: string): JournalContent {
  const waiting = new Map<string, Delivery>();
  const finished: Finished[] = [];
  for (const line of text.split("\n")) {
    const read = parseLine(line);
    if (read === undefined) continue;
    if (read.kind === "waits") {
      waiting.set(read.delivery.notice.id, read.delivery);
      continue;
    }
    const delivery = waiting.get(read.id);
    if (delivery === undefined) continue;
    if (read.kind === "tried") {
      waiting.set(read.id, { ...delivery, attempts: read.attempts });
      continue;
    }
    waiting.delete(read.id);
    const { how, atMs, attempts, detail } = read;
    finished.push({ notice: delivery.notice, how, atMs, attempts, detail });
  }
  return { waiting: [...waiting.values()], finished: finished.slice(-FINISHED_KEPT) };
}

/** Our own words, but a file of the state folder: one that makes no sense is passed over. */
function parseLine(text: string): Line | undefined {
  if (text === "") return undefined;
  try {
    const line = JSON.parse(text) as Line;
    if (line.kind === "waits") return isNotice(line.delivery?.notice) ? line : undefined;
    return typeof line.id === "string" ? line : undefined;
  } catch {
    return undefined;
  }
}

function isNotice(notice: Notice | undefined): boolean {
  return (
    typeof notice?.id === "string" &&
    typeof notice.atMs === "number" &&
    typeof notice.message === "string" &&
    typeof notice.key?.type === "string"
  );
}

/** An endpoint that is no longer configured takes its queue with it. */
export async function removeJournal(path: string): Promise<void> {
  await files.rm(path, { force: true });
}
