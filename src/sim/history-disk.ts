import type { Millis } from "../base/units.ts";
import type { HistoryEntry } from "../sentinel/receipts/receipt.ts";
import { historyLine, readHistory } from "../sentinel/receipts/history-text.ts";
import type { DiskSettings } from "./disk.ts";
import type { Node } from "./node.ts";

/**
 * `history.jsonl` of one sentinel: lines are appended and durable a moment later, whether the process
 * lives or not. A crash before that tears the oldest of them and loses the others.
 */
export class HistoryDisk {
  readonly #node: Node;
  readonly #syncMs: number;
  #text = "";
  #unsynced: { readonly line: string; readonly durableAt: Millis }[] = [];

  constructor(node: Node, { syncMs }: DiskSettings) {
    this.#node = node;
    this.#syncMs = syncMs;
  }

  append(entry: HistoryEntry): void {
    this.#settle();
    const durableAt = (this.#node.agenda.now + this.#syncMs) as Millis;
    this.#unsynced.push({ line: historyLine(entry), durableAt });
  }

  #settle(): void {
    const { now } = this.#node.agenda;
    while (this.#unsynced[0] !== undefined && this.#unsynced[0].durableAt <= now) {
      this.#text += this.#unsynced.shift()?.line ?? "";
    }
  }

  /** The process has died. */
  crash(): void {
    this.#settle();
    const torn = this.#unsynced[0]?.line;
    if (torn !== undefined) this.#text += `${torn.slice(0, torn.length / 2)}\n`;
    this.#unsynced = [];
  }

  /** What a start finds. */
  read(): readonly HistoryEntry[] {
    this.#settle();
    return readHistory(this.#text).entries;
  }

  /** What has been appended, durable or not. */
  get all(): readonly HistoryEntry[] {
    return readHistory(this.#text + this.#unsynced.map(({ line }) => line).join("")).entries;
  }
}
