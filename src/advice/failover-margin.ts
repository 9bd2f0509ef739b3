import { majorityOf } from "./voters.ts";

/** Who could agree on a failover of one master now. */
export interface VotersNow {
  /** All that count: those known, whatever became of them. */
  readonly voters: number;
  /** Those that can be reached now, the asked one among them. */
  readonly usable: number;
  readonly quorum: number;
  /** Replicas that may be promoted now. */
  readonly eligible: number;
}

/** @returns how many sentinels more may be lost; negative: so many are missing already */
export function sentinelsToSpare({ voters, usable, quorum }: VotersNow): number {
  return usable - Math.max(quorum, majorityOf(voters));
}

export function canFailOver(now: VotersNow): boolean {
  return sentinelsToSpare(now) >= 0 && now.eligible > 0;
}

/** What would be lost next, in words: what the person has to know before anything else breaks. */
export function marginText(now: VotersNow): string {
  const { voters, usable, quorum, eligible } = now;
  const spare = sentinelsToSpare(now);
  const needed = Math.max(quorum, majorityOf(voters));
  if (quorum > voters) {
    return `no failover is possible: quorum ${quorum} is more than the ${counted(voters, "sentinel")} there ${voters === 1 ? "is" : "are"}`;
  }
  if (spare < 0) {
    return `no failover is possible: ${usable} of ${counted(voters, "sentinel")} reached, ${needed} needed`;
  }
  if (eligible === 0) return "no failover is possible: no replica may be promoted now";
  const replica = eligible === 1 ? "one more replica" : undefined;
  const sentinel = spare === 0 ? "one more sentinel" : undefined;
  if (replica !== undefined || sentinel !== undefined) {
    const lost = [sentinel, replica].filter((each) => each !== undefined).join(" or ");
    return `${lost} lost and no failover is possible`;
  }
  return `${counted(spare, "sentinel")} and ${counted(eligible - 1, "replica")} more may be lost`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
