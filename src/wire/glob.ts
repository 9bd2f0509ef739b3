/**
 * Redis' glob patterns: `*`, `?`, `[abc]`, `[^a-z]`, and `\` before a character that stands for
 * itself. Takes time proportional to pattern times text in the worst case, never more: a pattern
 * comes from a client.
 */
export function matchesGlob(
  pattern: string,
  text: string,
  { ignoreCase }: { readonly ignoreCase: boolean } = { ignoreCase: false },
): boolean {
  return ignoreCase ? matches(pattern.toLowerCase(), text.toLowerCase()) : matches(pattern, text);
}

/** Whether the text holds a character that makes it a pattern rather than a name. */
export function hasGlob(text: string): boolean {
  return /[*?[]/.test(text);
}

function matches(pattern: string, text: string): boolean {
  let inPattern = 0;
  let inText = 0;
  // Where to go on after a mismatch: behind the latest `*`, which then takes one character more.
  let behindStar = -1;
  let starTookUntil = 0;
  while (inText < text.length) {
    if (pattern.charAt(inPattern) === "*") {
      behindStar = ++inPattern;
      starTookUntil = inText;
      continue;
    }
    const end = matchOne(pattern, inPattern, text.charAt(inText));
    if (end !== undefined) {
      inPattern = end;
      inText++;
    } else if (behindStar >= 0) {
      inPattern = behindStar;
      inText = ++starTookUntil;
    } else {
      return false;
    }
  }
  while (pattern.charAt(inPattern) === "*") inPattern++;
  return inPattern >= pattern.length;
}

/** @returns where the pattern goes on when its element at `at` matches the character */
function matchOne(pattern: string, at: number, char: string): number | undefined {
  if (at >= pattern.length) return undefined;
  switch (pattern.charAt(at)) {
    case "?":
      return at + 1;
    case "[":
      return matchClass(pattern, at + 1, char);
    case "\\": {
      const literal = at + 1 < pattern.length ? at + 1 : at;
      return pattern.charAt(literal) === char ? literal + 1 : undefined;
    }
    default:
      return pattern.charAt(at) === char ? at + 1 : undefined;
  }
}

/** A class that is not closed ends with the pattern. */
function matchClass(pattern: string, start: number, char: string): number | undefined {
  const negated = pattern.charAt(start) === "^";
  let at = negated ? start + 1 : start;
  let found = false;
  while (at < pattern.length && pattern.charAt(at) !== "]") {
    if (pattern.charAt(at) === "\\" && at + 1 < pattern.length) {
      found ||= pattern.charAt(at + 1) === char;
      at += 2;
    } else if (pattern.charAt(at + 1) === "-" && at + 2 < pattern.length) {
      found ||= isBetween(char, pattern.charAt(at), pattern.charAt(at + 2));
      at += 3;
    } else {
      found ||= pattern.charAt(at) === char;
      at++;
    }
  }
  return found === negated ? undefined : Math.min(at + 1, pattern.length);
}

function isBetween(char: string, one: string, other: string): boolean {
  return one <= other ? one <= char && char <= other : other <= char && char <= one;
}
