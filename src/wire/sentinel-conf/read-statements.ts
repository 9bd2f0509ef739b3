import { masterName } from "../../base/ids.ts";
import { sentinelSetting } from "../conf/conf-keys.ts";
import { type ConfLine, mistakeAt } from "../conf/conf-lines.ts";
import type { ConfigMistake } from "../conf/config-mistake.ts";
import { GLOBAL_FORMS } from "./global-forms.ts";
import { MASTER_FORMS, type MasterTarget, MONITOR_FORM } from "./master-forms.ts";
import { emptyDraft, type SentinelDraft } from "./sentinel-draft.ts";
import type { Complaint, StatementForm } from "./statement-form.ts";
import {
  unknownVedetteSetting,
  VEDETTE_GLOBAL_FORMS,
  VEDETTE_MASTER_FORMS,
} from "./vedette-lines.ts";

export interface StatementReading {
  readonly draft: SentinelDraft;
  readonly mistakes: readonly ConfigMistake[];
}

/** A `sentinel` or `vedette` line with the name of its setting. */
interface Statement {
  readonly line: ConfLine;
  readonly isOurs: boolean;
  readonly setting: string;
  /** Behind the setting. */
  readonly words: readonly string[];
}

/**
 * Reads the `sentinel …` and `vedette …` lines. Their order in the file is free: settings of the sentinel come
 * first, then what it monitors, then what is set for each master (sentinel spec §9.1).
 */
export function readStatements(
  lines: readonly ConfLine[],
  isExecutable: (path: string) => boolean,
): StatementReading {
  const draft = emptyDraft();
  const mistakes: ConfigMistake[] = [];
  const statements = withoutSuperseded(lines.flatMap(toStatement));

  const complain = ({ line, setting }: Statement, complaint: Complaint | undefined): void => {
    if (complaint === undefined) return;
    const directive = `${line.directive} ${setting}`;
    mistakes.push({ ...mistakeAt(line, complaint.message, complaint.expected), directive });
  };

  for (const statement of statements) {
    const { isOurs, setting } = statement;
    const form = (isOurs ? VEDETTE_GLOBAL_FORMS : GLOBAL_FORMS).get(setting);
    if (form !== undefined) complain(statement, fill(form, statement, draft));
    else complain(statement, refuseUnknown(statement));
  }
  for (const statement of statements) {
    const isMonitor = statement.setting === "monitor" && !statement.isOurs;
    if (isMonitor) complain(statement, fill(MONITOR_FORM, statement, draft));
  }
  for (const statement of statements) {
    const form = masterFormOf(statement);
    if (form !== undefined)
      complain(statement, fillForMaster(form, statement, { draft, isExecutable }));
  }
  return { draft, mistakes };
}

/** A line that says only `sentinel` says nothing. */
function toStatement(line: ConfLine): Statement[] {
  const [word, ...words] = line.words;
  if (word === undefined) return [];
  const isOurs = line.directive === "vedette";
  return [{ line, isOurs, setting: isOurs ? word.toLowerCase() : sentinelSetting(word), words }];
}

function masterFormOf({ isOurs, setting }: Statement): StatementForm<MasterTarget> | undefined {
  return isOurs ? VEDETTE_MASTER_FORMS.get(setting) : MASTER_FORMS.get(setting);
}

function refuseUnknown({ isOurs, setting }: Statement): Complaint | undefined {
  if (isOurs) return VEDETTE_MASTER_FORMS.has(setting) ? undefined : unknownVedetteSetting(setting);
  if (isSentinelSetting(setting)) return undefined;
  return { message: UNRECOGNIZED, expected: "a setting that Sentinel has" };
}

/** @param setting in lower case and its one spelling */
export function isSentinelSetting(setting: string): boolean {
  return setting === "monitor" || GLOBAL_FORMS.has(setting) || MASTER_FORMS.has(setting);
}

const UNRECOGNIZED = "Unrecognized sentinel configuration statement.";

function fill<Target>(
  form: StatementForm<Target>,
  { line, words }: Statement,
  target: Target,
): Complaint | undefined {
  if (!form.wordCounts.includes(line.words.length)) {
    return { message: UNRECOGNIZED, expected: form.syntax };
  }
  return form.apply(target, words);
}

function fillForMaster(
  form: StatementForm<MasterTarget>,
  statement: Statement,
  { draft, isExecutable }: Omit<MasterTarget, "master">,
): Complaint | undefined {
  const [name = "", ...words] = statement.words;
  const master = draft.masters.get(masterName(name));
  if (master === undefined && draft.refusedMasters.has(name)) return undefined;
  if (master === undefined && form.wordCounts.includes(statement.line.words.length)) {
    return { message: "No such master with specified name.", expected: MONITOR_FORM.syntax };
  }
  if (master === undefined) return { message: UNRECOGNIZED, expected: form.syntax };
  return fill(form, { ...statement, words }, { master, draft, isExecutable });
}

/**
 * A sentinel writes what it knows into the main file, and that is newer than what the file includes
 * or the command line says: after a failover both may name the old master (W-30). So lines of
 * included files about a master that the main file has saved do not count, nor do settings that
 * a saved main file has itself; and the command line cannot monitor such a master again.
 */
function withoutSuperseded(statements: readonly Statement[]): readonly Statement[] {
  const main = statements.filter(({ line }) => line.source === "main");
  const savedMasters = new Set(
    main.filter(({ setting }) => setting === "config-epoch").map(({ words }) => words[0]),
  );
  const isSaved = main.some(({ setting }) => setting === "current-epoch");
  const settings = new Set(main.map(({ setting }) => setting));
  return statements.filter((statement) => {
    const { line, setting, words } = statement;
    if (line.source === "main") return true;
    const isOfMaster = setting === "monitor" || masterFormOf(statement) !== undefined;
    if (line.source === "command-line") {
      return setting !== "monitor" || !savedMasters.has(words[0]);
    }
    return isOfMaster ? !savedMasters.has(words[0]) : !(isSaved && settings.has(setting));
  });
}
