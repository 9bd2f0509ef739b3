import { votesNeeded } from "./election.ts";
import { aboutInstance, describeInstance } from "./events.ts";
import { disqualification, selectReplica } from "./replica-selection.ts";
import type { Master } from "./state.ts";
import { publish, type Turn } from "./turn.ts";

/**
 * `vedette observe-only yes`: a sentinel that stands beside a running set. It says no hello, so nobody counts it in;
 * it gives no vote and no order; and it says what it would do.
 */

/** The master is objectively down: this sentinel would fail over now. */
export function tellWouldFailOver(turn: Turn, master: Master): void {
  const { state, now } = turn;
  const { sentinels, settings } = master;
  const agreeing = [...sentinels.values()].filter(({ opinion }) => opinion.masterDown).length;
  const up = [...sentinels.values()].filter(({ sdown }) => !sdown.down).length;
  const chosen = selectReplica(state, master, now);
  const voters = `${up} of ${sentinels.size} others up, ${votesNeeded(master)} votes needed with this one`;
  const down = `${1 + agreeing} say down, quorum ${settings.quorum}`;
  const reasons = [...master.replicas.values()].map(
    (replica) => `${replica.name}: ${disqualification(state, replica, now) ?? "fit"}`,
  );
  const to =
    chosen === undefined
      ? "no replica"
      : `${chosen.name} (priority ${chosen.priority}, offset ${chosen.replicationOffset})`;
  const reason = `${down}; ${voters}; to ${to}${chosen === undefined ? `: ${reasons.join("; ")}` : ""}`;
  const target = chosen === undefined ? "nobody" : `${chosen.address.host} ${chosen.address.port}`;
  const payload = `${describeInstance(master)} to ${target} because ${reason}`;
  publish(turn, "+vedette-would-failover", payload, aboutInstance(master, { reason }));
}
