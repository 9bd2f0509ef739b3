import type { Millis } from "../base/units.ts";
import { refreshGates } from "./gates.ts";
import { emit, type Pause, type ServerState } from "./state.ts";

/** CLIENT PAUSE: a longer or stricter pause that is already on wins (server spec §4.3). */
export function pauseClients(state: ServerState, pause: Pause): void {
  const { pause: current } = state;
  state.pause = {
    until: current === undefined || current.until < pause.until ? pause.until : current.until,
    scope: current?.scope === "all" ? "all" : pause.scope,
  };
  refreshGates(state);
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
