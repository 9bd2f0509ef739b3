import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { type SecretSource, SOURCE_KINDS } from "../conf/secret-source.ts";

/** The sentinel's own secrets that may be kept elsewhere, by the names that their lines have. */
export type OwnSecret =
  | "requirepass"
  | "sentinel-pass"
  | "sentinel-pass-next"
  | "tls-key-file-pass"
  | "tls-client-key-file-pass";

export type OwnSecretSources = ReadonlyMap<OwnSecret, SecretSource>;

const OWN_SECRETS: readonly OwnSecret[] = [
  "requirepass",
  "sentinel-pass",
  "sentinel-pass-next",
  "tls-key-file-pass",
  "tls-client-key-file-pass",
];

/** Every setting of such a line, with what it says. */
const SETTINGS: ReadonlyMap<
  string,
  { readonly secret: OwnSecret; readonly kind: (typeof SOURCE_KINDS)[number] }
> = new Map(
  OWN_SECRETS.flatMap((secret) =>
    SOURCE_KINDS.map((kind) => [`${secret}${kind.suffix}`, { secret, kind }] as const),
  ),
);

export const OWN_SECRET_SETTINGS: readonly string[] = [...SETTINGS.keys()];

/** Whether the line is `vedette requirepass-file …` or of that kind. */
export function isOwnSecretLine({ directive, words: [setting = ""] }: ConfLine): boolean {
  return directive === "vedette" && SETTINGS.has(setting.toLowerCase());
}

/** @param lines of that kind; the last one about a secret counts */
export function readOwnSecrets(lines: readonly ConfLine[]): {
  readonly sources: OwnSecretSources;
  readonly mistakes: readonly ConfigMistake[];
} {
  const sources = new Map<OwnSecret, SecretSource>();
  const mistakes: ConfigMistake[] = [];
  for (const line of lines) {
    const [word = "", target = "", ...more] = line.words;
    const setting = SETTINGS.get(word.toLowerCase());
    if (setting === undefined) continue;
    const { secret, kind } = setting;
    if (target === "" || more.length > 0) {
      const expected = `vedette ${secret}${kind.suffix} <${kind.word}>`;
      mistakes.push(mistakeAt(line, "Wrong number of arguments.", expected));
    } else {
      sources.set(secret, kind.source(target));
    }
  }
  return { sources, mistakes };
}
