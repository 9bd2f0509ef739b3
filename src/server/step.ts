import { unreachable } from "../base/assert.ts";
import type { LinkId } from "../base/ids.ts";
import type { Millis } from "../base/units.ts";
import { onTick } from "./cron.ts";
import type { Effect } from "./effect.ts";
import { forgetClient } from "./clients.ts";
import type { Input } from "./input.ts";
import { beginStartupLoad, onLoadBytes, onLoadEnded, onLoadFailed, onLoadSize } from "./loading.ts";
import { onLinkOpened } from "./replication/handshake.ts";
import { failLink } from "./replication/link-control.ts";
import { onLinkBytes } from "./replication/link-input.ts";
import { onSnapshotFailed, onSnapshotSent, onSnapshotWritten } from "./replication/full-sync.ts";
import { countGoodReplicas } from "./replication/peers.ts";
import { startAsReplica } from "./replication/roles.ts";
import { openLink, type ReplicaRole } from "./replication/state.ts";
import { onPayloadFailed, onPayloadStored } from "./replication/transfer.ts";
import { onSignal } from "./signals.ts";
import { type ServerState, setClock } from "./state.ts";

/**
 * Works on one input. Same state, input and `now`: same changes, same effects, in the order they
 * must be done. Clients' requests go through `execute` instead, which writes replies directly.
 */
export function step(state: ServerState, input: Input, now: Millis): readonly Effect[] {
  setClock(state, now);
  apply(state, input);
  return takeEffects(state);
}

function takeEffects(state: ServerState): readonly Effect[] {
  const { effects } = state;
  state.effects = [];
  return effects;
}

function apply(state: ServerState, input: Input): void {
  switch (input.kind) {
    case "tick":
      onTick(state);
      return;
    case "turn-ended":
      state.replication.acksRequested = false;
      return;
    case "settings-changed":
      state.settings = input.settings;
      state.replication.backlog?.resize(input.settings.replBacklogSizeBytes);
      countGoodReplicas(state);
      return;
    case "wall-clock":
      state.wallOffsetMs = input.offsetMs;
      return;
    case "client-closed":
      forgetClient(state, input.client);
      return;
    case "started":
      if (input.replicaOf !== undefined) startAsReplica(state, input.replicaOf);
      beginStartupLoad(state);
      return;
    case "shutdown-signal":
      onSignal(state, input.words);
      return;
    case "link-opened":
      onLink(state, input.link, (role) => onLinkOpened(state, role));
      return;
    case "link-bytes":
      onLink(state, input.link, (role) => onLinkBytes(state, role, input.bytes));
      return;
    case "link-closed":
      onLink(state, input.link, (role) => failLink(state, role, input.reason));
      return;
    case "kill-link":
      onReplica(state, (role) => failLink(state, role, "The link was closed by CLIENT KILL"));
      return;
    case "payload-stored":
      onReplica(state, (role) => onPayloadStored(state, role));
      return;
    case "payload-failed":
      onReplica(state, (role) => onPayloadFailed(state, role, input.reason));
      return;
    case "load-size":
      onLoadSize(state, input.bytes);
      return;
    case "load-bytes":
      onLoadBytes(state, input.bytes);
      return;
    case "load-ended":
      onLoadEnded(state);
      return;
    case "load-failed":
      onLoadFailed(state, input);
      return;
    case "snapshot-written":
      onSnapshotWritten(state, input.snapshot);
      return;
    case "snapshot-failed":
      onSnapshotFailed(state, input.snapshot, input.reason);
      return;
    case "snapshot-sent":
      onSnapshotSent(state, input.client);
      return;
    default:
      unreachable(input);
  }
}

function onReplica(state: ServerState, then: (role: ReplicaRole) => void): void {
  const { role } = state.replication;
  if (role.kind === "replica") then(role);
}

/** What comes from a link that was replaced meanwhile is dropped. */
function onLink(state: ServerState, link: LinkId, then: (role: ReplicaRole) => void): void {
  onReplica(state, (role) => {
    if (openLink(role) === link) then(role);
  });
}
