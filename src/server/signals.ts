import { saveWish } from "./commands/server.ts";
import { log } from "./log.ts";
import { beginShutdown } from "./shutdown.ts";
import { emit, type ServerState } from "./state.ts";

/**
 * SIGTERM and SIGINT, as `shutdown-on-sigterm` and `shutdown-on-sigint` say. A second one while
 * the first still waits ends the process at once. While the cron is paused the first one waits too.
 * @param words the setting's: `default`, `save`, `nosave`, `now`, `force`
 */
export function onSignal(state: ServerState, words: readonly string[]): void {
  if (state.cronPaused && state.shutdown === undefined && state.waitingSignal === undefined) {
    state.waitingSignal = words;
    return;
  }
  if (state.shutdown !== undefined) {
    emit(state, { kind: "exit", status: 1 });
    return;
  }
  log(state, "warning", "User requested shutdown...");
  beginShutdown(state, {
    save: saveWish(words),
    force: words.includes("force"),
    now: words.includes("now"),
    askedBy: undefined,
  });
}
