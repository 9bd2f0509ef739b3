import type { Client } from "./client.ts";
import { ERRORS } from "./errors.ts";
import { type Keyspace, NO_EXPIRY } from "./keyspace.ts";
import type { Loader } from "./loader.ts";
import { log } from "./log.ts";
import { newLoader } from "./new-loader.ts";
import { replyError, replyOk } from "./reply.ts";
import { cancelSnapshot, noteSaved } from "./saving.ts";
import { emit, type ServerState } from "./state.ts";

const OPTIONS = ["nosave", "noflush", "merge"];

/**
 * DEBUG RELOAD: saves, and loads what was saved in place of the data; with NOSAVE, what was saved
 * before. With NOFLUSH the data stays, and a key that the file has as well ends the process unless
 * MERGE lets the file's win. Nothing else happens meanwhile.
 */
export function reload(state: ServerState, client: Client, words: readonly string[]): void {
  if (!words.every((word) => OPTIONS.includes(word))) {
    replyError(client, ERRORS.reloadOptions);
    return;
  }
  if (!words.includes("nosave") && !saveForReload(state, client)) return;
  const loader = load(state);
  if (loader === undefined) {
    replyError(client, ERRORS.reloadFailed);
  } else if (words.includes("noflush")) {
    if (merge(state, loader.keyspace, words.includes("merge"))) finish(state, client, loader);
  } else {
    state.keyspace.adopt(loader.keyspace);
    finish(state, client, loader);
  }
}

/** @returns false when that failed and the client was told */
function saveForReload(state: ServerState, client: Client): boolean {
  const { persistence } = state;
  if (persistence.running?.forReplicas === true) {
    replyError(client, ERRORS.alreadySaving);
    return false;
  }
  cancelSnapshot(state);
  if (!state.environment.saveNow()) {
    replyError(client, ERRORS.saveFailed);
    return false;
  }
  noteSaved(state, { changes: persistence.changes, durationMs: 0 });
  return true;
}

/** @returns undefined when the file cannot be read, or holds no data set; the log says why */
function load(state: ServerState): Loader | undefined {
  const isMaster = state.replication.role.kind === "master";
  const loader = newLoader(state, {
    begin: () => undefined,
    dropExpired: isMaster ? state.unixNow : undefined,
  });
  let outcome = loader.feed(Buffer.alloc(0));
  const fault = state.environment.readSnapshotNow((bytes) => {
    outcome = loader.feed(bytes);
    return outcome.kind === "more";
  });
  if (fault === undefined && outcome.kind === "complete") return loader;
  const reason = outcome.kind === "failed" ? outcome.reason : "the RDB is cut off";
  log(state, "warning", `DEBUG RELOAD: ${fault ?? reason}`);
  return undefined;
}

/** @returns false when a key that is there already ends the process */
function merge(state: ServerState, loaded: Keyspace, overwrites: boolean): boolean {
  for (const source of loaded.databases) {
    const target = state.keyspace.databases[source.index];
    if (target === undefined) continue;
    for (const { key, value, expireAt } of source.entries) {
      if (!overwrites && target.entries.has(key)) {
        log(state, "warning", "DEBUG RELOAD: a key of the file is there already. Exiting.");
        emit(state, { kind: "exit", status: 1 });
        return false;
      }
      state.keyspace.put(target, key, value, expireAt ?? NO_EXPIRY);
    }
  }
  state.keyspace.raiseRdbVersion(loaded.rdbVersion);
  return true;
}

function finish(state: ServerState, client: Client, loader: Loader): void {
  const { persistence } = state;
  persistence.keysLoaded = loader.keys;
  persistence.keysExpiredWhileLoading = loader.expired.length;
  persistence.changes = 0;
  log(state, "warning", "DB reloaded by DEBUG RELOAD");
  replyOk(client);
}
