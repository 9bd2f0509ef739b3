import type { Millis } from "../../base/units.ts";
import type { Denial } from "./permission.ts";

/** Why something was refused: a permission was lacking, or a password was wrong. */
export interface LoggedRefusal {
  readonly reason: Denial["reason"] | "auth";
  readonly context: "toplevel" | "multi";
  /** What was lacking; for `auth` the command, as the client spelled it. */
  readonly object: string;
  readonly user: string;
  /** The client's line in CLIENT LIST. */
  readonly client: string;
}

export interface LogEntry extends LoggedRefusal {
  /** How often it happened. */
  readonly count: number;
  /** When last. */
  readonly at: Millis;
}

/** A refusal like one that is not older than this counts as the same. */
const SAME_WITHIN_MS = 60_000;
/** Only the newest entries are looked at for that. */
const COMPARED = 10;

/** What ACL refused, newest first, as many as `acllog-max-len` says. */
export class AclLog {
  readonly #maxLength: () => number;
  #entries: LogEntry[] = [];

  /** @param maxLength read at each use */
  constructor(maxLength: () => number) {
    this.#maxLength = maxLength;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  add(refusal: LoggedRefusal, now: Millis): void {
    const known = this.#entries
      .slice(0, COMPARED)
      .find((entry) => isSame(entry, refusal) && now - entry.at <= SAME_WITHIN_MS);
    if (known !== undefined) {
      const others = this.#entries.filter((entry) => entry !== known);
      this.#entries = [{ ...refusal, count: known.count + 1, at: now }, ...others];
      return;
    }
    this.#entries.unshift({ ...refusal, count: 1, at: now });
    const longest = this.#maxLength();
    if (this.#entries.length > longest) this.#entries.length = longest;
  }

  reset(): void {
    this.#entries = [];
  }
}

function isSame(one: LoggedRefusal, other: LoggedRefusal): boolean {
  return (
    one.reason === other.reason &&
    one.context === other.context &&
    one.object === other.object &&
    one.user === other.user
  );
}
