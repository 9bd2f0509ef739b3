import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { masterName } from "../../../src/base/ids.ts";
import { event, type EventName, type EventSubject } from "../../../src/sentinel/events.ts";
import type { FedEvent } from "../../../src/shell/sentinel/event-feed.ts";
import { Webhooks } from "../../../src/shell/webhooks/webhooks.ts";

/** Sentinels that only have webhooks, and hear each other unless they are dead. */
export class Speakers {
  readonly folder = mkdtempSync(join(tmpdir(), "vedette-webhooks-"));
  readonly logs: string[] = [];
  readonly #all = new Map<string, Webhooks>();
  readonly #dead = new Set<string>();
  #fed = 0;

  /** @param line behind `vedette webhook` */
  constructor(ids: readonly string[], line: string) {
    const [name = "", ...words] = line.split(" ");
    const lines = new Map([[name, words]]);
    for (const id of ids) {
      const webhooks = new Webhooks({
        lines: () => lines,
        folder: join(this.folder, id),
        sentinel: id,
        configEpoch: () => 7,
        speaksFor: () => [...this.#all.keys()].filter((each) => !this.#dead.has(each))[0] === id,
        tellOthers: (_, said) => {
          if (this.#dead.has(id)) return;
          for (const [other, theirs] of this.#all) if (other !== id) theirs.onHeard(said);
        },
        log: (level, text) => this.logs.push(`${level} ${id} ${text}`),
      });
      this.#all.set(id, webhooks);
      webhooks.start();
    }
  }

  of(id: string): Webhooks {
    const found = this.#all.get(id);
    if (found === undefined) throw new Error(`no sentinel ${id}`);
    return found;
  }

  /** All living ones see the same. */
  happens(name: EventName, about: EventSubject = {}): void {
    const fed = this.fed(name, about);
    for (const [id, webhooks] of this.#all) if (!this.#dead.has(id)) webhooks.onEvent(fed);
  }

  /** An event about the master, as the feed gives it. */
  fed(name: EventName, about: EventSubject = {}): FedEvent {
    const subject: EventSubject = {
      master: masterName("cache"),
      role: "master",
      address: { host: "10.0.0.1", port: 6379 },
      ...about,
    };
    const told = event(name, "master cache 10.0.0.1 6379", subject);
    return { id: ++this.#fed, atMs: Date.now(), event: told };
  }

  /** Nothing is heard of it any more, in the middle of whatever it does. */
  dies(id: string): void {
    this.#dead.add(id);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all.values()].map((each) => each.stop()));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
