import type { Address } from "../base/address.ts";

/**
 * What a sentinel orders a data server to do in a planned switchover, one step each: a refusal tells
 * at which one it failed. The transaction of a failover (spec sentinel §6.8) is another thing: its
 * order is fixed and its outcome is read from INFO.
 */
export type ServerOrder =
  /** Finds out what this user may do, by what changes nothing. */
  | { readonly kind: "probe-rights" }
  /** Writes wait for so long at most; reads go on. Replaces a shorter pause. */
  | { readonly kind: "pause-writes"; readonly forMs: number }
  | { readonly kind: "resume-writes" }
  /** The server's own hand-over (Redis 6.2 and later): it waits for the target and changes places. */
  | { readonly kind: "hand-over"; readonly target: Address; readonly timeoutMs: number }
  | { readonly kind: "abort-hand-over" }
  /** REPLICAOF alone: nothing is written down and nobody is cut off. */
  | { readonly kind: "follow"; readonly master: Address }
  | { readonly kind: "be-master" }
  /** CONFIG REWRITE: the role outlives a restart. */
  | { readonly kind: "write-down" }
  /** Ordinary and pub/sub clients are cut off and look for the master anew. */
  | { readonly kind: "cut-clients" };

/** An operand that is no number: an argument error where the command is allowed, NOPERM where not. */
const NO_NUMBER = "probe";

/** The commands of an order, in their order. */
export function wordsOfOrder(order: ServerOrder): readonly (readonly string[])[] {
  switch (order.kind) {
    case "probe-rights":
      return [
        ["FAILOVER", "ABORT"],
        ["CLIENT", "PAUSE", NO_NUMBER, "WRITE"],
        ["CLIENT", "KILL", "TYPE", NO_NUMBER],
      ];
    case "pause-writes":
      return [["CLIENT", "PAUSE", String(order.forMs), "WRITE"]];
    case "resume-writes":
      return [["CLIENT", "UNPAUSE"]];
    case "hand-over": {
      const { host, port } = order.target;
      return [["FAILOVER", "TO", host, String(port), "TIMEOUT", String(order.timeoutMs)]];
    }
    case "abort-hand-over":
      return [["FAILOVER", "ABORT"]];
    case "follow":
      return [["SLAVEOF", order.master.host, String(order.master.port)]];
    case "be-master":
      return [["SLAVEOF", "NO", "ONE"]];
    case "write-down":
      return [["CONFIG", "REWRITE"]];
    case "cut-clients":
      return [
        ["CLIENT", "KILL", "TYPE", "normal"],
        ["CLIENT", "KILL", "TYPE", "pubsub"],
      ];
  }
}

/** What a data server lets this sentinel do. */
export interface ServerRights {
  /** It has FAILOVER, and this user may use it. */
  readonly mayHandOver: boolean;
  /** It has CLIENT PAUSE … WRITE, and this user may use it. */
  readonly mayPause: boolean;
  readonly mayCutClients: boolean;
  /** What is missing, for a person: `NOPERM … 'failover' command`. */
  readonly missing: readonly string[];
}

/** @param refusals of the commands of `probe-rights`, in their order */
export function rightsFrom([failover, pause, kill]: readonly (string | undefined)[]): ServerRights {
  const missing: string[] = [];
  const may = (command: string, refusal: string | undefined): boolean => {
    // Answered OK, it has done something: that is allowed for certain.
    if (refusal === undefined || !isMissing(refusal)) return true;
    missing.push(`${command}: ${refusal}`);
    return false;
  };
  return {
    mayHandOver: may("FAILOVER", failover),
    mayPause: may("CLIENT PAUSE", pause),
    mayCutClients: may("CLIENT KILL", kill),
    missing,
  };
}

/** Old servers do not know the command, or not these arguments of it; others forbid it. */
function isMissing(refusal: string): boolean {
  return /^(NOPERM|NOAUTH|ERR (unknown|Unknown) (sub)?command|ERR syntax error|ERR wrong number|LOADING|BUSY|MASTERDOWN)/.test(
    refusal,
  );
}
