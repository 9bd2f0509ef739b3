import type { Address } from "../../base/address.ts";
import { quote, quoteWord } from "../../base/quoted-words.ts";
import { keyOfConfWords, sentinelSetting } from "../conf/conf-keys.ts";
import { type OptionLine, rewriteConf } from "../conf-document.ts";
import {
  DEFAULT_DOWN_AFTER_MS,
  DEFAULT_FAILOVER_TIMEOUT_MS,
  DEFAULT_PARALLEL_SYNCS,
  type DurableMaster,
  type DurableSentinel,
} from "./durable-sentinel.ts";
import { type ExtensionSetting, extensionWords } from "./extension-kinds.ts";
import {
  EXTENSION_TABLES,
  extensionValue,
  type GlobalExtensions,
  type MasterExtensions,
} from "./extension-settings.ts";
import { SENTINEL_INITIAL_VALUES } from "./daemon-settings.ts";
import { isSentinelSetting } from "./read-statements.ts";
import { sourceWords } from "../conf/secret-source.ts";
import { VEDETTE_SETTINGS } from "./vedette-lines.ts";

/**
 * What a sentinel writes of itself, in Redis' order. Words that hold anything but plain characters
 * are quoted, so that no name or password can end its line (W-08). Source: sentinel spec §9.3.
 */
export function durableLines(sentinel: DurableSentinel): OptionLine[] {
  const { announceIp, announcePort, sentinelUser, sentinelPass } = sentinel;
  const { logLevel } = sentinel;
  const lines: OptionLine[] = [
    {
      key: "loglevel",
      text: `loglevel ${logLevel}`,
      isForced: logLevel !== SENTINEL_INITIAL_VALUES.loglevel,
    },
    option("myid", [sentinel.myId]),
    yesNo("deny-scripts-reconfig", sentinel.denyScriptsReconfig, true),
    yesNo("resolve-hostnames", sentinel.resolveHostnames, false),
    yesNo("announce-hostnames", sentinel.announceHostnames, false),
    ...sentinel.masters.flatMap(masterLines),
    option("current-epoch", [String(sentinel.currentEpoch)]),
  ];
  if (announceIp !== undefined) {
    const key = "sentinel announce-ip";
    lines.push({ key, text: `${key} ${quote(announceIp)}`, isForced: true });
  }
  if (announcePort !== 0) lines.push(option("announce-port", [String(announcePort)]));
  if (sentinelUser !== undefined) lines.push(option("sentinel-user", [sentinelUser]));
  if (sentinelPass !== undefined) lines.push(option("sentinel-pass", [sentinelPass]));
  if (sentinel.isMemoryLost) lines.push(ours("memory-lost", ["yes"]));
  lines.push(...extensionLines(EXTENSION_TABLES.global, sentinel.extensions));
  return lines;
}

function masterLines(master: DurableMaster): OptionLine[] {
  const { name, authPass, authUser, notificationScript, clientReconfigScript } = master;
  const lines: OptionLine[] = [
    option("monitor", [name, ...words(master.address), String(master.quorum)]),
  ];
  const number = (setting: string, value: number, initial: number): void => {
    if (value !== initial) lines.push(option(setting, [name, String(value)]));
  };
  number("down-after-milliseconds", master.downAfterMs, DEFAULT_DOWN_AFTER_MS);
  number("failover-timeout", master.failoverTimeoutMs, DEFAULT_FAILOVER_TIMEOUT_MS);
  number("parallel-syncs", master.parallelSyncs, DEFAULT_PARALLEL_SYNCS);
  if (notificationScript !== undefined) {
    lines.push(option("notification-script", [name, notificationScript]));
  }
  if (clientReconfigScript !== undefined) {
    lines.push(option("client-reconfig-script", [name, clientReconfigScript]));
  }
  if (authPass !== undefined) lines.push(option("auth-pass", [name, authPass]));
  if (authUser !== undefined) lines.push(option("auth-user", [name, authUser]));
  number("master-reboot-down-after-period", master.rebootDownAfterMs, 0);
  if (master.authPassSource !== undefined) {
    const { suffix, word } = sourceWords(master.authPassSource);
    lines.push(ours(`auth-pass${suffix}`, [name, word]));
  }
  if (master.authPassNextSource !== undefined) {
    const { suffix, word } = sourceWords(master.authPassNextSource);
    lines.push(ours(`auth-pass-next${suffix}`, [name, word]));
  }
  lines.push(...extensionLines(EXTENSION_TABLES.master, master.extensions, [name]));
  lines.push(
    option("config-epoch", [name, String(master.configEpoch)]),
    option("leader-epoch", [name, String(master.leaderEpoch)]),
    ...master.replicas.map((address) => option("known-replica", [name, ...words(address)])),
    ...master.sentinels.map(({ runId, address }) =>
      option("known-sentinel", [name, ...words(address), runId]),
    ),
    ...[...master.renamedCommands].map((renamed) => option("rename-command", [name, ...renamed])),
  );
  return lines;
}

