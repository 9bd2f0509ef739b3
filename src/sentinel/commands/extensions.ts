import { splitQuotedWords } from "../../base/quoted-words.ts";
import { assignExtension } from "../../wire/sentinel-conf/extension-forms.ts";
import {
  EXTENSION_TABLES,
  type GlobalExtensions,
  type MasterExtensions,
} from "../../wire/sentinel-conf/extension-settings.ts";

/**
 * Sets one of our own settings from the one argument that SET and CONFIG SET have for it: a setting of many
 * lines gets one line's words in it, quoted as in the file.
 * @returns what was expected instead
 */
export function setExtensionText(
  values: MasterExtensions | GlobalExtensions,
  option: string,
  text: string,
): string | undefined {
  const name = option.toLowerCase();
  const setting = EXTENSION_TABLES.master.get(name) ?? EXTENSION_TABLES.global.get(name);
  if (setting === undefined) return "a setting that there is";
  const words = setting.kind === "lines" ? splitQuotedWords(text) : [text];
  if (words === undefined) return "balanced quotes";
  const complaint = assignExtension(values, { name, setting, words });
  return complaint === undefined ? undefined : (complaint.expected ?? complaint.message);
}
