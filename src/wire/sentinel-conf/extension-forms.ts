import { type ExtensionSetting, extensionSyntax, readExtension } from "./extension-kinds.ts";
import {
  EXTENSION_TABLES,
  extensionValue,
  type GlobalExtensions,
  type MasterExtensions,
  setExtension,
} from "./extension-settings.ts";
import type { MasterDraft, SentinelDraft } from "./sentinel-draft.ts";
import { assign, type Complaint, type StatementForm } from "./statement-form.ts";

/** Words of one line of a setting that has many: name and options. */
const LINE_WORDS_MAX = 64;

/** The lines of all global rows of the table. */
export const GLOBAL_EXTENSION_FORMS: ReadonlyMap<string, StatementForm<SentinelDraft>> = new Map(
  [...EXTENSION_TABLES.global].map(([name, setting]) => [
    name,
    {
      syntax: `vedette ${name} ${extensionSyntax(setting)}`,
      wordCounts: wordCounts(setting, 2),
      apply: (draft: SentinelDraft, words: readonly string[]) =>
        assignExtension(draft.extensions, { name, setting, words }),
    },
  ]),
);

/** The lines of all rows about a master. */
export const MASTER_EXTENSION_FORMS: ReadonlyMap<
  string,
  StatementForm<{ readonly master: MasterDraft }>
> = new Map(
  [...EXTENSION_TABLES.master].map(([name, setting]) => [
    name,
    {
      syntax: `vedette ${name} <name> ${extensionSyntax(setting)}`,
      wordCounts: wordCounts(setting, 3),
      apply: ({ master }: { readonly master: MasterDraft }, words: readonly string[]) =>
        assignExtension(master.extensions, { name, setting, words }),
    },
  ]),
);

/** @param single how many words a line has that takes one value, `vedette` not counted */
function wordCounts(setting: ExtensionSetting, single: number): readonly number[] {
  if (setting.kind !== "lines") return [single];
  return Array.from({ length: LINE_WORDS_MAX }, (_, more) => single + more);
}

/** Sets what the words say, or tells what is wrong with them. */
export function assignExtension(
  values: MasterExtensions | GlobalExtensions,
  given: {
    readonly name: string;
    readonly setting: ExtensionSetting;
    readonly words: readonly string[];
  },
): Complaint | undefined {
  const { name, setting, words } = given;
  const current = extensionValue(values, name);
  return assign(readExtension(name, setting, { words, current }), (value) => {
    setExtension(values, name, value);
  });
}