function words({ host, port }: Address): [string, string] {
  return [host, String(port)];
}

function option(setting: string, rest: readonly string[]): OptionLine {
  const key = `sentinel ${setting}`;
  return { key, text: [key, ...rest.map(quoteWord)].join(" "), isForced: true };
}

/** Written when it is not the default, or was in the file already. */
function yesNo(setting: string, value: boolean, initial: boolean): OptionLine {
  return { ...option(setting, [value ? "yes" : "no"]), isForced: value !== initial };
}

/** A line that redis-sentinel does not know. */
function ours(setting: string, rest: readonly string[]): OptionLine {
  const key = `vedette ${setting}`;
  return { key, text: [key, ...rest.map(quoteWord)].join(" "), isForced: true };
}

function extensionLines(
  table: ReadonlyMap<string, ExtensionSetting>,
  values: Readonly<MasterExtensions> | Readonly<GlobalExtensions>,
  front: readonly string[] = [],
): OptionLine[] {
  return [...table].flatMap(([name, setting]) =>
    extensionWords(setting, extensionValue(values, name)).map((rest) =>
      ours(name, [...front, ...rest]),
    ),
  );
}

/** Settings whose lines are all written here: one that no master claims any more is removed. */
const WRITTEN: ReadonlySet<string> = new Set([
  // A sentinel loads none, and Redis' rewrite forgets the line.
  "loadmodule",
  "loglevel",
  ...VEDETTE_SETTINGS.map((setting) => `vedette ${setting}`),
  ...[
    "myid",
    "deny-scripts-reconfig",
    "resolve-hostnames",
    "announce-hostnames",
    "monitor",
    "down-after-milliseconds",
    "failover-timeout",
    "parallel-syncs",
    "notification-script",
    "client-reconfig-script",
    "auth-pass",
    "auth-user",
    "master-reboot-down-after-period",
    "config-epoch",
    "leader-epoch",
    "known-replica",
    "known-sentinel",
    "rename-command",
    "current-epoch",
    "announce-ip",
    "announce-port",
    "sentinel-user",
    "sentinel-pass",
  ].map((setting) => `sentinel ${setting}`),
]);

/**
 * The text of a sentinel.conf that holds the given state.
 * @param text the file as it is now; edits of comments and of directives we do not write survive
 * @param options lines besides: what the command line set, what CONFIG SET changed, users
 */
export function rewriteSentinelConf(
  text: string,
  sentinel: DurableSentinel,
  options: readonly OptionLine[] = [],
): string {
  const keys = new Set(options.map(({ key }) => key));
  return rewriteConf(text, [...options, ...durableLines(sentinel)], {
    keyOf,
    isWrittenByUs: (key) => key === "user" || WRITTEN.has(key) || keys.has(key),
  });
}

/** A setting that Sentinel does not have would refuse the next start: it is marked like any other. */
function keyOf(line: readonly string[]): string | undefined {
  const [directive = "", setting] = line;
  const isUnknown =
    directive.toLowerCase() === "sentinel" &&
    setting !== undefined &&
    !isSentinelSetting(sentinelSetting(setting));
  return isUnknown ? undefined : keyOfConfWords(line);
}
