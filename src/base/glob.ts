export interface GlobOptions {
  /** ASCII letters match in either case. */
  readonly nocase?: boolean;
}

const BACKSLASH = 92;
const CARET = 94;
const CLOSE = 93;
const DASH = 45;
const OPEN = 91;
const QUESTION = 63;
const STAR = 42;

/**
 * Redis' glob: `*` any text, `?` any character, `[abc]`, `[a-z]`, `[^a]`, and a backslash that takes
 * the next character literally. An unclosed class ends with the pattern.
 *
 * A mismatch goes back to the last star only: every other part matches exactly one character, so
 * giving an earlier star more cannot help. The work is at most pattern × text, never exponential.
 * Source: checked against KEYS of redis-server 7.0.
 */
export function globMatch(pattern: string, text: string, options: GlobOptions = {}): boolean {
  if (options.nocase === true) return matches(lowerAscii(pattern), lowerAscii(text));
  return matches(pattern, text);
}

function matches(pattern: string, text: string): boolean {
  let patternAt = 0;
  let textAt = 0;
  let retryPattern = -1;
  let retryText = 0;
  while (textAt < text.length) {
    if (pattern.charCodeAt(patternAt) === STAR) {
      patternAt++;
      if (patternAt === pattern.length) return true;
      retryPattern = patternAt;
      retryText = textAt;
      continue;
    }
    if (patternAt < pattern.length && holds(pattern, patternAt, text.charCodeAt(textAt))) {
      patternAt = endOfPart(pattern, patternAt);
      textAt++;
      continue;
    }
    if (retryPattern === -1) return false;
    patternAt = retryPattern;
    textAt = ++retryText;
  }
  while (pattern.charCodeAt(patternAt) === STAR) patternAt++;
  return patternAt === pattern.length;
}

/** Whether the part of the pattern at `at` (no star) matches this one character. */
function holds(pattern: string, at: number, code: number): boolean {
  const first = pattern.charCodeAt(at);
  if (first === QUESTION) return true;
  if (first === OPEN) return classHolds(pattern, at, code);
  if (first === BACKSLASH && at + 1 < pattern.length) return pattern.charCodeAt(at + 1) === code;
  return first === code;
}

function endOfPart(pattern: string, at: number): number {
  const first = pattern.charCodeAt(at);
  if (first === BACKSLASH) return Math.min(at + 2, pattern.length);
  if (first !== OPEN) return at + 1;
  let end = classStart(pattern, at);
  while (end < pattern.length && pattern.charCodeAt(end) !== CLOSE) {
    end = endOfClassItem(pattern, end);
  }
  return Math.min(end + 1, pattern.length);
}

function classHolds(pattern: string, at: number, code: number): boolean {
  const start = classStart(pattern, at);
  let found = false;
  let item = start;
  while (!found && item < pattern.length && pattern.charCodeAt(item) !== CLOSE) {
    found = classItemHolds(pattern, item, code);
    item = endOfClassItem(pattern, item);
  }
  return found !== (start === at + 2);
}

/** Where the items of a class begin: behind the bracket and a negating caret. */
function classStart(pattern: string, at: number): number {
  return pattern.charCodeAt(at + 1) === CARET ? at + 2 : at + 1;
}

function classItemHolds(pattern: string, at: number, code: number): boolean {
  const first = pattern.charCodeAt(at);
  if (isEscape(pattern, at)) return pattern.charCodeAt(at + 1) === code;
  if (!isRange(pattern, at)) return first === code;
  const last = pattern.charCodeAt(at + 2);
  return code >= Math.min(first, last) && code <= Math.max(first, last);
}

function endOfClassItem(pattern: string, at: number): number {
  if (isEscape(pattern, at)) return at + 2;
  return isRange(pattern, at) ? at + 3 : at + 1;
}

function isEscape(pattern: string, at: number): boolean {
  return pattern.charCodeAt(at) === BACKSLASH && at + 1 < pattern.length;
}

function isRange(pattern: string, at: number): boolean {
  return pattern.charCodeAt(at + 1) === DASH && at + 2 < pattern.length;
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
