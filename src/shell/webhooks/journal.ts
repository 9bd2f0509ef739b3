import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Notice } from "./notice.ts";

/** A notice on its way to one endpoint. */
export interface Delivery {
  readonly notice: Notice;
  /** Not before that moment (wall clock): until then another sentinel may deliver it. */
  readonly heldUntilMs: number;
  /** Tries that failed. */
  readonly attempts: number;
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

/**
 * The queue of one endpoint on disk: a line for each change, rewritten now and then. Writes go in
 * order, off the loop; nobody waits for them, and one that fails is told once.
 */
export class Journal {
  readonly #path: string;
  readonly #warn: (line: string) => void;
  readonly #content: () => JournalContent;
  #lines: string[] = [];
  #written = 0;
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

  add(line: Line): void {
    this.#lines.push(`${JSON.stringify(line)}\n`);
    this.#running ??= this.#write().finally(() => (this.#running = undefined));
  }

  /** Resolves when everything so far is on disk, or was refused. */
  async settled(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0) {
      const lines = this.#lines.splice(0);
      try {
        await this.#append(lines);
        this.#isBroken = false;
      } catch (cause) {
        if (!this.#isBroken) {
          this.#warn(`webhooks: ${this.#path} cannot be written: ${String(cause)}`);
        }
        this.#isBroken = true;
      }
    }
  }

  async #append(lines: readonly string[]): Promise<void> {
    this.#written += lines.length;
    if (this.#written > LINES_BEFORE_REWRITE) {
      await this.#replace(linesOf(this.#content()));
      return;
    }
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const file = await open(this.#path, "a", 0o600);
    try {
      await file.write(lines.join(""));
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #replace(lines: readonly string[]): Promise<void> {
    const temporary = `${this.#path}.tmp`;
    const file = await open(temporary, "w", 0o600);
    try {
      await file.write(lines.join(""));
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, this.#path);
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

/** What a journal holds; a last line that was torn counts for nothing. @throws when it cannot be read */
export async function readJournal(path: string): Promise<JournalContent> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      return { waiting: [], finished: [] };
    }
    throw cause;
  }
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
  await rm(path, { force: true });
}
