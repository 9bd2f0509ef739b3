import { bytesText, durationText } from "../../base/quantity-text.ts";
import type { MasterDetails } from "../api/types.ts";

/** What an operator may order here. */
export type Change =
  | { readonly kind: "failover" }
  | { readonly kind: "switchover"; readonly to: string | null }
  | { readonly kind: "pause"; readonly forMs: number; readonly reason: string }
  | { readonly kind: "resume" };

export type ChangeKind = Change["kind"];

export const TITLES: Readonly<Record<ChangeKind, string>> = {
  failover: "Fail over now",
  switchover: "Switch over",
  pause: "Pause failovers",
  resume: "Resume failovers",
};

/** What will come of it, for the person who is about to say yes. */
export function consequenceOf(change: Change, details: MasterDetails): string {
  const { name, address } = details;
  switch (change.kind) {
    case "failover":
      return `${takerOf(details)} becomes the master of ${name} in place of ${address}. ${lossOf(details)}${aloneText(details)}`;
    case "switchover": {
      const to = change.to ?? takerOf(details);
      return `${address} takes no writes for a moment, ${to} catches up and becomes the master of ${name}. Clients reconnect; no acknowledged write is lost. If ${to} does not catch up in time, all stays as it is.`;
    }
    case "pause":
      return `For ${durationText(change.forMs)} nobody takes over when ${address} dies: ${name} then has no master until somebody acts or the pause ends. Sentinels that are no vedettes are not bound by it.`;
    case "resume":
      return `Failovers of ${name} are possible again at once; if ${address} is down now, one begins.`;
  }
}

function takerOf({ ifMasterDied }: MasterDetails): string {
  return ifMasterDied.promoted ?? "the best replica";
}

function lossOf({ replicas }: MasterDetails): string {
  const lags = replicas.flatMap(({ promotable, lagBytes }) =>
    promotable && lagBytes !== null ? [lagBytes] : [],
  );
  const worst = Math.max(0, ...lags);
  const now = worst === 0 ? "" : `, up to ${bytesText(worst)} by the last figures`;
  return `Where the master is well, it is tried without loss; if that fails, writes that it has not received are lost${now}.`;
}

/** An order needs no majority; what that means where there is none. */
function aloneText({ quorum }: MasterDetails): string {
  if (quorum.ok) return "";
  return ` Only ${quorum.up} of ${quorum.voters} sentinels are reached: if the others are only cut off, they may name another master. Be sure that they are gone, or that the master is.`;
}

/** The path and body of the order. */
export function requestOf(change: Change): { readonly path: string; readonly body: object } {
  switch (change.kind) {
    case "failover":
      return { path: "failover", body: { force: false } };
    case "switchover":
      return { path: "switchover", body: { to: change.to, timeoutMs: null } };
    case "pause":
      return {
        path: "pause",
        body: {
          forSeconds: Math.round(change.forMs / 1_000),
          reason: change.reason === "" ? null : change.reason,
        },
      };
    case "resume":
      return { path: "resume", body: {} };
  }
}

/**
 * Why it cannot be ordered now; undefined: it can. Whether there is a replica to promote is for the sentinel
 * to say when it is ordered, and a failover by order needs neither quorum nor majority.
 */
export function obstacleTo(kind: ChangeKind, details: MasterDetails): string | undefined {
  const { state, paused, quorum, failover } = details;
  if (kind === "pause") return paused === null ? undefined : "it is paused already";
  if (kind === "resume") return paused === null ? "it is not paused" : undefined;
  if (failover.phase !== "none" && failover.phase !== "standing_by") return "a failover is running";
  if (kind === "failover") return undefined;
  if (!quorum.ok) return "too few sentinels are reached";
  return state === "ok" ? undefined : "the master is not well: fail over instead";
}
