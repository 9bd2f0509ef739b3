import {
  type ExtensionSetting,
  extensionSyntax,
  extensionText,
} from "../../src/wire/sentinel-conf/extension-kinds.ts";
import { EXTENSION_TABLES } from "../../src/wire/sentinel-conf/extension-settings.ts";
import { GLOBAL_FORMS } from "../../src/wire/sentinel-conf/global-forms.ts";
import { MASTER_FORMS, MONITOR_FORM } from "../../src/wire/sentinel-conf/master-forms.ts";
import { OWN_SECRET_SETTINGS } from "../../src/wire/sentinel-conf/secret-lines.ts";
import { SENTINEL_INITIAL_VALUES } from "../../src/wire/sentinel-conf/daemon-settings.ts";
import {
  VEDETTE_GLOBAL_FORMS,
  VEDETTE_MASTER_FORMS,
} from "../../src/wire/sentinel-conf/vedette-lines.ts";
import {
  findParameter,
  PARAMETER_NAMES,
  type ParameterName,
  parameterOf,
} from "../../src/wire/conf/redis-parameters.ts";
import { serverRefusal } from "../../src/wire/server-conf/unsupported.ts";
import {
  DAEMON_SUMMARIES,
  OWN_LINE_SUMMARIES,
  SENTINEL_SUMMARIES,
} from "./configuration-summaries.ts";

/** The page docs/configuration.md, made from the tables that the programs read their files with. */
export function configurationReference(): string {
  return [
    INTRODUCTION,
    "## What is watched: `sentinel …`\n",
    table(["line", "what it is for"], sentinelRows()),
    OWN_INTRODUCTION,
    "### Of one master: `vedette <setting> <master> …`\n",
    table(OWN_HEAD, ownRows(EXTENSION_TABLES.master, "<name> ")),
    otherOwnLines(VEDETTE_MASTER_FORMS, EXTENSION_TABLES.master),
    "### Of the sentinel itself: `vedette <setting> …`\n",
    table(OWN_HEAD, ownRows(EXTENSION_TABLES.global, "")),
    otherOwnLines(VEDETTE_GLOBAL_FORMS, EXTENSION_TABLES.global),
    "### Secrets that do not stand in the file\n",
    `${OWN_SECRET_SETTINGS.map((each) => `\`vedette ${each}\``).join(", ")}: a path, or the name of an environment variable. Files are read again when they change ([security.md](security.md)).\n`,
    "## The daemon: directives of redis.conf\n",
    "These have an effect on a sentinel. All others that redis-server knows are accepted, as redis-sentinel accepts them, and mean nothing here.\n",
    table(["directive", "default", "what it is for"], daemonRows()),
    "Besides: `include <path>`, `user <name> <rules>`, `rename-command <command> <new name>`.\n",
    "## vedette-server\n",
    'What redis.conf has. "Run time": `CONFIG SET` may change it. "Only the default": the feature does not exist here, and any other value is refused at the start with a line that says so.\n',
    table(["directive", "default", "run time"], serverRows()),
  ].join("\n");
}

const INTRODUCTION = `# Configuration

Made from the tables that the programs read their files with: \`npm run reference\` writes this page, and a test fails when it is out of
date. [sentinel.conf.example](../sentinel.conf.example) explains the same in the order in which one sets things up;
\`vedette check sentinel.conf\` says what is dangerous in a file.

A wrong line stops the start with \`file:line\`, what was expected and what to do; nothing is half-applied.
`;

const OWN_INTRODUCTION = `## What Redis does not have: \`vedette …\`

In the same file. To go back to redis-sentinel, delete these lines. "At once": \`SENTINEL SET <master> <setting> <value>\` or
\`SENTINEL CONFIG SET <setting> <value>\` changes it in the running sentinel and in its file. A setting of many lines takes one line's
words as one quoted value there, and its first word alone takes the line away.
`;

const OWN_HEAD = ["line", "default", "changes", "what it is for"];

/** A cell of a table, in which a bar would end it. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function code(text: string): string {
  return text === "" ? "none" : `\`${text}\``;
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(cell).join(" | ")} |`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [line(head), line(head.map(() => "---")), ...rows.map(line)];
  return `<!-- prettier-ignore-start -->\n\n${all.join("\n")}\n\n<!-- prettier-ignore-end -->\n`;
}

function summaryIn(summaries: Readonly<Record<string, string>>, name: string): string {
  const summary = summaries[name];
  if (summary === undefined) throw new Error(`configuration-summaries.ts says nothing of ${name}`);
  return summary;
}

function sentinelRows(): string[][] {
  const forms = [["monitor", MONITOR_FORM] as const, ...MASTER_FORMS, ...GLOBAL_FORMS];
  return forms.map(([name, { syntax }]) => [code(syntax), summaryIn(SENTINEL_SUMMARIES, name)]);
}

function ownRows(rows: ReadonlyMap<string, ExtensionSetting>, front: string): string[][] {
  return [...rows].map(([name, setting]) => [
    code(`vedette ${name} ${front}${extensionSyntax(setting)}`),
    code(extensionText(setting.initial)),
    setting.when === "at once" ? "at once" : "with the next start",
    setting.summary + rangeOf(setting),
  ]);
}

function rangeOf(setting: ExtensionSetting): string {
  if (setting.kind !== "number") return "";
  return ` (${setting.range.min} to ${setting.range.max})`;
}

/** Lines with a form of their own. */
function otherOwnLines(
  forms: ReadonlyMap<string, { readonly syntax: string }>,
  rows: ReadonlyMap<string, ExtensionSetting>,
): string {
  const others = [...forms].filter(([name]) => !rows.has(name));
  return table(
    ["line", "what it is for"],
    others.map(([name, { syntax }]) => [code(syntax), summaryIn(OWN_LINE_SUMMARIES, name)]),
  );
}

function daemonRows(): string[][] {
  return Object.entries(DAEMON_SUMMARIES).map(([name, summary]) => {
    const known = findParameter(name);
    if (known === undefined) throw new Error(`there is no directive ${name}`);
    return [code(name), code(defaultText(known, SENTINEL_INITIAL_VALUES[known])), summary];
  });
}

function defaultText(name: ParameterName, value: unknown): string {
  return parameterOf(name).kind.format(value);
}

function serverRows(): string[][] {
  return PARAMETER_NAMES.filter((name) => !parameterOf(name).isHidden).map((name) => {
    const { access, alias, initial } = parameterOf(name);
    const names = alias === undefined ? code(name) : `${code(name)}, ${code(alias)}`;
    return [
      names,
      code(defaultText(name, initial)),
      isAbsent(name) ? "only the default" : WHEN[access],
    ];
  });
}

const WHEN = {
  mutable: "yes",
  immutable: "no",
  protected: "with enable-protected-configs",
} as const;

/** Whether every other value is refused: asked with one that is never the default. */
function isAbsent(name: ParameterName): boolean {
  const { initial } = parameterOf(name);
  const other =
    typeof initial === "boolean" ? !initial : typeof initial === "number" ? initial + 1 : "x";
  return (
    typeof initial !== "object" && serverRefusal(name, other) !== undefined && name !== "daemonize"
  );
}
