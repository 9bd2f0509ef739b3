import { isAbout, type ToldEvent } from "./sentinel-events.ts";

/** What a person waits for after having asked for a failover. */
export type Outcome =
  | { readonly kind: "under-way" }
  | { readonly kind: "switched"; readonly to: string; readonly saidBy: number; readonly of: number }
  | { readonly kind: "aborted"; readonly why: string };

const ABORTS: Readonly<Record<string, string>> = {
  "-failover-abort-not-elected": "no leader was elected",
  "-failover-abort-no-good-slave": "no replica may be promoted",
  "-failover-abort-slave-timeout": "the chosen replica did not obey in time",
};

/** Reads the events of one failover of one master; no clock, no connection. */
export class FailoverProgress {
  readonly #master: string;
  readonly #sentinels: Set<string>;
  readonly #saidBy = new Set<string>();
  #to: string | undefined;
  #abort: string | undefined;

  /** @param sentinels those whose announcement is waited for */
  constructor(master: string, sentinels: readonly string[]) {
    this.#master = master;
    this.#sentinels = new Set(sentinels);
  }

  /** @returns whether the event belongs to the story */
  take(event: ToldEvent): boolean {
    if (!isAbout(this.#master, event)) return false;
    const { name, payload } = event;
    if (name === "+switch-master") {
      const [, , , host = "", port = ""] = payload.split(" ");
      this.#to = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
      this.#saidBy.add(event.sentinel);
    } else if (this.#to === undefined) {
      this.#abort = ABORTS[name] ?? this.#abort;
    }
    return true;
  }

  /** An announcement that fails to come: its sentinel was lost. */
  forget(sentinel: string): void {
    if (!this.#saidBy.has(sentinel)) this.#sentinels.delete(sentinel);
  }

  get outcome(): Outcome {
    if (this.#to !== undefined) {
      const { size } = this.#sentinels;
      return { kind: "switched", to: this.#to, saidBy: this.#saidBy.size, of: size };
    }
    return this.#abort === undefined
      ? { kind: "under-way" }
      : { kind: "aborted", why: this.#abort };
  }

  /** Nothing more is to be expected. */
  get isOver(): boolean {
    const { outcome } = this;
    if (outcome.kind === "switched") return outcome.saidBy >= outcome.of;
    return outcome.kind === "aborted";
  }
}
