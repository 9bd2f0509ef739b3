/** What INFO counts; CONFIG RESETSTAT sets it back. */
export interface Stats {
  commandsProcessed: number;
  keyspaceHits: number;
  keyspaceMisses: number;
  expiredKeys: number;
  evictedKeys: number;
  /** Highest use of memory that was looked at. */
  peakMemoryBytes: number;
  expiredFields: number;
  expireCapReached: number;
  syncFull: number;
  syncPartialOk: number;
  syncPartialErr: number;
  unexpectedErrorReplies: number;
  snapshots: number;
  replicationInputBytes: number;
  replicationOutputBytes: number;
  /** Samples of commands a second, newest last. */
  readonly opsSamples: number[];
  opsSampledAt: number;
  opsSampledCommands: number;
}

export function newStats(): Stats {
  return {
    commandsProcessed: 0,
    keyspaceHits: 0,
    keyspaceMisses: 0,
    expiredKeys: 0,
    evictedKeys: 0,
    peakMemoryBytes: 0,
    expiredFields: 0,
    expireCapReached: 0,
    syncFull: 0,
    syncPartialOk: 0,
    syncPartialErr: 0,
    unexpectedErrorReplies: 0,
    snapshots: 0,
    replicationInputBytes: 0,
    replicationOutputBytes: 0,
    opsSamples: [],
    opsSampledAt: 0,
    opsSampledCommands: 0,
  };
}

export function resetStats(stats: Stats): void {
  stats.opsSamples.length = 0;
  Object.assign(stats, { ...newStats(), opsSamples: stats.opsSamples });
}

/** Redis' estimate is the mean of this many samples taken every 100 ms. */
const OPS_SAMPLES = 16;
const OPS_SAMPLE_MS = 100;

/** @param now monotonic ms */
export function sampleOperations(stats: Stats, now: number): void {
  const elapsedMs = now - stats.opsSampledAt;
  if (elapsedMs < OPS_SAMPLE_MS) return;
  const commands = stats.commandsProcessed - stats.opsSampledCommands;
  stats.opsSampledAt = now;
  stats.opsSampledCommands = stats.commandsProcessed;
  stats.opsSamples.push((commands * 1000) / elapsedMs);
  if (stats.opsSamples.length > OPS_SAMPLES) stats.opsSamples.shift();
}

export function operationsPerSecond(stats: Stats): number {
  if (stats.opsSamples.length === 0) return 0;
  const sum = stats.opsSamples.reduce((total, sample) => total + sample, 0);
  return Math.max(0, Math.floor(sum / stats.opsSamples.length));
}
