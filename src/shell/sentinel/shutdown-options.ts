import { SYNTAX_ERROR } from "../listener/session/session-errors.ts";

export type ShutdownMeant =
  { readonly kind: "shutdown" } | { readonly kind: "refused"; readonly error: string };

const NOTHING_TO_ABORT = "ERR No shutdown in progress.";

/**
 * `SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]`. A sentinel has nothing to save or to wait for,
 * so all that is left of the words is whether they go together (spec sentinel §7.13).
 */
export function parseShutdownOptions(words: readonly string[]): ShutdownMeant {
  const options = words.map((word) => word.toLowerCase());
  const isKnown = options.every((option) => OPTIONS.has(option));
  const isContradiction = options.includes("save") && options.includes("nosave");
  if (!isKnown || isContradiction) return { kind: "refused", error: SYNTAX_ERROR };
  if (!options.includes("abort")) return { kind: "shutdown" };
  return { kind: "refused", error: options.length > 1 ? SYNTAX_ERROR : NOTHING_TO_ABORT };
}

const OPTIONS: ReadonlySet<string> = new Set(["save", "nosave", "now", "force", "abort"]);
