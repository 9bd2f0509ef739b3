/** A client library that follows the master by the sentinels alone, and writes all the while. */
export interface WritingClient {
  /** Writes acknowledged so far. */
  readonly acknowledged: number;
  /** What its latest failure said; for messages only. */
  readonly trouble: string | undefined;
  stop(): Promise<void>;
}

/** What every client of the matrix is given: the sentinels and the master's name, no address. */
export interface Whereabouts {
  readonly sentinelPorts: readonly number[];
  readonly masterName: string;
  /** A key of the client's own. */
  readonly key: string;
}

const BETWEEN_WRITES_MS = 10;
const AFTER_FAILURE_MS = 50;

/** Writes again and again through `write`, one at a time, until it is stopped. */
export function keepWriting(
  write: (count: number) => Promise<unknown>,
  close: () => void | Promise<void>,
): WritingClient {
  let acknowledged = 0;
  let trouble: string | undefined;
  const stop = new AbortController();
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        await write(acknowledged + 1);
        acknowledged++;
        await pause(BETWEEN_WRITES_MS);
      } catch (error) {
        trouble = String(error);
        await pause(AFTER_FAILURE_MS);
      }
    }
  };
  void loop();
  return {
    get acknowledged() {
      return acknowledged;
    },
    get trouble() {
      return trouble;
    },
    async stop() {
      stop.abort();
      await close();
    },
  };
}

async function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
