/** What can go wrong, and what each stands for in real life. All of it is taken back in the end. */
export const FAULT_KINDS = [
  // SIGKILL, an out-of-memory kill, a deployment: the kernel closes the connections.
  "crash-sentinel",
  "crash-server",
  // The same at the worst moment: between two effects of one decision, before or after a save.
  "crash-between-effects",
  // A server without persistence, restarted: it comes back with its role and no data.
  "lose-data",
  // The machine is gone: no answer to anything, connections half open.
  "power-off",
  // SIGSTOP, a suspended virtual machine: connections stay, nobody reads them.
  "pause-sentinel",
  "pause-server",
  // A garbage collection, a busy machine: a pause of at most a second and a half.
  "stall-sentinel",
  // A machine that has too much to do: nothing for up to 420 ms, then a moment of work, and again.
  "slow-process",
  // A suspended or corrected machine: a monotonic clock leaps, or stands still for a while.
  "clock-jump",
  // A data server whose password was changed, or whose disk takes no snapshot and no CONFIG REWRITE.
  "wrong-password",
  "read-only-disk",
  // The network falls in two parts, one node falls out, or some ways work in one direction only.
  "partition",
  "isolate",
  "one-way",
  // One of three zones is cut off, with its sentinels, servers and clients.
  "zone-cut",
  // Everything to and from some nodes takes up to 400 ms more.
  "slow-ways",
  // Segments get lost: TCP repeats them, and what follows waits behind them.
  "lossy",
  // Connections overtake each other, and hellos come twice, the second time late.
  "reordering",
  "duplication",
  // A middlebox forgets connections: what one side or both send goes nowhere, and nobody is told.
  "half-open",
  // A middlebox resets a fifth of all connections.
  "reset-connections",
  // One sentinel's fsync takes up to three seconds more, or its disk is full.
  "slow-disk",
  "full-disk",
  // The machine of a sentinel went down and tore its file: it starts from the last good copy.
  "torn-file",
  // SENTINEL FAILOVER, whether it is a good moment or not.
  "operator-failover",
  // The same, COORDINATED: without loss, now and then to a replica or in a time that will not do.
  "operator-switchover",
  // RESET, REMOVE, MONITOR and SET on one sentinel; put right later by the same person.
  "operator-reset",
  "operator-remove",
  "operator-monitor",
  "operator-set",
] as const;

/** What only happens where hosts have names. */
export const NAME_FAULT_KINDS = [
  // A container ends and comes back under another address, now and then one that another had.
  "move-server",
  "move-sentinel",
  // Nobody gets an answer from the name server, or one name is unknown for a while.
  "names-stalled",
  "name-gone",
] as const;

/** What people who maintain a group order, at good moments and bad: only in worlds of that sort. */
export const MAINTENANCE = "operator-maintenance" as const;
/** What servers lose, or a whole group at once; in worlds where the guards can hold it. */
export const LOSS_FAULT_KINDS = [
  // A server that saves now and then, killed: it comes back with what it had at its last snapshot.
  "older-data",
  // A power cut: all servers of a group go down, and come back one after another.
  "blackout",
] as const;

/** A rack loses its power: the masters of most groups are gone at the same moment. */
export const KILL_MASTERS = "kill-masters" as const;

export type FaultKind =
  | (typeof FAULT_KINDS)[number]
  | (typeof NAME_FAULT_KINDS)[number]
  | typeof KILL_MASTERS
  | typeof MAINTENANCE
  | (typeof LOSS_FAULT_KINDS)[number];

const EVERY_KIND: ReadonlySet<string> = new Set([
  ...FAULT_KINDS,
  ...NAME_FAULT_KINDS,
  ...LOSS_FAULT_KINDS,
  KILL_MASTERS,
]);

export function isFaultKind(word: string): word is FaultKind {
  return EVERY_KIND.has(word);
}
