import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Log } from "../log.ts";
import { reasonOf } from "../system-reason.ts";

/** Only the owner: what is in there names clients and may hold their data. */
const MODE = 0o700;

/**
 * The folder of what must last and is not Redis' configuration: `vedette state-dir`, else the
 * configuration's path with `.state` behind it. It is made when something is first written. Where it cannot be used there is one warning,
 * and the sentinel goes on without.
 */
export class StateFolder {
  readonly path: string;
  readonly #log: Log;
  #ready: Promise<boolean> | undefined;
  #isWarned = false;

  /** @param given.configPath absolute */
  constructor(given: {
    readonly configPath: string;
    /** Empty: none was set. */
    readonly stateDir: string;
    readonly log: Log;
  }) {
    this.path = given.stateDir === "" ? `${given.configPath}.state` : given.stateDir;
    this.#log = given.log;
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Makes it where it is missing. @returns false where that cannot be done; never throws */
  async prepare(): Promise<boolean> {
    const ready = (this.#ready ??= this.#make());
    if (await ready) return true;
    // It may be put right meanwhile: the next one tries again.
    this.#ready = undefined;
    return false;
  }

  async #make(): Promise<boolean> {
    try {
      await mkdir(this.path, { recursive: true, mode: MODE });
      return true;
    } catch (cause) {
      this.warn(cause);
      return false;
    }
  }

  /** Something in it could not be read or written: said once, until it works again. */
  warn(cause: unknown): void {
    if (this.#isWarned) return;
    this.#isWarned = true;
    const message = `${this.path} cannot be used (vedette state-dir): history and memory do not last`;
    this.#log.line("warning", message, { reason: reasonOf(cause) });
  }

  /** It works again. */
  works(): void {
    this.#isWarned = false;
  }
}
