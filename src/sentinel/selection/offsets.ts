import type { Master, Replica } from "../state.ts";

/** Are these two of one history, as far as anybody said? */
export function isOneHistory(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** The furthest that the master's history is known to have come, on any server. */
export function furthestOffset(master: Master): number {
  const { stream } = master.reported;
  let furthest = stream?.offset ?? 0;
  for (const replica of master.replicas.values()) {
    if (!isOneHistory(stream?.history?.replid, replica.reported.stream?.history?.replid)) continue;
    furthest = Math.max(furthest, replica.replicationOffset);
  }
  return furthest;
}

/** Bytes behind that; undefined where its history is another. */
export function behindBytes(replica: Replica): number | undefined {
  const { stream } = replica.master.reported;
  if (!isOneHistory(stream?.history?.replid, replica.reported.stream?.history?.replid))
    return undefined;
  return Math.max(0, furthestOffset(replica.master) - replica.replicationOffset);
}
