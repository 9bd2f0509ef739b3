import { formatAddress } from "../../../base/address.ts";
import type { Millis } from "../../../base/units.ts";
import { isUp } from "../../../sentinel/links.ts";
import { isRunning } from "../../../sentinel/script-queue.ts";
import type { Master, SentinelState } from "../../../sentinel/state.ts";
import { quorumView } from "../../../sentinel/views/quorum-view.ts";
import { readableText } from "../reply-value.ts";
import { type Exposition, labelValue, seconds } from "./exposition.ts";
import type { ExporterFamily } from "./families.ts";

type Out = Exposition<ExporterFamily>;

/** What redis_exporter tells of a sentinel, in its names and labels. */
export function addExporterTotals(out: Out, state: SentinelState): void {
  const { jobs } = state.scripts;
  let simulated = 0;
  if (state.failureSimulation.has("crash-after-election")) simulated += 1;
  if (state.failureSimulation.has("crash-after-promotion")) simulated += 2;
  out.add("redis_up", "", 1);
  out.add("redis_sentinel_masters", "", state.masters.size);
  out.flag("redis_sentinel_tilt", "", state.tilt.mode === "on");
  out.add("redis_sentinel_running_scripts", "", jobs.filter(isRunning).length);
  out.add("redis_sentinel_scripts_queue_length", "", jobs.length);
  out.add("redis_sentinel_simulate_failure_flags", "", simulated);
}

export function addExporterMaster(out: Out, master: Master, now: Millis): void {
  const { settings, link } = master;
  const name = labelValue(readableText(master.name));
  const address = labelValue(formatAddress(master.address));
  const label = `master_name="${name}",master_address="${address}"`;
  const status = master.odown.down ? "odown" : master.sdown.down ? "sdown" : "ok";
  const { up, voters, ok } = quorumView(master);
  const replicasOk = [...master.replicas.values()].filter(isUp);
  out.flag("redis_sentinel_master_status", `${label},master_status="${status}"`, status === "ok");
  out.add("redis_sentinel_master_slaves", label, master.replicas.size);
  out.add("redis_sentinel_master_ok_slaves", label, replicasOk.length);
  out.add("redis_sentinel_master_sentinels", label, voters);
  out.add("redis_sentinel_master_ok_sentinels", label, up);
  const message = ok ? `OK ${up} usable Sentinels` : `NOQUORUM ${up} usable Sentinels`;
  out.flag(
    "redis_sentinel_master_ckquorum_status",
    `master_name="${name}",message="${message}"`,
    ok,
  );
  out.add("redis_sentinel_master_setting_ckquorum", label, settings.quorum);
  out.add("redis_sentinel_master_setting_down_after_milliseconds", label, settings.downAfterMs);
  out.add("redis_sentinel_master_setting_failover_timeout", label, settings.failoverTimeoutMs);
  out.add("redis_sentinel_master_setting_parallel_syncs", label, settings.parallelSyncs);
  out.add("redis_sentinel_master_config_epoch", label, master.configEpoch);
  const pingAge = seconds(Math.max(0, Math.round(now - link.lastOkAt)));
  out.add("redis_sentinel_master_last_ok_ping_reply_seconds", label, pingAge);
}
