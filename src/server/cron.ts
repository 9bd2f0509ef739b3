import { after } from "../base/units.ts";
import { releaseOverdue } from "./blocking.ts";
import { expireInBackground } from "./expiry.ts";
import { log } from "./log.ts";
import { lruClock, newLfuAccess } from "./memory/access.ts";
import { isEvicting, makeRoom } from "./memory/eviction.ts";
import { isLfu } from "./memory/policy.ts";
import { noteLatency } from "./observation/observation.ts";
import { endPauseIfDue } from "./pause.ts";
import { watchFailover } from "./replication/failover.ts";
import { continueSaving } from "./replication/full-sync.ts";
import { trimBacklog } from "./replication/identity.ts";
import { sendAck, sendSignOfLife, watchLink } from "./replication/link-control.ts";
import { expireLocalKeys } from "./replication/local-expiry.ts";
import { serveReplicas } from "./replication/master-side.ts";
import { releaseWaiters } from "./replication/wait.ts";
import { beginBackgroundSave, dueSavePoint } from "./saving.ts";
import { onSignal } from "./signals.ts";
import { watchShutdown } from "./shutdown.ts";
import type { ServerState } from "./state.ts";
import { sampleOperations } from "./stats.ts";

const SECOND_MS = 1000;

/** What is done ten times a second, and once a second. */
export function onTick(state: ServerState): void {
  if (state.cronPaused) return;
  const { replication, waitingSignal } = state;
  if (waitingSignal !== undefined) {
    state.waitingSignal = undefined;
    onSignal(state, waitingSignal);
  }
  endPauseIfDue(state, state.now);
  const expiryBeganAt = state.environment.clock();
  expireInBackground(state, state.expiryCycle);
  noteLatency(state, "expire-cycle", state.environment.clock() - expiryBeganAt);
  if (state.settings.maxMemoryBytes > 0) {
    state.clientBytes = state.environment.clientBytes();
    if (isEvicting(state)) makeRoom(state);
  }
  state.keyspace.newAccess = isLfu(state) ? newLfuAccess(state.unixNow) : lruClock(state.unixNow);
  sampleOperations(state.stats, state.now);
  if (replication.secondAt === undefined || state.now >= replication.secondAt) {
    // Not a multiple of the last one: after a stall the missed seconds are not made up for.
    replication.secondAt = after(state.now, SECOND_MS);
    replication.seconds++;
    onSecond(state);
  }
  if (replication.role.kind === "replica") {
    watchLink(state, replication.role);
    expireLocalKeys(state);
  }
  releaseWaiters(state);
  continueSaving(state);
  if (state.blocking.clients.size > 0) releaseOverdue(state);
  watchFailover(state);
  watchShutdown(state);
  const point = dueSavePoint(state);
  if (point !== undefined) {
    log(state, "notice", `${point.changes} changes in ${point.seconds} seconds. Saving...`);
    beginBackgroundSave(state);
  }
  trimBacklog(state);
}

function onSecond(state: ServerState): void {
  const { role } = state.replication;
  if (role.kind === "replica") {
    sendAck(state, role);
    sendSignOfLife(state, role);
  }
  serveReplicas(state);
}
