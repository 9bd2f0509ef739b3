import { globMatch } from "../../base/glob.ts";
import { parseParameter } from "../conf/parameter-lines.ts";
import {
  findParameter,
  PARAMETER_NAMES,
  type ParameterName,
  parameterOf,
} from "../conf/redis-parameters.ts";
import type { ServerConfigTable } from "./server-config.ts";
import { serverRefusal } from "./unsupported.ts";

/** What makes a parameter asked for a pattern rather than a name. */
const GLOB_CHARACTERS = /[*?[]/;

/**
 * What CONFIG GET answers: name and text of each parameter that a pattern matches, once each. A
 * name without glob characters is shown as it was asked for, and finds hidden parameters too.
 * Source: server spec §4.7, observed with redis-server 7.0.15.
 */
export function configGet(
  table: ServerConfigTable,
  patterns: readonly string[],
): [name: string, text: string][] {
  const answer = new Map<string, [string, string]>();
  const add = (shown: string, name: ParameterName): void => {
    const key = shown.toLowerCase();
    if (!answer.has(key)) answer.set(key, [shown, formatParameter(table, name)]);
  };
  for (const pattern of patterns) {
    if (!GLOB_CHARACTERS.test(pattern)) {
      const name = findParameter(pattern);
      if (name !== undefined) add(pattern, name);
      continue;
    }
    for (const name of PARAMETER_NAMES) {
      const { alias, isHidden } = parameterOf(name);
      if (isHidden) continue;
      for (const shown of alias === undefined ? [name] : [name, alias]) {
        if (globMatch(pattern, shown, { nocase: true })) add(shown, name);
      }
    }
  }
  return [...answer.values()];
}

/** The text that CONFIG GET shows for a parameter. */
export function formatParameter(table: ServerConfigTable, name: ParameterName): string {
  return parameterOf(name).kind.format(table[name]);
}

export type ConfigSetResult =
  | {
      readonly kind: "set";
      readonly table: ServerConfigTable;
      /** The parameters that were named, also those whose value is the same as before. */
      readonly changed: readonly ParameterName[];
    }
  /** Nothing changes; the text begins with `ERR`. */
  | { readonly kind: "error"; readonly text: string };

export interface ConfigSetOptions {
  /** Whether the client is on this machine: `enable-protected-configs local` allows those only. */
  readonly isLocal: boolean;
}

/**
 * CONFIG SET: all of the pairs or none. First every name is judged, then every value.
 * What only the world can refuse (a port in use, a missing directory) is the caller's to try before
 * it keeps the new table; `configSetError` words it.
 */
export function configSet(
  table: ServerConfigTable,
  pairs: readonly (readonly [parameter: string, value: string])[],
  options: ConfigSetOptions,
): ConfigSetResult {
  const named: { shown: string; name: ParameterName; value: string }[] = [];
  for (const [word, value] of pairs) {
    const name = findParameter(word);
    if (name === undefined) return unknownOption(word);
    const reason = whyFixed(table, name, options);
    if (reason !== undefined) return configSetError(word, reason);
    const shown = word.toLowerCase();
    if (named.some((other) => other.shown === shown)) {
      return configSetError(word, "duplicate parameter");
    }
    named.push({ shown, name, value });
  }

  const values: Record<string, unknown> = { ...table };
  for (const { shown, name, value } of named) {
    const parsed = parseParameter(name, [value], { value: values[name], isSet: false });
    const message = parsed.ok ? serverRefusal(name, parsed.value) : parsed.message;
    if (message !== undefined) return configSetError(shown, message);
    if (parsed.ok) values[name] = parsed.value;
  }
  return {
    kind: "set",
    table: values as ServerConfigTable,
    changed: [...new Set(named.map(({ name }) => name))],
  };
}

function whyFixed(
  table: ServerConfigTable,
  name: ParameterName,
  { isLocal }: ConfigSetOptions,
): string | undefined {
  const { access } = parameterOf(name);
  if (access === "immutable") return "can't set immutable config";
  const allowed = table["enable-protected-configs"];
  const isAllowed = allowed === "yes" || (allowed === "local" && isLocal);
  return access === "protected" && !isAllowed ? "can't set protected config" : undefined;
}

/** @param reason Redis' words: `can't set immutable config`, `No such file or directory` */
export function configSetError(
  parameter: string,
  reason: string,
): { readonly kind: "error"; readonly text: string } {
  const text = `ERR CONFIG SET failed (possibly related to argument '${parameter}') - ${reason}`;
  return { kind: "error", text };
}

function unknownOption(parameter: string): { readonly kind: "error"; readonly text: string } {
  const text = `ERR Unknown option or number of arguments for CONFIG SET - '${parameter}'`;
  return { kind: "error", text };
}
