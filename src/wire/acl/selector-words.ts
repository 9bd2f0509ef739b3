/** Words as rules, or the word at which a parenthesis opens that is not closed. */
export type JoinedRules =
  | { readonly kind: "rules"; readonly rules: readonly string[] }
  | { readonly kind: "unmatched"; readonly word: string };

/** `(+get`, `~a)` are one rule of two words: put together again. */
export function joinSelectors(words: readonly string[]): JoinedRules {
  const rules: string[] = [];
  let open: string[] | undefined;
  for (const word of words) {
    if (open === undefined && !word.startsWith("(")) {
      rules.push(word);
      continue;
    }
    open = [...(open ?? []), word];
    if (!word.endsWith(")")) continue;
    rules.push(open.join(" "));
    open = undefined;
  }
  if (open === undefined) return { kind: "rules", rules };
  return { kind: "unmatched", word: open[0] ?? "" };
}
