import { type SecretSource, SOURCE_KINDS } from "../conf/secret-source.ts";
import { GLOBAL_EXTENSION_FORMS, MASTER_EXTENSION_FORMS } from "./extension-forms.ts";
import { OWN_SECRET_SETTINGS } from "./secret-lines.ts";
import type { MasterDraft, SentinelDraft } from "./sentinel-draft.ts";
import { assign, readYesNo, type StatementForm } from "./statement-form.ts";

/**
 * Settings of our own, as `vedette <setting> …` lines in the same file: to go back to
 * redis-sentinel, delete them. One that is not here comes from a newer version and is a mistake.
 */

/** What is set for the sentinel itself: `vedette <setting> …`. */
export const VEDETTE_GLOBAL_FORMS: ReadonlyMap<string, StatementForm<SentinelDraft>> = new Map<
  string,
  StatementForm<SentinelDraft>
>([
  [
    "memory-lost",
    {
      syntax: "vedette memory-lost yes|no",
      wordCounts: [2],
      apply: (draft, [word = ""]) =>
        assign(readYesNo(word, "Please specify yes or no for memory-lost."), (value) => {
          draft.isMemoryLost = value;
        }),
    },
  ],
  ...GLOBAL_EXTENSION_FORMS,
]);

type VedetteMasterForm = StatementForm<{ readonly master: MasterDraft }>;

/** What is set for one master: `vedette <setting> <master> …`. */
export const VEDETTE_MASTER_FORMS: ReadonlyMap<string, VedetteMasterForm> = new Map([
  ...sourceForms("auth-pass", (master, source) => {
    master.authPassSource = source;
  }),
  ...sourceForms("auth-pass-next", (master, source) => {
    master.authPassNextSource = source;
  }),
  ...MASTER_EXTENSION_FORMS,
]);

/** Where a password of a master is kept: `<secret>-file` and `<secret>-env`. */
function sourceForms(
  secret: string,
  set: (master: MasterDraft, source: SecretSource) => void,
): [string, VedetteMasterForm][] {
  return SOURCE_KINDS.map(({ suffix, word, source }) => [
    `${secret}${suffix}`,
    {
      syntax: `vedette ${secret}${suffix} <name> <${word}>`,
      wordCounts: [3],
      apply: ({ master }, [target = ""]) => {
        set(master, source(target));
        return target === "" ? { message: `Empty ${word}.` } : undefined;
      },
    },
  ]);
}

export const VEDETTE_SETTINGS: readonly string[] = [
  ...VEDETTE_GLOBAL_FORMS.keys(),
  ...VEDETTE_MASTER_FORMS.keys(),
];

export function unknownVedetteSetting(name: string): { message: string; expected: string } {
  return {
    message: `Unknown vedette setting '${name}'`,
    expected: `one of ${[...VEDETTE_SETTINGS, ...OWN_SECRET_SETTINGS].join(", ")}`,
  };
}
