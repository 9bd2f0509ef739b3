import { type Millis, NEVER } from "../../base/units.ts";

/** How `client-output-buffer-limit` tells clients apart; a master's link obeys `normal`. */
export type ClientClass = "normal" | "replica" | "pubsub";

/** 0 switches a limit off. */
export interface OutputLimit {
  /** So many unsent bytes, and the client is closed at once. */
  readonly hardBytes: number;
  /** So many unsent bytes for longer than `softSeconds` without a break, likewise. */
  readonly softBytes: number;
  readonly softSeconds: number;
}

export type OutputLimits = Readonly<Record<ClientClass, OutputLimit>>;

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_OUTPUT_LIMITS: OutputLimits = {
  normal: { hardBytes: 0, softBytes: 0, softSeconds: 0 },
  replica: { hardBytes: 256 * MEBIBYTE, softBytes: 64 * MEBIBYTE, softSeconds: 60 },
  pubsub: { hardBytes: 32 * MEBIBYTE, softBytes: 8 * MEBIBYTE, softSeconds: 60 },
};

/** Watches the unsent bytes of one client (server spec §1.4). */
export class OutputLimitWatch {
  #softSince: Millis = NEVER;

  /** Whether the client was above the soft limit when last looked at. */
  get isPending(): boolean {
    return this.#softSince !== NEVER;
  }

  /** @returns whether the client has to be closed; ask when data is added and once a second */
  isExceeded(bytes: number, limit: OutputLimit, now: Millis): boolean {
    if (limit.hardBytes > 0 && bytes >= limit.hardBytes) return true;
    if (limit.softBytes === 0 || bytes < limit.softBytes) {
      this.#softSince = NEVER;
      return false;
    }
    if (this.#softSince === NEVER) this.#softSince = now;
    return now - this.#softSince > limit.softSeconds * 1000;
  }
}
