/** A write that a client was told is done. */
export interface Acknowledged {
  readonly client: string;
  readonly value: string;
  readonly atMs: number;
  /** Of the server that acknowledged it. */
  readonly server: string;
  /** Server and replication id: one server's time as a master, from its promotion or start on. */
  readonly reign: string;
  /** WAIT 1 said that a replica had it. */
  readonly isWaited: boolean;
}

/** When somebody was dead, stopped or cut off, in ms. */
export interface Absence {
  readonly member: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Ending {
  /** What the master of the end has. */
  readonly kept: ReadonlySet<string>;
  /** The master's own reign, as its clients saw it. */
  readonly reign: string;
  readonly servers: readonly string[];
}

/** INFO and PING tell of an absence late, and a client of an acknowledgement: so much is no sign. */
const MARGIN_MS = 3_000;

/**
 * What asynchronous replication does not explain. It explains the loss of
 *   the last writes of a reign that ended: what the promoted replica had was a prefix of it;
 *   writes that a replica had (WAIT 1), when a replica was away: it may have been that one;
 *   the same of a master that lived when another was promoted (SENTINEL FAILOVER, a machine so busy
 *   that it seemed down): until it is told, the other replica goes on following it.
 * @returns one line a breach
 */
export function unexplained(
  acknowledged: readonly Acknowledged[],
  absences: readonly Absence[],
  ending: Ending,
): string[] {
  const lost = acknowledged.filter(({ value }) => !ending.kept.has(value));
  return [
    ...lostInLastReign(lost, ending),
    ...lostAmongKept(acknowledged, ending),
    ...lostThoughWaited(lost, { acknowledged, absences, ending }),
  ];
}

/** When the last master began: what was lost was lost by then. */
function lastChangeMs(acknowledged: readonly Acknowledged[], { reign }: Ending): number {
  return acknowledged.find((write) => write.reign === reign)?.atMs ?? Number.POSITIVE_INFINITY;
}

function absencesUntil(endMs: number, absences: readonly Absence[]): readonly Absence[] {
  return absences.filter(({ fromMs }) => fromMs <= endMs);
}

function lostInLastReign(lost: readonly Acknowledged[], { reign }: Ending): string[] {
  return lost
    .filter((write) => write.reign === reign)
    .map((write) => `${tell(write)} is lost, though its master is the master still`);
}

/** The writes of one client in one reign were sent one after the other. */
function lostAmongKept(acknowledged: readonly Acknowledged[], { kept }: Ending): string[] {
  const breaches: string[] = [];
  const lostIn = new Map<string, Acknowledged>();
  for (const write of acknowledged) {
    const key = `${write.client} ${write.reign}`;
    const earlier = lostIn.get(key);
    if (!kept.has(write.value)) lostIn.set(key, earlier ?? write);
    else if (earlier !== undefined) {
      breaches.push(`${tell(earlier)} is lost and ${tell(write)}, behind it, is not`);
    }
  }
  return breaches;
}

interface Known {
  readonly acknowledged: readonly Acknowledged[];
  readonly absences: readonly Absence[];
  readonly ending: Ending;
}

function lostThoughWaited(lost: readonly Acknowledged[], known: Known): string[] {
  const { acknowledged, ending } = known;
  const absences = absencesUntil(lastChangeMs(acknowledged, ending), known.absences);
  return lost
    .filter(
      (write) =>
        write.isWaited &&
        !wasReplicaAway(write, absences, ending.servers) &&
        !wasDeposedAlive(write, { ...known, absences }),
    )
    .map((write) => `${tell(write)} is lost, though a replica had it and no replica was away`);
}

function wasReplicaAway(
  { server, atMs }: Acknowledged,
  absences: readonly Absence[],
  servers: readonly string[],
): boolean {
  return absences.some(
    ({ member, toMs }) => member !== server && servers.includes(member) && toMs >= atMs - MARGIN_MS,
  );
}

/** The next reign began just behind the write, and its master was not away in between. */
function wasDeposedAlive(
  { server, reign, atMs }: Acknowledged,
  { acknowledged, absences }: Known,
): boolean {
  const begins = acknowledged.filter((other) => other.reign !== reign && other.atMs > atMs);
  const nextMs = Math.min(...begins.map((other) => other.atMs));
  const wasAway = absences.some(
    ({ member, fromMs, toMs }) => member === server && fromMs <= nextMs && toMs >= atMs,
  );
  return !wasAway && nextMs - atMs <= MARGIN_MS;
}

function tell({ client, value, atMs, server, isWaited }: Acknowledged): string {
  return `${value} of ${client}, acknowledged by ${server} at ${Math.round(atMs)} ms${isWaited ? " and by a replica" : ""},`;
}
