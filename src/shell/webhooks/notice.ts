import { createHash } from "node:crypto";
import { formatAddress } from "../../base/address.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import { type NoticeType, noticeType, TEST_TYPE } from "./notice-types.ts";

/** What is told to the receivers: one event, as somebody outside wants it. */
export interface Notice {
  /** The same from every sentinel that tells of the same thing: a hash of `key`. */
  readonly id: string;
  readonly key: NoticeKey;
  readonly weight: NoticeType["weight"];
  /** Wall clock, milliseconds since 1970. */
  readonly atMs: number;
  /** The event's own name: `+sdown`. */
  readonly event: string;
  /** The event's payload, as subscribers get it. */
  readonly message: string;
  readonly reason: string | undefined;
  readonly address: string | undefined;
  /** Ties the notices of one story: from the first suspicion of a master to its end. */
  readonly incident: string | undefined;
  /** Who tells. */
  readonly sentinel: string;
}

/** What makes two notices the same. */
export interface NoticeKey {
  readonly master: string | undefined;
  /** Of the master's configuration. */
  readonly epoch: number;
  readonly type: string;
  /** Whom it is about. */
  readonly subject: string;
  /** The how-manieth of its kind in this epoch. */
  readonly sequence: number;
}

export function noticeId({ master, epoch, type, subject, sequence }: NoticeKey): string {
  const text = JSON.stringify([master ?? null, epoch, type, subject, sequence]);
  return `msg_${digest(text).slice(0, 32)}`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export interface NoticeOptions {
  /** The sentinel's own id. */
  readonly sentinel: string;
  /** The config epoch of a master now; 0 for one that is not watched any more. */
  readonly configEpoch: (master: string) => number;
}

/** How many stories and counts are remembered: more masters than any sentinel watches. */
const REMEMBERED_MAX = 10_000;

interface Incident {
  readonly id: string;
  /** What comes late still belongs to it; new trouble is another. */
  readonly isOver: boolean;
}

/** Makes notices of events. Counts them, and knows which story each belongs to. */
export class Notices {
  readonly #options: NoticeOptions;
  readonly #counts = new Map<string, number>();
  /** The latest incident of each master. */
  readonly #incidents = new Map<string, Incident>();

  constructor(options: NoticeOptions) {
    this.#options = options;
  }

  /** @returns undefined for an event that is told to nobody outside */
  of({
    event,
    atMs,
  }: {
    readonly event: SentinelEvent;
    readonly atMs: number;
  }): Notice | undefined {
    const { master, role, address, reason, isInDowntime } = event.about;
    const found = noticeType(event.name, role);
    if (found === undefined || isInDowntime === true) return undefined;
    const place = address === undefined ? undefined : formatAddress(address);
    const { sentinel } = this.#options;
    return this.#complete({
      type: found,
      master,
      subject: found.scope === "own" ? sentinel : subjectOf(event, place),
      atMs,
      event: event.name,
      message: event.payload,
      reason,
      address: place,
    });
  }

  /** A notice that somebody asked for, to see that it arrives. */
  test(atMs: number): Notice {
    return this.#complete({
      type: TEST_TYPE,
      master: undefined,
      subject: `${this.#options.sentinel} ${atMs}`,
      atMs,
      event: "test",
      message: "A test: nothing has happened",
      reason: undefined,
      address: undefined,
    });
  }

  /** Another has told of more of these than were seen here: what comes next here is not that one. */
  raiseTo({ sequence, ...kind }: NoticeKey): void {
    const name = JSON.stringify(kind);
    if ((this.#counts.get(name) ?? 0) < sequence) remember(this.#counts, name, sequence);
  }

  #complete(
    given: Pick<Notice, "atMs" | "event" | "message" | "reason" | "address"> & {
      readonly type: NoticeType;
      readonly master: string | undefined;
      readonly subject: string;
    },
  ): Notice {
    const { type, master, subject, ...rest } = given;
    const epoch = master === undefined ? 0 : this.#options.configEpoch(master);
    const kind = { master, epoch, type: type.type, subject };
    const name = JSON.stringify(kind);
    const sequence = (this.#counts.get(name) ?? 0) + 1;
    remember(this.#counts, name, sequence);
    const key = { ...kind, sequence };
    const { sentinel } = this.#options;
    const incident = master === undefined ? undefined : this.#incident(master, type, key);
    return { ...rest, id: noticeId(key), key, weight: type.weight, incident, sentinel };
  }

  /**
   * Begins with the first trouble of a master; is over with its recovery, another master or the end of
   * its failover. Sentinels that see the same count the same, so theirs have one id.
   */
  #incident(
    master: string,
    { type, weight }: NoticeType,
    { epoch, sequence }: NoticeKey,
  ): string | undefined {
    const isFailover = type.startsWith("failover.");
    if (!isFailover && !type.startsWith("master.")) return undefined;
    const latest = this.#incidents.get(master);
    const isTrouble = weight !== "end" && (isFailover || weight !== "news");
    if (isTrouble && latest?.isOver !== false) {
      const id = digest(JSON.stringify([master, epoch, type, sequence])).slice(0, 16);
      remember(this.#incidents, master, { id, isOver: false });
      return id;
    }
    if (weight === "end" && latest !== undefined) {
      remember(this.#incidents, master, { ...latest, isOver: true });
    }
    return latest?.id;
  }
}

function subjectOf({ name, payload }: SentinelEvent, place: string | undefined): string {
  // The payload has both addresses: of whom, and to whom.
  return name === "+switch-master" || place === undefined ? payload : place;
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED_MAX && oldest !== undefined) map.delete(oldest);
}
