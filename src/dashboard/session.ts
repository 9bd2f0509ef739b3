import {
  ApiError,
  getEvents,
  getMaster,
  getMasters,
  getSentinel,
  postChange,
} from "./api/client.ts";
import { followEvents } from "./api/event-stream.ts";
import {
  EMPTY,
  EVENTS_KEPT,
  type Model,
  withAllMasters,
  withChangedMasters,
  withDetails,
  withEarlierEvents,
  withEvents,
  withGap,
  withSelected,
} from "./model/model.ts";
import { retryAfterMs } from "./model/retry.ts";

/** Several events of one moment cause one question. */
const COLLECT_MS = 80;
/** Lag, offsets and ages change without an event. */
const LOOK_AGAIN_MS = 2_000;
const LIST_AGAIN_MS = 10_000;

/** Keeps the model true: loads it, follows the events, and catches up after a lost connection. */
export class Session {
  #model = EMPTY;
  readonly #watchers = new Set<(model: Model) => void>();
  #lastEvent = "";
  #isDirty = false;
  #isRefreshing = false;
  #wake: (() => void) | undefined;

  get model(): Model {
    return this.#model;
  }

  /** @returns ends it */
  watch(watcher: (model: Model) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Runs as long as the page is open. */
  async run(): Promise<never> {
    setInterval(() => this.#lookAgain(), LOOK_AGAIN_MS);
    setInterval(() => this.#touch(), LIST_AGAIN_MS);
    window.addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.retryNow();
    });
    for (let failures = 0; ; failures++) {
      try {
        await this.#connection(() => {
          failures = 0;
        });
      } catch (cause) {
        await this.#lost(reasonOf(cause), failures);
      }
    }
  }

  /** Does not wait for the next attempt. */
  retryNow(): void {
    this.#wake?.();
  }

  select(name: string | undefined): void {
    this.#change(withSelected(this.#model, name));
    if (name === undefined) return;
    this.#fetchDetails().catch(() => undefined);
    this.#fetchEarlier(name).catch(() => undefined);
  }

  /** Orders a change of a master. @throws ApiError, or what the network says */
  async order(
    name: string,
    change: string,
    { token, body }: { readonly token: string; readonly body: object },
  ): Promise<string> {
    const answer = await postChange(name, change, { token, body });
    this.#touch();
    return answer;
  }

  async #connection(onLive: () => void): Promise<never> {
    const before = this.#model.sentinel;
    const sentinel = await getSentinel();
    const isSame = before !== undefined && before.startedAt === sentinel.startedAt;
    this.#change({ ...this.#model, sentinel });
    if (!isSame || this.#lastEvent === "") this.#lastEvent = sentinel.lastEvent;
    await this.#fetchMasters(isSame ? this.#model.version : undefined);
    await this.#fetchDetails();
    return followEvents(
      this.#lastEvent,
      {
        hello: ({ missed }) => {
          onLive();
          this.#change({ ...this.#model, connection: { kind: "live", since: Date.now() } });
          if (missed) this.#missed();
        },
        event: (event) => {
          this.#lastEvent = event.id;
          this.#change(withEvents(this.#model, [event]));
          this.#touch();
        },
      },
      new AbortController().signal,
    );
  }

  async #lost(reason: string, failures: number): Promise<void> {
    const now = Date.now();
    const waitMs = retryAfterMs(failures, Math.random());
    const { connection } = this.#model;
    const since = connection.kind === "lost" ? connection.since : now;
    this.#change({
      ...this.#model,
      connection: { kind: "lost", since, reason, retryAt: now + waitMs },
    });
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** Some events are not there any more: what follows does not join what is held. */
  #missed(): void {
    this.#change(withGap({ ...this.#model, version: undefined }));
    this.#touch();
  }

  /** Something has happened: ask, together with what happens in the same moment. */
  #touch(): void {
    this.#isDirty = true;
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    setTimeout(() => {
      this.#isRefreshing = false;
      this.#catchUp().catch(() => undefined);
    }, COLLECT_MS);
  }

  async #catchUp(): Promise<void> {
    if (!this.#isDirty || this.#model.connection.kind !== "live") return;
    this.#isDirty = false;
    await Promise.all([this.#fetchMasters(this.#model.version), this.#fetchDetails()]);
  }

  #lookAgain(): void {
    if (document.visibilityState !== "visible") return;
    if (this.#model.connection.kind === "live") this.#fetchDetails().catch(() => undefined);
  }

  async #fetchMasters(since: number | undefined): Promise<void> {
    const answer = await getMasters(since);
    const model =
      since === undefined
        ? withAllMasters(this.#model, answer)
        : withChangedMasters(this.#model, answer);
    if (model !== undefined) return this.#change(model);
    const all = await getMasters(undefined);
    return this.#change(withAllMasters(this.#model, all));
  }

  async #fetchDetails(): Promise<void> {
    const { selected } = this.#model;
    if (selected === undefined) return;
    try {
      const details = await getMaster(selected);
      this.#change(withDetails(this.#model, details, Date.now()));
    } catch (cause) {
      if (!(cause instanceof ApiError) || cause.status !== 404) throw cause;
      if (this.#model.selected !== selected) return;
      this.#change({ ...this.#model, details: undefined, isGone: true });
    }
  }

  async #fetchEarlier(name: string): Promise<void> {
    const events = await getEvents(name, EVENTS_KEPT / 4);
    this.#change(withEarlierEvents(this.#model, events));
  }

  #change(model: Model): void {
    if (model === this.#model) return;
    this.#model = model;
    for (const watcher of this.#watchers) watcher(model);
  }
}

function reasonOf(cause: unknown): string {
  if (cause instanceof ApiError) return cause.message;
  if (!(cause instanceof Error)) return "the connection was lost";
  if (cause.name === "TimeoutError") return "the sentinel does not answer";
  return cause instanceof TypeError ? "the sentinel cannot be reached" : cause.message;
}
