import dataHandler from "ioredis/built/DataHandler.js";

/** What ioredis' data handler looks like inside (6.0.0, pinned; a test shows that it still does). */
interface DataHandlerInside {
  readonly redis: unknown;
  dispatch: (this: DataHandlerInside, task: () => void) => void;
}

/** A connection that ends when its replies make no sense. */
export interface FaultTaker {
  endByFault(cause: unknown): void;
}

const takers = new WeakSet<object>();
// Imported, not required, so that a bundle can hold it. A loader may have unwrapped the CommonJS default.
const loaded: unknown = dataHandler;
const inside = (typeof loaded === "function" ? loaded : dataHandler.default) as unknown as {
  readonly prototype: DataHandlerInside;
};
const handler = inside.prototype;
const originalDispatch = handler.dispatch;

/**
 * A reply of an unexpected shape (a null nobody asked for, a push without a channel) throws inside
 * ioredis, which throws it again on the next tick, past everyone: the daemon would die of it. For
 * the connections registered here such a reply ends the connection instead.
 */
handler.dispatch = function dispatch(this: DataHandlerInside, task: () => void): void {
  const { redis } = this;
  if (!isTaker(redis)) {
    originalDispatch.call(this, task);
    return;
  }
  try {
    task();
  } catch (cause) {
    redis.endByFault(cause);
  }
};

function isTaker(redis: unknown): redis is FaultTaker {
  return typeof redis === "object" && redis !== null && takers.has(redis);
}

export function takeFaults(client: FaultTaker): void {
  takers.add(client);
}
