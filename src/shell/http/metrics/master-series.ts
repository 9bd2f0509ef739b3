import { formatAddress } from "../../../base/address.ts";
import type { RunId } from "../../../base/ids.ts";
import type { Millis } from "../../../base/units.ts";
import { isUp } from "../../../sentinel/links.ts";
import { lagBytes, replicationOffset } from "../../../sentinel/replica-health.ts";
import { driftsOf } from "../../../sentinel/config-drift.ts";
import { isPaused } from "../../../sentinel/maintenance/maintenance.ts";
import { whyHeldBack } from "../../../sentinel/maintenance/why-held-back.ts";
import { disqualification } from "../../../sentinel/replica-selection.ts";
import type {
  DataInstance,
  Master,
  Replica,
  Sentinel,
  SentinelState,
} from "../../../sentinel/state.ts";
import { MASTER_STATES, masterState } from "../../../sentinel/views/master-summary.ts";
import { quorumView } from "../../../sentinel/views/quorum-view.ts";
import { readableText } from "../reply-value.ts";
import type { EventMetrics } from "./event-metrics.ts";
import { type Exposition, labelValue, seconds } from "./exposition.ts";
import type { StateFamily } from "./families.ts";

type Out = Exposition<StateFamily>;

/** So much of a run id tells instances apart, and all sentinels call one the same. */
const ID_DIGITS = 12;

/** Everything about one master, its replicas and its other sentinels. */
export function addMaster(
  out: Out,
  {
    state,
    master,
    now,
  }: { readonly state: SentinelState; readonly master: Master; readonly now: Millis },
  events: EventMetrics,
): void {
  const label = `master="${labelValue(readableText(master.name))}"`;
  addState(out, label, master);
  const promotable = promotableOf(state, master, now);
  addQuorum(out, label, { state, master, now, promotable });
  addCounts(out, label, events, master);
  const { reported, link } = master;
  out.add("vedette_master_last_ok_ping_seconds", label, age(now, link.lastOkAt));
  if (reported.infoAt !== undefined) {
    out.add("vedette_master_info_age_seconds", label, age(now, reported.infoAt));
  }
  const offset = replicationOffset(master);
  if (offset !== undefined) out.add("vedette_master_offset_bytes", label, offset);
  for (const replica of master.replicas.values()) {
    addReplica(out, label, { replica, now, isPromotable: promotable.has(replica) });
  }
  for (const sentinel of master.sentinels.values()) addSentinel(out, label, sentinel, now);
}

/** Looked at once for each replica: there may be thousands of them. */
function promotableOf(state: SentinelState, { replicas }: Master, now: Millis): Set<Replica> {
  const all = [...replicas.values()];
  return new Set(all.filter((each) => disqualification(state, each, now) === undefined));
}

function addState(out: Out, label: string, master: Master): void {
  const state = masterState(master);
  for (const each of MASTER_STATES) {
    out.flag("vedette_master_state", `${label},state="${each}"`, each === state);
  }
  const address = labelValue(formatAddress(master.address));
  out.add("vedette_master_info", `${label},address="${address}"`, 1);
  out.add("vedette_master_config_epoch", label, master.configEpoch);
}

function addQuorum(
  out: Out,
  label: string,
  {
    state,
    master,
    now,
    promotable,
  }: {
    readonly state: SentinelState;
    readonly master: Master;
    readonly now: Millis;
    readonly promotable: ReadonlySet<Replica>;
  },
): void {
  const { needed, majority, voters, up, ok } = quorumView(master);
  const replicas = [...master.replicas.values()];
  out.add("vedette_master_quorum", label, needed);
  out.add("vedette_master_majority", label, majority);
  out.add("vedette_master_sentinels", label, voters);
  out.add("vedette_master_sentinels_ok", label, up);
  out.flag("vedette_master_quorum_ok", label, ok);
  out.add("vedette_master_replicas", label, replicas.length);
  out.add("vedette_master_replicas_ok", label, replicas.filter(isUp).length);
  out.add("vedette_master_replicas_promotable", label, promotable.size);
  const isFree = whyHeldBack({ state, now }, master) === undefined;
  out.flag("vedette_master_failover_ready", label, ok && isFree && promotable.size > 0);
  out.flag("vedette_master_paused", label, isPaused({ state, now }, master));
  out.add("vedette_master_config_drift", label, driftsOf(master).size);
  const writable = [master, ...replicas].filter(callsItselfMaster);
  out.add("vedette_master_writable_servers", label, writable.length);
}

function callsItselfMaster(instance: DataInstance): boolean {
  const { role, infoAt } = instance.reported;
  return isUp(instance) && role === "master" && infoAt !== undefined;
}

function addCounts(out: Out, label: string, events: EventMetrics, { masterName }: Master): void {
  const { switches, aborts, lastSwitchSeconds, atRiskBytes } = events.of(masterName);
  out.add("vedette_master_switches_total", label, switches);
  out.add("vedette_master_failover_aborts_total", label, aborts);
  out.add("vedette_master_at_risk_bytes_total", label, atRiskBytes);
  out.add("vedette_master_last_switch_timestamp_seconds", label, lastSwitchSeconds);
}

function addReplica(
  out: Out,
  masterLabel: string,
  {
    replica,
    now,
    isPromotable,
  }: { readonly replica: Replica; readonly now: Millis; readonly isPromotable: boolean },
): void {
  const { runId, reported } = replica;
  // One that has never answered has no name that lasts: it is counted among the replicas, no more.
  if (runId === undefined) return;
  const label = `${masterLabel},replica="${shortId(runId)}"`;
  const address = labelValue(formatAddress(replica.address));
  out.add("vedette_replica_info", `${label},address="${address}"`, 1);
  out.flag("vedette_replica_up", label, isUp(replica));
  out.flag("vedette_replica_link_up", label, replica.masterLinkUp);
  out.flag("vedette_replica_promotable", label, isPromotable);
  out.add("vedette_replica_priority", label, replica.priority);
  out.add("vedette_replica_offset_bytes", label, replica.replicationOffset);
  const lag = lagBytes(replica);
  if (lag !== undefined) out.add("vedette_replica_lag_bytes", label, lag);
  if (reported.infoAt !== undefined) {
    out.add("vedette_replica_info_age_seconds", label, age(now, reported.infoAt));
  }
}

function addSentinel(out: Out, masterLabel: string, sentinel: Sentinel, now: Millis): void {
  const { link, runId } = sentinel;
  const label = `${masterLabel},sentinel="${shortId(runId)}"`;
  const address = labelValue(formatAddress(sentinel.address));
  const version = link.peer.kind === "vedette" ? labelValue(link.peer.version) : "";
  out.add("vedette_sentinel_info", `${label},address="${address}",version="${version}"`, 1);
  out.flag("vedette_sentinel_up", label, isUp(sentinel));
  out.add("vedette_sentinel_last_hello_seconds", label, age(now, sentinel.lastHelloReceivedAt));
}

function shortId(runId: RunId): string {
  return runId.slice(0, ID_DIGITS);
}

function age(now: Millis, since: Millis): number {
  return seconds(Math.max(0, Math.round(now - since)));
}
