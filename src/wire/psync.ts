import type { Branded } from "../base/brand.ts";
import { parseInteger } from "./integers.ts";

/**
 * The lines by which a replica joins its master: PSYNC, its answers, and the header of the payload.
 * Lines stand without their line end where they are parsed, with it where they are formatted.
 * Source: server spec §2.3, §2.4, §2.6.
 */

/** 40 lowercase hex digits naming one history of writes; not the run id of a process. */
export type ReplicationId = Branded<string, "ReplicationId">;

const REPLICATION_ID = /^[0-9a-fA-F]{40}$/;

/** @returns the id in lowercase (ids compare without case), or undefined unless 40 hex digits */
export function parseReplicationId(text: string): ReplicationId | undefined {
  return REPLICATION_ID.test(text) ? (text.toLowerCase() as ReplicationId) : undefined;
}

/** Forty zeros: what stands where a history has no predecessor. */
export const NO_REPLICATION_ID = "0".repeat(40) as ReplicationId;

/** Where a replica wants to go on: the first byte it lacks, in the history it has. */
export interface ResumePoint {
  readonly replid: ReplicationId;
  readonly offset: number;
}

/** @param resume undefined asks for everything */
export function formatPsync(resume: ResumePoint | undefined): string[] {
  return resume === undefined
    ? ["PSYNC", "?", "-1"]
    : ["PSYNC", resume.replid, String(resume.offset)];
}

export type PsyncRequest =
  | { readonly kind: "full" }
  | { readonly kind: "partial"; readonly resume: ResumePoint }
  /** Names a history that cannot be ours (not 40 hex digits); answered by a full synchronisation. */
  | { readonly kind: "foreign" };

/**
 * The two words behind PSYNC.
 * @returns undefined when the offset is no integer: `ERR value is not an integer or out of range`
 */
export function parsePsyncRequest(words: {
  readonly replid: string;
  readonly offset: string;
}): PsyncRequest | undefined {
  const offset = parseInteger(words.offset);
  if (offset === undefined) return undefined;
  if (words.replid === "?") return { kind: "full" };
  const replid = parseReplicationId(words.replid);
  return replid === undefined
    ? { kind: "foreign" }
    : { kind: "partial", resume: { replid, offset } };
}

export function formatFullResync(snapshot: {
  readonly replid: ReplicationId;
  readonly offset: number;
}): string {
  return `+FULLRESYNC ${snapshot.replid} ${snapshot.offset}\r\n`;
}

/** @param replid undefined for a replica that did not announce `psync2` */
export function formatContinue(replid: ReplicationId | undefined): string {
  return replid === undefined ? "+CONTINUE\r\n" : `+CONTINUE ${replid}\r\n`;
}

export type PsyncReply =
  | { readonly kind: "keepalive" }
  | { readonly kind: "full"; readonly replid: ReplicationId; readonly offset: number }
  /** A FULLRESYNC whose id or offset cannot be read: sync, but never resume from it. */
  | { readonly kind: "full-unusable" }
  | { readonly kind: "continue"; readonly replid: ReplicationId | undefined }
  /** The master cannot serve now: close and try again. */
  | { readonly kind: "transient"; readonly text: string }
  /** The master does not know PSYNC: fall back to SYNC on the same socket. */
  | { readonly kind: "unknown"; readonly text: string };

/** The master's line behind PSYNC. */
export function parsePsyncReply(line: string): PsyncReply {
  if (line === "") return { kind: "keepalive" };
  const [word, id = "", offsetText = "", ...rest] = line.split(" ");
  if (word === "+FULLRESYNC") {
    const replid = parseReplicationId(id);
    const offset = parseInteger(offsetText);
    if (replid === undefined || offset === undefined || offset < 0 || rest.length > 0) {
      return { kind: "full-unusable" };
    }
    return { kind: "full", replid, offset };
  }
  if (word === "+CONTINUE") return { kind: "continue", replid: parseReplicationId(id) };
  if (line.startsWith("-NOMASTERLINK") || line.startsWith("-LOADING")) {
    return { kind: "transient", text: line.slice(1) };
  }
  return { kind: "unknown", text: line };
}

export type PayloadHeader =
  | { readonly kind: "keepalive" }
  | { readonly kind: "counted"; readonly bytes: number }
  /** Ends with the same 40 bytes; the master is silent until the first ACK. */
  | { readonly kind: "marked"; readonly marker: string }
  | { readonly kind: "failed"; readonly text: string }
  | { readonly kind: "bad-protocol" };

const MARKER_LENGTH = 40;

/** The line in front of the snapshot. */
export function parsePayloadHeader(line: string): PayloadHeader {
  if (line === "") return { kind: "keepalive" };
  if (line.startsWith("-")) return { kind: "failed", text: line.slice(1) };
  if (line.startsWith("$EOF:")) {
    const marker = line.slice("$EOF:".length);
    return marker.length === MARKER_LENGTH ? { kind: "marked", marker } : { kind: "bad-protocol" };
  }
  const bytes = line.startsWith("$") ? parseInteger(line.slice(1)) : undefined;
  return bytes !== undefined && bytes >= 0 ? { kind: "counted", bytes } : { kind: "bad-protocol" };
}

export function formatCountedHeader(bytes: number): string {
  return `$${bytes}\r\n`;
}

/** @param marker 40 random hex digits, sent again behind the payload without a line end */
export function formatMarkedHeader(marker: string): string {
  return `$EOF:${marker}\r\n`;
}
