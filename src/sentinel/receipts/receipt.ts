import type { Address } from "../../base/address.ts";
import type { MasterName, RunId } from "../../base/ids.ts";
import type { Epoch } from "../../base/units.ts";

/**
 * What is kept of each failover and switchover, and of each operator's order: plain data, as it
 * stands in `history.jsonl`. Addresses, ids and epochs print as they are; times are milliseconds.
 */
export type HistoryEntry = Receipt | AuditEntry;

/** Why the master was to change. `observed`: another sentinel led, this one was told of the result. */
export const CAUSES = [
  "auto",
  "crash",
  "witness",
  "empty-master",
  "cold-start",
  "manual",
  "forced",
  "switchover",
  "observed",
] as const;
export type Cause = (typeof CAUSES)[number];

/** In the order in which they can come; which of them do depends on the cause. */
export const PHASES = [
  /** From the last answer of the master to SDOWN here. */
  "detect",
  /** From SDOWN to ODOWN: the quorum. */
  "agree",
  /** Until this sentinel leads. */
  "elect",
  /** A planned change: may it be done, and does the target have all? */
  "check",
  "catch-up",
  /** Until a replica is chosen. */
  "select",
  /** The old master takes no writes. */
  "pause",
  "hand-over",
  /** From the order to INFO that says `role:master`. */
  "promote",
  /** Until the configuration is on disk and `+switch-master` is told. */
  "announce",
  /** The other replicas follow. */
  "reconfigure",
] as const;
export type Phase = (typeof PHASES)[number];

export interface PhaseTime {
  readonly phase: Phase;
  readonly ms: number;
}

export type Outcome =
  /** Under way; in a file: the sentinel ended before it was over. */
  | { readonly result: "running" }
  | { readonly result: "completed" }
  | { readonly result: "aborted"; readonly reason: string }
  /** This sentinel was restarted meanwhile: how it ended is not known here. */
  | { readonly result: "interrupted"; readonly reason: string };

/** Who gave an order. */
export interface Requester {
  readonly user: string;
  /** As CLIENT LIST shows it. */
  readonly address: string;
}

export interface Votes {
  /** This sentinel's own included. */
  readonly received: number;
  readonly needed: number;
  readonly voters: number;
  readonly quorum: number;
  /** Who voted for this one, itself included where it did. */
  readonly from: readonly RunId[];
}

/** A replica when one was chosen. */
export interface Candidate {
  readonly address: Address;
  readonly runId: RunId | undefined;
  readonly verdict: "chosen" | "eligible" | "last-resort" | "excluded";
  /** Why it was chosen, or why not: a phrase with the numbers. */
  readonly reason: string;
  readonly priority: number;
  readonly offset: number;
  /** Bytes behind the furthest offset known of the same history; undefined where there is none. */
  readonly behindBytes: number | undefined;
  readonly replid: string | undefined;
  readonly infoAgeMs: number | undefined;
}

/** How far the old master is known to have come, when its successor was chosen. */
export interface OldMaster {
  readonly runId: RunId | undefined;
  readonly replid: string | undefined;
  /** Of its last INFO. */
  readonly offset: number | undefined;
  readonly infoAgeMs: number | undefined;
  /** How long it had been silent. */
  readonly silentMs: number;
  /** The last and the highest rate of its stream that was seen lately. */
  readonly bytesPerSecond: number | undefined;
  readonly peakBytesPerSecond: number | undefined;
  readonly bytesPerCommand: number | undefined;
}

/** What the old master may have confirmed to clients and the promoted replica does not have. */
export interface AtRisk {
  /** Known to exist beyond the promoted replica's offset. */
  readonly bytesAtLeast: number;
  /** At the highest rate seen lately, up to the last moment at which it may have written. */
  readonly bytesAtMost: number | undefined;
  /** Commands, estimated by the average length of one; reads make them look shorter, and so more. */
  readonly operationsAtLeast: number | undefined;
  readonly operationsAtMost: number | undefined;
  /** The old master was not known to have ended: it may have written on until it was reached. */
  readonly mayGoOn: boolean;
  /** What the bounds rest on. */
  readonly basis: string;
}

/** Where the promoted replica left the old master's history. */
export interface Fork {
  readonly replid: string;
  /** The last byte that both have. */
  readonly offset: number;
}

/** The old master when it came back, before it was overwritten. */
export interface Returned {
  /** Wall time. */
  readonly at: number;
  readonly offset: number | undefined;
  /** What it had and its successor has not; undefined where that cannot be told. */
  readonly extraBytes: number | undefined;
  readonly extraOperations: number | undefined;
  readonly reason: string;
  readonly rescue: Rescue | undefined;
}

/** What became of those writes. */
export type Rescue =
  | {
      readonly result: "kept";
      /** Path of the commands; that of the keys ends in `.keys.jsonl`. */
      readonly file: string;
      readonly commands: number;
      readonly keys: number;
      /** Bytes of the stream that were no longer in the backlog, or over the limit. */
      readonly missingBytes: number;
    }
  | { readonly result: "failed"; readonly reason: string };

export interface Receipt {
  readonly kind: "failover";
  /** `master,epoch,cause`: the same failover has the same id wherever it is told. */
  readonly id: string;
  /** Wall time at which it began. */
  readonly at: number;
  /** Who wrote this. */
  readonly sentinel: RunId;
  readonly view: "leader" | "observer";
  readonly master: MasterName;
  readonly epoch: Epoch;
  readonly cause: Cause;
  readonly reason: string;
  readonly requestedBy: Requester | undefined;
  readonly outcome: Outcome;
  readonly from: Address;
  readonly to: Address | undefined;
  readonly phases: readonly PhaseTime[];
  readonly totalMs: number;
  readonly votes: Votes | undefined;
  readonly candidates: readonly Candidate[];
  readonly oldMaster: OldMaster | undefined;
  readonly atRisk: AtRisk | undefined;
  readonly fork: Fork | undefined;
  readonly returned: Returned | undefined;
  readonly notes: readonly string[];
}

/** An operator's order, done or refused. */
export interface AuditEntry {
  readonly kind: "audit";
  readonly id: string;
  readonly at: number;
  readonly sentinel: RunId;
  readonly master: MasterName | undefined;
  readonly by: Requester;
  /** The words of the command, secrets masked. */
  readonly command: string;
  /** `OK`, or the error that it was answered. */
  readonly answer: string;
}

export function receiptId(master: MasterName, epoch: Epoch, cause: Cause): string {
  return `${master},${epoch},${cause}`;
}
