import type { DiskSettings } from "../disk.ts";
import type { NetworkSettings } from "../network.ts";
import type { ClusterPlan, GroupPlan } from "../plan.ts";
import type { RedisSettings } from "../redis-server.ts";

/** What a plan need not say: a small, quick installation with Sentinel's usual settings. */
export const USUAL_SERVER: RedisSettings = {
  priority: 100,
  protocol: 3,
  fullSyncMs: 50,
  loadMs: 10,
  replicationTimeoutMs: 10_000,
  serveStaleData: true,
};

export const USUAL_GROUP: Omit<GroupPlan, "servers"> = {
  name: "mymaster",
  quorum: 2,
  downAfterMs: 1_000,
  failoverTimeoutMs: 10_000,
  parallelSyncs: 1,
  writeIntervalMs: 200,
};

export const USUAL_NETWORK: NetworkSettings = { delayMs: 0.5, jitterMs: 0 };

export const USUAL_DISK: DiskSettings = { syncMs: 2, jitterMs: 0 };

export const USUAL_CLUSTER: ClusterPlan = {
  sentinels: 3,
  references: 0,
  hasNames: false,
  isGuarded: false,
  groups: [{ ...USUAL_GROUP, servers: [USUAL_SERVER, USUAL_SERVER] }],
  network: USUAL_NETWORK,
  disk: USUAL_DISK,
};
