import { statSync } from "node:fs";
import { stat } from "node:fs/promises";

const EVERY_MS = 1000;
const MISSING = "missing";

/**
 * Tells when files have changed, by looking at them once a second. That sees what events of a file
 * system miss: a symbolic link somewhere above that points elsewhere (as Kubernetes swaps secrets),
 * a file renamed into place, a folder mounted anew, a network share. What is still being written
 * differs from one look to the next and is left alone until it has settled.
 */
export class FileWatch {
  readonly #paths: () => readonly string[];
  readonly #onChange: () => void;
  /** What was told, or found at the beginning. */
  #told: string;
  /** Something else, seen once. */
  #unsettled: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  /**
   * Remembers the files as they are now: to be made before they are read for the first time.
   * @param options.paths asked at each look; links are followed, folders count by their entries
   */
  constructor(options: { readonly paths: () => readonly string[]; readonly onChange: () => void }) {
    this.#paths = options.paths;
    this.#onChange = options.onChange;
    this.#told = this.#seenNow();
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Somebody reads the files now: what they are is no news any more. */
  told(): void {
    this.#told = this.#seenNow();
    this.#unsettled = undefined;
  }

  /** One look; a change is told when two looks in a row have seen the same. */
  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    const seen = (await Promise.all(this.#paths().map(describeSoon))).join("\n");
    this.#looking = false;
    if (seen === this.#told) {
      this.#unsettled = undefined;
    } else if (seen === this.#unsettled) {
      this.#told = seen;
      this.#unsettled = undefined;
      this.#onChange();
    } else {
      this.#unsettled = seen;
    }
  }

  #seenNow(): string {
    return this.#paths().map(describe).join("\n");
  }
}

interface Facts {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function describe(path: string): string {
  try {
    return describeFacts(path, statSync(path, { bigint: true }));
  } catch {
    return `${path} ${MISSING}`;
  }
}

async function describeSoon(path: string): Promise<string> {
  try {
    return describeFacts(path, await stat(path, { bigint: true }));
  } catch {
    return `${path} ${MISSING}`;
  }
}

function describeFacts(path: string, { dev, ino, size, mtimeNs, ctimeNs }: Facts): string {
  return [path, dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
