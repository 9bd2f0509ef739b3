/** In the order in which `ACL CAT` shows them; observed with redis-server 7.0.15. */
export const CATEGORIES = [
  "keyspace",
  "read",
  "write",
  "set",
  "sortedset",
  "list",
  "hash",
  "string",
  "bitmap",
  "hyperloglog",
  "geo",
  "stream",
  "pubsub",
  "admin",
  "fast",
  "slow",
  "blocking",
  "dangerous",
  "connection",
  "transaction",
  "scripting",
] as const;

export type Category = (typeof CATEGORIES)[number];

/** Categories of one command, a bit each in the order of CATEGORIES. */
export type CategorySet = number;

export function categorySet(names: readonly Category[]): CategorySet {
  let bits = 0;
  for (const name of names) bits |= bitOf(name);
  return bits;
}

export function isInCategory(categories: CategorySet, category: Category): boolean {
  return (categories & bitOf(category)) !== 0;
}

/** The names in a set, in the order of CATEGORIES. */
export function categoryNames(categories: CategorySet): Category[] {
  return CATEGORIES.filter((name) => isInCategory(categories, name));
}

/** @returns undefined for a word that is no category; letters of either case are the same */
export function parseCategory(word: string): Category | undefined {
  const name = word.toLowerCase();
  return CATEGORIES.find((category) => category === name);
}

function bitOf(category: Category): number {
  return 1 << CATEGORIES.indexOf(category);
}
