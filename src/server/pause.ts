import { after, type Millis } from "../base/units.ts";
import { refreshGates } from "./gates.ts";
import { requestAcks } from "./replication/wait.ts";
import { emit, type Pause, type PausePurpose, type ServerState } from "./state.ts";

/** CLIENT PAUSE: a longer or stricter pause that is already on wins (server spec §4.3). */
export function pauseClients(
  state: ServerState,
  { durationMs, scope }: { readonly durationMs: number; readonly scope: Pause["scope"] },
): void {
  const current = state.pauses.get("command");
  const until = after(state.now, durationMs);
  beginPause(state, "command", {
    until: current === undefined || current.until < until ? until : current.until,
    scope: current?.scope === "all" ? "all" : scope,
  });
}

/** CLIENT UNPAUSE; a shutdown or failover that waits keeps its own pause. */
export function unpauseClients(state: ServerState): void {
  endPause(state, "command");
}

/** Several may pause at once: the strictest of them holds, until the last one ends. */
export function beginPause(state: ServerState, purpose: PausePurpose, pause: Pause): void {
  state.pauses.set(purpose, pause);
  applyStrictest(state);
}

/** Lets everybody go on, unless another pause is on. */
export function endPause(state: ServerState, purpose: PausePurpose): void {
  if (!state.pauses.delete(purpose)) return;
  applyStrictest(state);
  if (hasWaiters(state)) requestAcks(state);
  // Each request that waited is executed now, before later ones; or waits again.
  for (const client of state.clients.values()) {
    if (client.wait?.kind === "pause") emit(state, { kind: "resume-client", client: client.id });
  }
}

export function endPauseIfDue(state: ServerState, now: Millis): void {
  for (const [purpose, { until }] of state.pauses) if (now >= until) endPause(state, purpose);
}

/** Clients whose WAIT began during the pause, when replicas could not be asked. */
function hasWaiters(state: ServerState): boolean {
  return [...state.waiters].some(({ wait }) => wait?.kind === "replicas");
}

function applyStrictest(state: ServerState): void {
  let strictest: Pause | undefined;
  for (const pause of state.pauses.values()) {
    if (strictest === undefined || pause.scope === "all") strictest = pause;
  }
  state.pause = strictest;
  refreshGates(state);
}
