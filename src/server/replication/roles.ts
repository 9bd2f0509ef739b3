import { endKeyWait } from "../blocking.ts";
import type { Address } from "../../base/address.ts";
import { sameAddress } from "../../base/address.ts";
import { refreshGates } from "../gates.ts";
import { log } from "../log.ts";
import type { ServerState } from "../state.ts";
import { beginHistory, continueHistoryAs, openBacklog } from "./identity.ts";
import { connectIfDue, dropLink } from "./link-control.ts";
import { disconnectPeers } from "./peers.ts";
import type { ReplicaRole } from "./state.ts";
import type { ReplicationId } from "../../wire/psync.ts";
import { endWait } from "./wait.ts";

/** How long the first retry behind a halt waits. */
export const FIRST_HALT_MS = 1000;

/** @param resume the stream's database when we may ask our new master to continue our history */
function newReplicaRole(
  state: ServerState,
  master: Address,
  past: Pick<ReplicaRole, "resume" | "downSince">,
): ReplicaRole {
  return {
    kind: "replica",
    master,
    link: { at: "waiting", until: state.now },
    ...past,
    halted: undefined,
    haltedRetryMs: FIRST_HALT_MS,
    attemptAt: undefined,
  };
}

/** What the configuration says, before anything is loaded. */
export function startAsReplica(state: ServerState, master: Address): void {
  state.replication.role = newReplicaRole(state, master, {
    resume: undefined,
    downSince: undefined,
  });
  refreshGates(state);
}

/**
 * REPLICAOF host port (server spec §2.11). A master keeps its history, so that its new master can
 * continue it if it has no byte more; a replica of another master asks the new one the same way.
 * @returns false when we follow that master already
 */
export function becomeReplicaOf(state: ServerState, master: Address): boolean {
  const { replication } = state;
  const { role } = replication;
  if (role.kind === "replica") {
    if (sameAddress(role.master, master)) return false;
    const phase = role.link;
    const resume = phase.at === "connected" ? { db: phase.client.database.index } : role.resume;
    dropLink(state, role);
    replication.role = newReplicaRole(state, master, { resume, downSince: role.downSince });
  } else {
    // The next command of our history could have been in any database: the new master's stream
    // begins with a SELECT behind its promotion.
    openBacklog(state);
    replication.role = newReplicaRole(state, master, { resume: { db: 0 }, downSince: undefined });
    logCachedSelf(state);
    sendWaitersAway(state);
  }
  refreshGates(state);
  if (replication.role.kind === "replica") connectIfDue(state, replication.role);
  return true;
}

function logCachedSelf(state: ServerState): void {
  log(
    state,
    "notice",
    "Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.",
  );
}

const SENT_AWAY =
  "UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)";

/** WAIT has no meaning on a replica, and nobody may take elements there: who waits is sent away. */
function sendWaitersAway(state: ServerState): void {
  for (const client of state.blocking.clients) {
    endKeyWait(state, client, () => client.reply.error(SENT_AWAY));
    client.connection.closeAfterReply();
  }
  for (const client of state.waiters) {
    client.reply.error(SENT_AWAY);
    endWait(state, client);
    client.connection.closeAfterReply();
  }
}

/** REPLICAOF NO ONE: our history goes on under a new id. @returns false for a master */
export function becomeMaster(state: ServerState): boolean {
  const { replication } = state;
  const { role } = replication;
  if (role.kind === "master") return false;
  dropLink(state, role);
  replication.role = { kind: "master" };
  replication.localExpiries.clear();
  if (replication.backlog === undefined) beginHistory(state);
  else continueHistoryAs(state, state.environment.newId() as ReplicationId);
  replication.streamDb = -1;
  replication.withoutReplicasSince = state.now;
  disconnectPeers(state, "this node became a master");
  log(
    state,
    "notice",
    `Setting secondary replication ID to ${replication.replid2}, valid up to offset: ${replication.secondOffset}. New replication ID is ${replication.replid}`,
  );
  log(state, "notice", "MASTER MODE enabled");
  refreshGates(state);
  return true;
}
