/** Where a request has keys, and what the command does with them: a key specification of Redis. */
export interface KeySpec {
  readonly begin: KeyBegin;
  readonly find: KeyFind;
  /** As COMMAND shows them: `RW`, `access`, `update` … */
  readonly flags: readonly string[];
  readonly notes: string | undefined;
}

export type KeyBegin =
  | { readonly kind: "index"; readonly index: number }
  /** Behind this word, looked for from there; from a negative place backwards. */
  | { readonly kind: "keyword"; readonly keyword: string; readonly from: number }
  | { readonly kind: "unknown" };

export type KeyFind =
  | {
      readonly kind: "range";
      /** Counted from the first key; negative from the end of the request. */
      readonly last: number;
      readonly step: number;
      /** Above 1 the keys are the first so-many-th part of what follows. */
      readonly limit: number;
    }
  /** The first word is the number of keys behind it. */
  | { readonly kind: "counted" }
  | { readonly kind: "unknown" };

/** One key at that place. */
export function at(index: number, flags: string, notes?: string): KeySpec {
  return upTo(index, { last: 0, step: 1 }, flags, notes);
}

export function upTo(
  index: number,
  { last, step }: { readonly last: number; readonly step: number },
  flags: string,
  notes?: string,
): KeySpec {
  return {
    begin: { kind: "index", index },
    find: { kind: "range", last, step, limit: 0 },
    flags: flags.split(" "),
    notes,
  };
}

/** @param index of the number of keys */
export function counted(index: number, flags: string, notes?: string): KeySpec {
  return {
    begin: { kind: "index", index },
    find: { kind: "counted" },
    flags: flags.split(" "),
    notes,
  };
}

export function behind(
  keyword: string,
  place: { readonly from: number; readonly last: number; readonly limit: number },
  flags: string,
  notes?: string,
): KeySpec {
  const { from, last, limit } = place;
  return {
    begin: { kind: "keyword", keyword, from },
    find: { kind: "range", last, step: 1, limit },
    flags: flags.split(" "),
    notes,
  };
}

/** Nobody can tell but the command itself. */
export function unknown(flags: string, notes?: string): KeySpec {
  return { begin: { kind: "unknown" }, find: { kind: "unknown" }, flags: flags.split(" "), notes };
}
