import type { Group } from "./world.ts";

/**
 * Writes that a client was told are done and that the present master does not have. Asynchronous
 * replication loses some; how many is the measure of a failover, not a breach.
 */
export function lostWrites({ servers, writer }: Group): number[] {
  const master = servers.find((server) => server.isAlive && server.isMaster);
  if (master === undefined) return [];
  const kept = new Set(master.log.writes);
  return writer.acknowledged.filter((write) => !kept.has(write));
}
