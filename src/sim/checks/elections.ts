import type { RunId } from "../../base/ids.ts";
import type { SentinelEvent } from "../../sentinel/events.ts";
import type { SentinelNode } from "../sentinel-node.ts";
import type { ReferenceLead, ReferenceVote, Told, Watcher } from "../watch.ts";
import { mustHold } from "./violation.ts";

/** One sentinel's claim to lead one failover. */
export interface Leadership {
  readonly master: string;
  readonly epoch: number;
  readonly leader: RunId;
}

/**
 * Who was given which vote and who took the lead, and the rules of an election.
 *
 * One vote: for every sentinel s, master m and epoch e, across restarts,
 *   |{leader : s told a vote for leader in (m, e), or asked for votes for itself in (m, e)}| <= 1.
 * Majority: a leader l of (m, e) that no operator forced has
 *   |{s : s told a vote for l in (m, e)}| + 1 >= max(quorum, floor(voters / 2) + 1),
 *   where voters = sentinels that l knows for m, and itself.
 * One leader: |{l : l led (m, e), not forced past the vote}| <= 1, unless an operator made one of
 * them forget the others (RESET, REMOVE): cut off, it is the majority of all it knows.
 */
export class Elections implements Watcher {
  /** Whom a sentinel gave its vote, by `master epoch voter`. */
  readonly #votes = new Map<string, RunId>();
  /** Who gave a vote, by `master epoch leader`. */
  readonly #voters = new Map<string, Set<string>>();
  /** Every lead taken, by `master epoch leader`. */
  readonly #led = new Set<string>();
  readonly #leaders = new Map<string, string>();
  /** Who was told to forget the others: cut off from them it is a majority of one, by order. */
  readonly #disturbed = new Set<string>();
  /** Which of them are models of redis-sentinel. */
  readonly #references = new Set<string>();
  /** Epochs that an operator's order took without a majority, by `master epoch`. */
  readonly #unvoted = new Set<string>();

  get unvotedCount(): number {
    return this.#unvoted.size;
  }

  get leaderCount(): number {
    return this.#leaders.size;
  }

  /** An operator forced this epoch on the group: nobody has agreed to it. */
  isUnvoted(master: string, epoch: number): boolean {
    return this.#unvoted.has(`${master} ${epoch}`);
  }

  /** Did it take the lead in that epoch, voted for or forced? */
  isLedBy(master: string, epoch: number, sentinel: string): boolean {
    return this.#led.has(`${master} ${epoch} ${sentinel}`);
  }

  told(sentinel: SentinelNode, told: Told): void {
    const voter = sentinel.state.myId;
    if (told.kind === "vote" && told.leaderEpoch > 0) {
      this.#vote(voter, told.leader, `${told.master} ${told.leaderEpoch}`);
    }
    if (told.kind === "ask" && told.candidate !== undefined) {
      this.#vote(voter, told.candidate, `${told.master} ${told.epoch}`);
    }
  }

  /** Its own rules are not ours to check; whom it counts for is. */
  referenceVoted({ master, epoch, voter, leader }: ReferenceVote): void {
    this.#countFor(`${master} ${epoch} ${leader}`, voter);
  }

  /**
   * The reference may take the lead with votes of two epochs (W-06), or none when it is forced:
   * where another leads that epoch too, nobody of ours is to blame.
   */
  referenceLed({ master, epoch, leader, isForced }: ReferenceLead): void {
    const election = `${master} ${epoch}`;
    this.#led.add(`${election} ${leader}`);
    const known = this.#leaders.get(election);
    if (isForced || (known !== undefined && known !== leader)) this.#unvoted.add(election);
    else this.#leaders.set(election, leader);
    this.#references.add(leader);
  }

  #vote(voter: RunId, leader: RunId, election: string): void {
    const key = `${election} ${voter}`;
    const given = this.#votes.get(key);
    mustHold(
      given === undefined || given === leader,
      "one vote per epoch",
      () => `${voter} voted for ${given ?? ""} and then for ${leader} in ${election}`,
    );
    if (given !== undefined) return;
    this.#votes.set(key, leader);
    this.#countFor(`${election} ${leader}`, voter);
  }

  #countFor(place: string, voter: string): void {
    const voters = this.#voters.get(place);
    if (voters === undefined) this.#voters.set(place, new Set([voter]));
    else voters.add(voter);
  }

  decided(sentinel: SentinelNode, event: SentinelEvent): void {
    if (event.name === "+reset-master" || event.name === "-monitor") {
      this.#disturbed.add(sentinel.state.myId);
    }
    if (event.name !== "+elected-leader") return;
    const { master, epoch } = event.about;
    mustHold(
      master !== undefined && epoch !== undefined,
      "an event says what it is about",
      () => event.payload,
    );
    this.#lead(sentinel, { master, epoch, leader: sentinel.state.myId });
  }

  #lead(sentinel: SentinelNode, leadership: Leadership): void {
    const { master, epoch, leader } = leadership;
    const election = `${master} ${epoch}`;
    const state = [...sentinel.state.masters.values()].find((each) => each.name === master);
    mustHold(state !== undefined, "a leader knows its master", () => election);
    this.#led.add(`${election} ${leader}`);
    const others = this.#voters.get(`${election} ${leader}`) ?? new Set<string>();
    const votes = new Set([...others, leader]).size;
    const voters = state.sentinels.size + 1;
    const needed = Math.max(state.settings.quorum, Math.floor(voters / 2) + 1);
    const isForced = "forced" in state.failover && state.failover.forced;
    // With no replica to promote a forced failover has ended in the very step in which it led.
    const mayBeForced = isForced || state.failover.phase === "none";
    if (mayBeForced && votes < needed) {
      this.#unvoted.add(election);
      return;
    }
    mustHold(
      votes >= needed,
      "a leader has majority and quorum",
      () => `${leader} leads ${election} with ${votes} of ${voters} votes, needed ${needed}`,
    );
    const known = this.#leaders.get(election);
    const isOther = known !== undefined && known !== leader;
    if (isOther && (this.#disturbed.has(leader) || this.#disturbed.has(known))) {
      this.#unvoted.add(election);
      return;
    }
    if (known !== undefined && this.#references.has(known)) {
      this.#unvoted.add(election);
      return;
    }
    mustHold(
      known === undefined || known === leader,
      "one leader per epoch",
      () => `${known ?? ""} and ${leader} both lead ${election}`,
    );
    this.#leaders.set(election, leader);
  }
}
