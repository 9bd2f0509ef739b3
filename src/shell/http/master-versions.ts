import type { MasterName } from "../../base/ids.ts";
import type { EventFeed, FedEvent } from "../sentinel/event-feed.ts";

/** For each master the number of the newest event about it: what a page has not seen yet is known by it. */
export class MasterVersions {
  readonly #feed: EventFeed;
  readonly #newest = new Map<MasterName, number>();

  constructor(feed: EventFeed) {
    this.#feed = feed;
    for (const fed of feed.since(0)) this.#note(fed);
  }

  /** @returns ends it */
  follow(): () => void {
    return this.#feed.subscribe((fed) => this.#note(fed));
  }

  /** 0: nothing is known to have happened to it. */
  of(master: MasterName): number {
    return this.#newest.get(master) ?? 0;
  }

  get last(): number {
    return this.#feed.lastId;
  }

  #note({ id, event }: FedEvent): void {
    const { master } = event.about;
    if (master === undefined) return;
    if (event.name === "-monitor") this.#newest.delete(master);
    else this.#newest.set(master, id);
  }
}
