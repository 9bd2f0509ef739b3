import type { ConfLine } from "../wire/conf/conf-lines.ts";
import { sentinelSetting } from "../wire/conf/conf-keys.ts";
import type { ExtensionSetting } from "../wire/sentinel-conf/extension-kinds.ts";
import { EXTENSION_TABLES } from "../wire/sentinel-conf/extension-settings.ts";
import { finding, type Rule } from "./checked-file.ts";

/** Settings of which a master or a sentinel has one. */
const SINGLE: ReadonlySet<string> = new Set([
  "down-after-milliseconds",
  "failover-timeout",
  "parallel-syncs",
  "master-reboot-down-after-period",
  "auth-pass",
  "auth-user",
  "notification-script",
  "client-reconfig-script",
  ...singles(EXTENSION_TABLES.master),
]);
const SINGLE_OF_SENTINEL: ReadonlySet<string> = new Set([
  "announce-ip",
  "announce-port",
  "sentinel-pass",
  "sentinel-user",
  "resolve-hostnames",
  "announce-hostnames",
  "deny-scripts-reconfig",
  ...singles(EXTENSION_TABLES.global),
]);

function singles(table: ReadonlyMap<string, ExtensionSetting>): string[] {
  return [...table].filter(([, { kind }]) => kind !== "lines").map(([name]) => name);
}

/** What is said twice with different values: the last line counts, which nobody sees who reads the first. */
export const repetitionRules: Rule = (file) => {
  const seen = new Map<string, { readonly line: ConfLine; readonly value: string }>();
  return file.lines.flatMap((line) => {
    const [word = "", ...words] = line.words;
    if (line.directive !== "sentinel" && line.directive !== "vedette") return [];
    const setting = sentinelSetting(word);
    const isOfMaster = SINGLE.has(setting);
    if (!isOfMaster && !SINGLE_OF_SENTINEL.has(setting)) return [];
    const key = isOfMaster ? `${setting} ${words[0] ?? ""}` : setting;
    const value = (isOfMaster ? words.slice(1) : words).join(" ");
    const earlier = seen.get(key);
    seen.set(key, { line, value });
    if (earlier === undefined || earlier.value === value) return [];
    return [
      finding(
        file,
        { line, ...(isOfMaster ? { master: words[0] ?? "" } : {}) },
        {
          code: "set-twice",
          severity: "warning",
          message: `${key} is set in line ${earlier.line.line} already, to something else: this line counts`,
          help: "delete one of the two lines",
        },
      ),
    ];
  });
};
