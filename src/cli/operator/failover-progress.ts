import { formatAddress } from "../../base/address.ts";
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

const SWITCHOVER_ABORTS: ReadonlySet<string> = new Set([
  "-vedette-switchover-abort",
  "-vedette-switchover-refused",
]);

/** Reads the events of one failover of one master; no clock, no connection. */
export class FailoverProgress {
  readonly #master: string;
  readonly #sentinels: ReadonlySet<string>;
  readonly #isCoordinated: boolean;
  readonly #saidBy = new Set<string>();
  /** Those whose announcement does not come any more. */
  readonly #lost = new Set<string>();
  #to: string | undefined;
  #abort: string | undefined;

  /**
   * @param sentinels those that are to announce it
   * @param options.isCoordinated without loss or not at all: a usual failover goes on when that part of it fails
   */
  constructor(
    master: string,
    sentinels: readonly string[],
    options: { readonly isCoordinated?: boolean } = {},
  ) {
    this.#master = master;
    this.#isCoordinated = options.isCoordinated ?? false;
    this.#sentinels = new Set(sentinels);
  }

  /** @returns whether the event belongs to the story */
  take(event: ToldEvent): boolean {
    if (!isAbout(this.#master, event)) return false;
    const { name, payload } = event;
    if (name === "+switch-master") {
      const [, , , host = "", port = ""] = payload.split(" ");
      this.#to = formatAddress({ host, port: Number(port) });
      if (this.#sentinels.has(event.sentinel)) this.#saidBy.add(event.sentinel);
    } else if (this.#to === undefined) {
      this.#abort = ABORTS[name] ?? this.#switchoverAbort(event) ?? this.#abort;
    }
    return true;
  }

  /** `master mymaster 10.0.0.1 6379 #the reason` */
  #switchoverAbort({ name, payload }: ToldEvent): string | undefined {
    if (!this.#isCoordinated || !SWITCHOVER_ABORTS.has(name)) return undefined;
    const at = payload.indexOf("#");
    return at < 0 ? "no reason was told" : payload.slice(at + 1);
  }

  /** A sentinel was lost: its announcement is not waited for, and is missing in the end. */
  forget(sentinel: string): void {
    this.#lost.add(sentinel);
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
    if (this.#to === undefined) return this.#abort !== undefined;
    return [...this.#sentinels].every((each) => this.#saidBy.has(each) || this.#lost.has(each));
  }
}
