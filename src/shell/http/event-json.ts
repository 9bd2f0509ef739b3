import { randomBytes } from "node:crypto";
import { formatAddress } from "../../base/address.ts";
import type { EventFeed, FedEvent } from "../sentinel/event-feed.ts";
import { readableText } from "./reply-value.ts";

/** An event as JSON has it. Roles by our words; the payload is as Redis writes it. */
export interface EventJson {
  readonly id: string;
  readonly at: string;
  readonly name: string;
  readonly level: string;
  readonly message: string;
  readonly master: string | null;
  readonly role: string | null;
  readonly address: string | null;
  readonly runId: string | null;
  readonly epoch: number | null;
  readonly leader: string | null;
  readonly votes: number | null;
  readonly quorum: number | null;
  readonly reason: string | null;
}

/** What came behind an id. */
interface EventsSince {
  readonly events: readonly FedEvent[];
  /** Something between is not there any more: another process gave the id, or it is too old. */
  readonly missed: boolean;
}

/** Ids of events for the outside: they name the process as well, since each counts from 1. */
export class EventIds {
  readonly #feed: EventFeed;
  readonly #process = randomBytes(4).toString("hex");

  constructor(feed: EventFeed) {
    this.#feed = feed;
  }

  get last(): string {
    return this.textOf(this.#feed.lastId);
  }

  /** In front of every event that is still there. */
  get first(): string {
    return this.textOf(this.#feed.oldestId - 1);
  }

  textOf(id: number): string {
    return `${this.#process}-${id}`;
  }

  /** @param text as it was given out, by whichever process */
  since(text: string): EventsSince {
    const [process, number = ""] = text.split("-", 2);
    const id = Number(number);
    const isOurs = process === this.#process && Number.isSafeInteger(id) && id <= this.#feed.lastId;
    if (!isOurs) return { events: this.#feed.since(0), missed: true };
    return { events: this.#feed.since(id), missed: id + 1 < this.#feed.oldestId };
  }

  json({ id, atMs, event }: FedEvent): EventJson {
    const { name, level, payload, about } = event;
    const { master, role, address, runId, epoch, leader, votes, quorum, reason } = about;
    return {
      id: this.textOf(id),
      at: new Date(atMs).toISOString(),
      name,
      level,
      message: readableText(payload),
      master: master === undefined ? null : readableText(master),
      role: role === "slave" ? "replica" : (role ?? null),
      address: address === undefined ? null : formatAddress(address),
      runId: runId ?? null,
      epoch: epoch ?? null,
      leader: leader ?? null,
      votes: votes ?? null,
      quorum: quorum ?? null,
      reason: reason === undefined ? null : readableText(reason),
    };
  }
}
