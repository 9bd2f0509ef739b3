import { nextBelow, nextFloat, type Random } from "../base/random.ts";
import { type SaveNumber, saveNumber } from "../base/units.ts";
import { isTorn } from "../wire/sentinel-conf/torn-file.ts";
import type { Node } from "./node.ts";

export interface DiskSettings {
  /** How long a write with its syncs takes at least, in ms. */
  readonly syncMs: number;
  /** Mean of what is added at random, in ms. */
  readonly jitterMs: number;
}

const MEMORY_LOST = "vedette memory-lost yes\n";
/** Why a write fails, in the kernel's words. */
const NO_SPACE = "No space left on device";

/**
 * The configuration file of one sentinel. A write becomes durable by a rename, whole or not at all,
 * some time before the process hears of it; a crash in between keeps it, a crash before loses it.
 * Saves asked for during a write are carried together by the next one.
 */
export class Disk {
  readonly #node: Node;
  readonly #random: Random;
  readonly #settings: DiskSettings;
  readonly #render: (previous: string) => string;
  readonly #renamed: () => void;
  readonly #saved: (save: SaveNumber) => void;
  readonly #saveFailed: (save: SaveNumber, reason: string) => void;
  #text: string;
  #lastGood: string | undefined;
  #asked = saveNumber(0);
  #isWriting = false;
  /** Faults. */
  isFull = false;
  extraMs = 0;

  constructor(options: {
    readonly node: Node;
    readonly random: Random;
    readonly settings: DiskSettings;
    readonly text: string;
    /** The new text when a write starts, given the durable one. */
    readonly render: (previous: string) => string;
    /** The new text is durable; the process does not know yet. */
    readonly renamed: () => void;
    readonly saved: (save: SaveNumber) => void;
    readonly saveFailed: (save: SaveNumber, reason: string) => void;
  }) {
    this.#node = options.node;
    this.#random = options.random;
    this.#settings = options.settings;
    this.#text = options.text;
    this.#render = options.render;
    this.#renamed = options.renamed;
    this.#saved = options.saved;
    this.#saveFailed = options.saveFailed;
  }

  /** What a start reads. */
  get text(): string {
    return this.#text;
  }

  /**
   * The file is cut off: a start finds that (`isTorn`) and puts the last good copy in its place, which
   * makes the sentinel stand aside until it has heard all others (decision 5).
   * @returns false when there is no copy yet
   */
  fallBack(): boolean {
    const copy = this.#lastGood;
    if (copy === undefined) return false;
    const torn = this.#text.slice(0, nextBelow(this.#random, this.#text.length));
    if (!isTorn(torn, copy)) return false;
    this.#text = copy.includes(MEMORY_LOST) ? copy : copy + MEMORY_LOST;
    return true;
  }

  /** A new process: whatever the old one was writing is over. */
  reset(): void {
    this.#asked = saveNumber(0);
    this.#isWriting = false;
  }

  save(save: SaveNumber): void {
    this.#asked = save;
    // The state is at rest once the step's effects are performed: the write starts behind them.
    if (!this.#isWriting) {
      this.#isWriting = true;
      this.#node.timer(0, () => this.#write());
    }
  }

  #write(): void {
    const carried = this.#asked;
    const { syncMs, jitterMs } = this.#settings;
    const takesMs = syncMs + this.extraMs + 2 * jitterMs * nextFloat(this.#random);
    if (this.isFull) {
      this.#node.timer(takesMs, () => {
        this.#finish(carried);
        this.#saveFailed(carried, NO_SPACE);
      });
      return;
    }
    const text = this.#render(this.#text);
    // The kernel's work goes on when the process is stopped, and is lost when it dies first.
    const renamedMs = takesMs * nextFloat(this.#random);
    this.#node.kernelTimer(renamedMs, () => {
      this.#text = text;
      this.#renamed();
    });
    // The copy is made behind the save.
    this.#node.kernelTimer(2 * takesMs, () => {
      this.#lastGood = text;
    });
    this.#node.timer(takesMs, () => {
      this.#finish(carried);
      this.#saved(carried);
    });
  }

  /** More was asked for meanwhile: the next write carries it. */
  #finish(carried: SaveNumber): void {
    this.#isWriting = false;
    if (this.#asked > carried) this.save(this.#asked);
  }
}
