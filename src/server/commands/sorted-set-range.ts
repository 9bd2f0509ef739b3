import { type Bytes, textOf } from "../../base/bytes.ts";
import { unreachable } from "../../base/assert.ts";
import { ERRORS } from "../errors.ts";
import { parseScoreBound, type ScoreBound } from "../score.ts";
import { integerOf } from "../strings.ts";
import type { SortedSet } from "../values/sorted-set.ts";

/** One end of a range of members: `-`, `+`, `[a` or `(a`. */
export type LexBound =
  | { readonly kind: "first" }
  | { readonly kind: "last" }
  | { readonly kind: "member"; readonly member: string; readonly exclusive: boolean };

/** Which members are meant, as the client says it; ranks may be negative. */
export type SortedSetRange =
  | { readonly by: "rank"; readonly from: number; readonly to: number }
  | { readonly by: "score"; readonly min: ScoreBound; readonly max: ScoreBound }
  | { readonly by: "lex"; readonly min: LexBound; readonly max: LexBound };

/** Ranks from one up to another, which is not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** @returns the error's text when a rank is no integer */
export function readRankRange(from: Bytes, to: Bytes): SortedSetRange | string {
  const first = integerOf(from);
  const last = integerOf(to);
  if (first === undefined || last === undefined) return ERRORS.notAnInteger;
  return { by: "rank", from: Number(first), to: Number(last) };
}

export function readScoreRange(min: Bytes, max: Bytes): SortedSetRange | string {
  const lower = parseScoreBound(textOf(min));
  const upper = parseScoreBound(textOf(max));
  if (lower === undefined || upper === undefined) return ERRORS.badScoreRange;
  return { by: "score", min: lower, max: upper };
}

export function readLexRange(min: Bytes, max: Bytes): SortedSetRange | string {
  const lower = lexBound(textOf(min));
  const upper = lexBound(textOf(max));
  if (lower === undefined || upper === undefined) return ERRORS.badLexRange;
  return { by: "lex", min: lower, max: upper };
}

function lexBound(text: string): LexBound | undefined {
  if (text === "-") return { kind: "first" };
  if (text === "+") return { kind: "last" };
  const [mark] = text;
  if (mark !== "[" && mark !== "(") return undefined;
  return { kind: "member", member: text.slice(1), exclusive: mark === "(" };
}

/** @param order in which ranks are counted; the span is in ascending order in any case */
export function spanOf(
  set: SortedSet,
  range: SortedSetRange,
  order: "ascending" | "descending" = "ascending",
): Span {
  switch (range.by) {
    case "rank": {
      const span = rankSpan(set.size, range);
      if (order === "ascending") return span;
      return { from: set.size - span.to, to: set.size - span.from };
    }
    case "score": {
      const { min, max } = range;
      return ordered(
        min.exclusive ? set.countUpTo(min.score) : set.countBelow(min.score),
        max.exclusive ? set.countBelow(max.score) : set.countUpTo(max.score),
      );
    }
    case "lex":
      return ordered(lexStart(set, range.min), lexEnd(set, range.max));
    default:
      return unreachable(range);
  }
}

function rankSpan(size: number, range: { readonly from: number; readonly to: number }): Span {
  const from = Math.max(0, range.from < 0 ? size + range.from : range.from);
  const to = Math.min(size, (range.to < 0 ? size + range.to : range.to) + 1);
  return ordered(Math.min(from, size), to);
}

function ordered(from: number, to: number): Span {
  return { from, to: Math.max(from, to) };
}

function lexStart(set: SortedSet, bound: LexBound): number {
  switch (bound.kind) {
    case "first":
      return 0;
    case "last":
      return set.size;
    case "member":
      return bound.exclusive
        ? set.countUpToMember(bound.member)
        : set.countBelowMember(bound.member);
    default:
      return unreachable(bound);
  }
}

function lexEnd(set: SortedSet, bound: LexBound): number {
  switch (bound.kind) {
    case "first":
      return 0;
    case "last":
      return set.size;
    case "member":
      return bound.exclusive
        ? set.countBelowMember(bound.member)
        : set.countUpToMember(bound.member);
    default:
      return unreachable(bound);
  }
}
