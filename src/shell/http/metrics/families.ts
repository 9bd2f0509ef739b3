import type { Family } from "./exposition.ts";

function gauge(help: string): Family {
  return { type: "gauge", help };
}

function counter(help: string): Family {
  return { type: "counter", help };
}

/**
 * What is read from the state when somebody scrapes. Labels have few values: names of masters, and of
 * replicas and sentinels the first digits of their run ids. Addresses stand in `…_info` alone.
 */
export const STATE_FAMILIES = {
  vedette_build_info: gauge("1; version of vedette and of Node"),
  vedette_start_time_seconds: gauge("When the sentinel was started, seconds since 1970"),
  vedette_masters: gauge("Masters that are watched"),
  vedette_current_epoch: gauge("The highest epoch seen"),
  vedette_tilt: gauge("1 in TILT: it watches and decides nothing"),
  vedette_links: gauge("Connections to servers and sentinels that there should be"),
  vedette_links_open: gauge("Connections to servers and sentinels that are open"),
  vedette_config_save_failing: gauge("1 while the disk refuses the configuration"),
  vedette_scripts_running: gauge("Notification and reconfiguration scripts that run"),
  vedette_scripts_queued: gauge("Scripts that run or wait"),
  vedette_clients: gauge("Clients of the sentinel's port"),
  vedette_subscribers: gauge("Clients that listen to events"),
  vedette_commands_total: counter("Commands of clients executed"),
  vedette_loop_delay_seconds: gauge(
    "How late the event loop was since the last scrape: the highest, and the 99th percentile",
  ),
  vedette_loop_utilization_ratio: gauge(
    "Share of the time since the last scrape that the loop was busy",
  ),
  vedette_webhook_deliveries_total: counter(
    "Notices by what became of them; failed: tries that were, each of which is made again",
  ),
  vedette_webhook_queue_length: gauge("Notices that wait for the receiver, held ones included"),
  vedette_webhook_oldest_pending_seconds: gauge(
    "How long the first of them has been waiting; 0: none waits",
  ),
  vedette_webhook_disabled: gauge("1: it answered 410 and gets nothing until a replay"),
  vedette_webhook_first_tries_total: counter("Notices that arrived with their first try"),
  vedette_webhook_first_tries_seconds_total: counter(
    "What those took together, from the event to the receiver's answer",
  ),
  process_cpu_seconds_total: counter("CPU time used, user and system"),
  process_resident_memory_bytes: gauge("Resident memory"),

  vedette_master_info: gauge("1; where the master is"),
  vedette_master_state: gauge("1 for the state that the master is in, 0 for the others"),
  vedette_master_config_epoch: gauge("Epoch of the configuration in force"),
  vedette_master_switches_total: counter("Changes of the master's address, whoever led them"),
  vedette_master_failover_aborts_total: counter("Failovers that this sentinel led and gave up"),
  vedette_master_last_switch_timestamp_seconds: gauge(
    "When the address changed last; 0: not since the start",
  ),
  vedette_master_at_risk_bytes_total: counter(
    "What failovers led here may have lost, by their receipts, at most",
  ),
  vedette_master_replicas: gauge("Known replicas"),
  vedette_master_replicas_ok: gauge("Replicas that are connected and not down"),
  vedette_master_replicas_promotable: gauge("Replicas that could be promoted now"),
  vedette_master_sentinels: gauge("Known sentinels, this one included"),
  vedette_master_sentinels_ok: gauge("Sentinels that are not down, this one included"),
  vedette_master_quorum: gauge("Sentinels that must agree that the master is down"),
  vedette_master_majority: gauge("Sentinels that must vote for a failover"),
  vedette_master_quorum_ok: gauge("1: quorum and majority can be had now"),
  vedette_master_failover_ready: gauge(
    "1: a failover could be agreed on, and would find a replica",
  ),
  vedette_master_paused: gauge("1: an operator has paused failovers"),
  vedette_master_config_drift: gauge("Other sentinels whose settings for it differ from ours"),
  vedette_master_writable_servers: gauge(
    "Servers of the group that call themselves master and are connected",
  ),
  vedette_master_last_ok_ping_seconds: gauge("Since the master's last accepted answer to PING"),
  vedette_master_info_age_seconds: gauge("Age of the master's last INFO"),
  vedette_master_offset_bytes: gauge("End of the master's replication stream"),

  vedette_replica_info: gauge("1; where the replica is"),
  vedette_replica_up: gauge("1: connected and not down"),
  vedette_replica_link_up: gauge("1: its link to its master is up"),
  vedette_replica_promotable: gauge("1: it could be promoted now"),
  vedette_replica_priority: gauge("Its replica-priority; 0: never to be promoted"),
  vedette_replica_offset_bytes: gauge("How much of the stream it has"),
  vedette_replica_lag_bytes: gauge("How much of the stream it lacks, by INFOs up to 10 s apart"),
  vedette_replica_info_age_seconds: gauge("Age of its last INFO"),

  vedette_sentinel_info: gauge(
    "1; where the other sentinel is, and its version if it is a vedette",
  ),
  vedette_sentinel_up: gauge("1: the other sentinel is connected and not down"),
  vedette_sentinel_last_hello_seconds: gauge("Since its last hello about this master"),
} as const satisfies Readonly<Record<string, Family>>;

export type StateFamily = keyof typeof STATE_FAMILIES;

/** The names of redis_exporter for a sentinel, with its labels, for dashboards made for those. */
export const EXPORTER_FAMILIES = {
  redis_up: gauge("Information about the Redis instance"),
  redis_sentinel_masters: gauge("The number of masters this sentinel is watching"),
  redis_sentinel_tilt: gauge("Sentinel is in TILT mode"),
  redis_sentinel_running_scripts: gauge("Number of scripts in execution right now"),
  redis_sentinel_scripts_queue_length: gauge("Queue of user scripts to execute"),
  redis_sentinel_simulate_failure_flags: gauge("Failures simulations"),
  redis_sentinel_master_status: gauge("Master status on Sentinel"),
  redis_sentinel_master_slaves: gauge("The number of slaves of the master"),
  redis_sentinel_master_ok_slaves: gauge("The number of okay slaves of the master"),
  redis_sentinel_master_sentinels: gauge("The number of sentinels monitoring this master"),
  redis_sentinel_master_ok_sentinels: gauge("The number of okay sentinels monitoring this master"),
  redis_sentinel_master_ckquorum_status: gauge("Master ckquorum status"),
  redis_sentinel_master_setting_ckquorum: gauge("Show the current ckquorum config for each master"),
  redis_sentinel_master_setting_down_after_milliseconds: gauge(
    "Show the current down-after-milliseconds config for each master",
  ),
  redis_sentinel_master_setting_failover_timeout: gauge(
    "Show the current failover-timeout config for each master",
  ),
  redis_sentinel_master_setting_parallel_syncs: gauge(
    "Show the current parallel-syncs config for each master",
  ),
  redis_sentinel_master_config_epoch: gauge("The current config-epoch for each master"),
  redis_sentinel_master_last_ok_ping_reply_seconds: gauge(
    "Seconds since the last ok ping reply of each master",
  ),
} as const satisfies Readonly<Record<string, Family>>;

export type ExporterFamily = keyof typeof EXPORTER_FAMILIES;
