/**
 * What the answer to a sentinel's PING says. The first three are accepted as signs of life; every
 * answer shows that the link works. Source: sentinel spec §2.7.
 */
export type PingReply = "pong" | "loading" | "master-down" | "busy" | "refused";

const PREFIXES: readonly (readonly [string, PingReply])[] = [
  ["PONG", "pong"],
  ["LOADING", "loading"],
  ["MASTERDOWN", "master-down"],
  ["BUSY", "busy"],
];

/** @param line text of a status or an error reply; undefined for a reply of any other kind */
export function classifyPingReply(line: string | undefined): PingReply {
  if (line === undefined) return "refused";
  return PREFIXES.find(([prefix]) => line.startsWith(prefix))?.[1] ?? "refused";
}

/** Whether the instance counts as alive after this answer. */
export function isAcceptedPingReply(reply: PingReply): boolean {
  return reply === "pong" || reply === "loading" || reply === "master-down";
}
