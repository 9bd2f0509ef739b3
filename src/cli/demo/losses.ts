/** A write that was acknowledged, by whichever server was the master then. */
export interface Acknowledgement {
  /** Writes are numbered from 1, each is sent after the one before was acknowledged. */
  readonly number: number;
  readonly atMs: number;
  /** Port of the server that acknowledged it. */
  readonly port: number;
}

/** What a failover did to the writes. */
export interface LossAccount {
  /** Numbers of acknowledged writes that the new master does not hold. */
  readonly lost: readonly number[];
  /**
   * Asynchronous replication loses the end of what the old master acknowledged, nothing else. A
   * hole before that end, or a write that the new master itself acknowledged, is another matter:
   * this names the first such write.
   */
  readonly unexplained: number | undefined;
}

/** How long nobody's write was acknowledged, and when that ended. */
export interface WriteOutage {
  /** The longest time between two acknowledgements in a row, ms. */
  readonly longestGapMs: number;
  /** When the new master acknowledged its first write; undefined when it has not yet. */
  readonly resumedAtMs: number | undefined;
}

/** Which server became the master, and when the trouble began. */
export interface Succession {
  readonly startedAtMs: number;
  readonly newMasterPort: number;
}

/**
 * Compares what was acknowledged with what the new master holds.
 * @param acknowledged in the order of their numbers
 */
export function accountForLosses(
  acknowledged: readonly Acknowledgement[],
  isHeld: (write: number) => boolean,
  succession: Succession,
): LossAccount {
  const firstOfNew = indexOfFirstByNewMaster(acknowledged, succession);
  const ofOld = firstOfNew === -1 ? acknowledged.length : firstOfNew;
  let heldEnd = ofOld;
  while (heldEnd > 0 && !isHeldAt(acknowledged, heldEnd - 1, isHeld)) heldEnd--;
  const lost: number[] = [];
  let unexplained: number | undefined;
  for (const [index, { number }] of acknowledged.entries()) {
    if (isHeld(number)) continue;
    lost.push(number);
    if (index < heldEnd || index >= ofOld) unexplained ??= number;
  }
  return { lost, unexplained };
}

export function writeOutage(
  acknowledged: readonly Acknowledgement[],
  succession: Succession,
): WriteOutage {
  const first = acknowledged[indexOfFirstByNewMaster(acknowledged, succession)];
  let longestGapMs = 0;
  let previousMs: number | undefined;
  for (const { atMs } of acknowledged) {
    if (atMs >= succession.startedAtMs && previousMs !== undefined) {
      longestGapMs = Math.max(longestGapMs, atMs - previousMs);
    }
    previousMs = atMs;
  }
  return { longestGapMs, resumedAtMs: first?.atMs };
}

function indexOfFirstByNewMaster(
  acknowledged: readonly Acknowledgement[],
  { startedAtMs, newMasterPort }: Succession,
): number {
  return acknowledged.findIndex((ack) => ack.atMs >= startedAtMs && ack.port === newMasterPort);
}

function isHeldAt(
  acknowledged: readonly Acknowledgement[],
  index: number,
  isHeld: (write: number) => boolean,
): boolean {
  const ack = acknowledged[index];
  return ack !== undefined && isHeld(ack.number);
}
