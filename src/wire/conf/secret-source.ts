/** Where a secret is kept that must not stand in the configuration. */
export type SecretSource =
  /** Its text without the line break at the end. Relative to `dir`. */
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "environment"; readonly name: string };

/** The two settings of a secret: `<secret>-file <path>` and `<secret>-env <variable>`. */
export const SOURCE_KINDS = [
  { suffix: "-file", word: "path", source: (path: string) => ({ kind: "file", path }) as const },
  {
    suffix: "-env",
    word: "variable",
    source: (name: string) => ({ kind: "environment", name }) as const,
  },
] as const;

/** For messages: never the secret itself. */
export function describeSource(source: SecretSource): string {
  return source.kind === "file" ? source.path : `the environment's ${source.name}`;
}

/** The words of its line behind the secret's name: `-file /run/secrets/redis`. */
export function sourceWords(source: SecretSource): { suffix: string; word: string } {
  return source.kind === "file"
    ? { suffix: "-file", word: source.path }
    : { suffix: "-env", word: source.name };
}
