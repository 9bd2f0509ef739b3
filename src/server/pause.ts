import { after, type Millis } from "../base/units.ts";
import { refreshGates } from "./gates.ts";
import { emit, type Pause, type ServerState } from "./state.ts";

/** CLIENT PAUSE: a longer or stricter pause that is already on wins (server spec §4.3). */
export function pauseClients(
  state: ServerState,
  { durationMs, scope }: { readonly durationMs: number; readonly scope: Pause["scope"] },
): void {
  const { pause: current } = state;
  const until = after(state.now, durationMs);
  state.pause = {
    until: current === undefined || current.until < until ? until : current.until,
    scope: current?.scope === "all" ? "all" : scope,
  };
  refreshGates(state);
}

/** CLIENT UNPAUSE; a shutdown that waits keeps its own pause. */
export function unpauseClients(state: ServerState): void {
  if (state.shutdown === undefined) resumePaused(state);
}

/** Lets everybody go on; each request that waited is executed now, before later ones. */
export function resumePaused(state: ServerState): void {
  state.pause = undefined;
  refreshGates(state);
  for (const client of state.clients.values()) {
    if (client.wait?.kind === "pause") emit(state, { kind: "resume-client", client: client.id });
  }
}

export function endPauseIfDue(state: ServerState, now: Millis): void {
  if (state.pause === undefined || now < state.pause.until || state.shutdown !== undefined) return;
  resumePaused(state);
}
