/**
 * What the answer to a sentinel's PING says. The first three are accepted as signs of life; every
 * answer shows that the link works. Source: sentinel spec §2.7.
 */
export type PingReply = "pong" | "loading" | "master-down" | "busy" | CredentialFault | "refused";

/** Words of a server that lives and does not let us in, or ask. */
export type CredentialFault = "WRONGPASS" | "NOAUTH" | "NOPERM";

const CREDENTIAL_FAULTS: readonly CredentialFault[] = ["WRONGPASS", "NOAUTH", "NOPERM"];
/** WRONGPASS of servers before Redis 6. */
const INVALID_PASSWORD = "ERR invalid password";

/** @param line an error's text */
export function readCredentialFault(line: string): CredentialFault | undefined {
  if (line.startsWith(INVALID_PASSWORD)) return "WRONGPASS";
  return CREDENTIAL_FAULTS.find((word) => line.startsWith(word));
}

export function credentialFaultOf(reply: PingReply): CredentialFault | undefined {
  return CREDENTIAL_FAULTS.find((word) => word === reply);
}

const PREFIXES: readonly (readonly [string, PingReply])[] = [
  ["PONG", "pong"],
  ["LOADING", "loading"],
  ["MASTERDOWN", "master-down"],
  ["BUSY", "busy"],
];

/** @param line text of a status or an error reply; undefined for a reply of any other kind */
export function classifyPingReply(line: string | undefined): PingReply {
  if (line === undefined) return "refused";
  const known = PREFIXES.find(([prefix]) => line.startsWith(prefix))?.[1];
  return known ?? readCredentialFault(line) ?? "refused";
}

/** Whether the instance counts as alive after this answer. */
export function isAcceptedPingReply(reply: PingReply): boolean {
  return reply === "pong" || reply === "loading" || reply === "master-down";
}
