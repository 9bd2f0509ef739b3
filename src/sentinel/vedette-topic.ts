import type { Sentinel } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Something that vedettes talk about over SENTINEL VEDETTE. */
export interface VedetteTopic {
  /**
   * Does and answers what a peer asks. Its words are a stranger's: anybody with access can send them.
   * @returns the words of the answer; undefined when the question makes no sense
   */
  readonly answer: (turn: Turn, words: readonly string[]) => readonly string[] | undefined;
  /**
   * Takes the answer of a peer, for each master that it is known for.
   * @param told.words what was asked
   * @param told.answer undefined when it was refused
   */
  readonly take: (
    turn: Turn,
    peer: Sentinel,
    told: { readonly words: readonly string[]; readonly answer: readonly string[] | undefined },
  ) => void;
}
